// Toasts: what happened, and «undo» for ten seconds.
type Said = { text: string; undo?: string };
type Options = { kind?: "warn"; undo?: string };

const LASTS = 10_000;
const place = () => document.getElementById("toasts")!;
const words = () => document.getElementById("words")!.dataset;
const token = () => document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";

/** Tell one thing. */
export function say(text: string, { kind, undo }: Options = {}) {
  const toast = document.createElement("div");
  toast.className = kind ? `toast toast--${kind}` : "toast";
  const span = document.createElement("span");
  span.textContent = text;
  toast.append(span);
  if (undo) toast.append(undoForm(undo));
  place().append(toast);
  setTimeout(() => toast.remove(), LASTS);
}

/** Tell what the server has to tell. */
export const said = (list: Said[]) => list.forEach(({ text, undo }) => say(text, { undo }));

/** The session has ended while the page was open: nothing typed is touched; sign in in a new tab. */
export function stillSignedOut(text: string, label: string) {
  if (place().querySelector(".toast--out")) return;
  say(text, { kind: "warn" });
  const link = Object.assign(document.createElement("a"), { href: "/signin?to=/signed-in", target: "_blank", rel: "noopener", textContent: label });
  link.className = "toast__a";
  const toast = place().lastElementChild!;
  toast.classList.add("toast--out");
  toast.append(link);
}

function undoForm(action: string) {
  const form = Object.assign(document.createElement("form"), { method: "post", action });
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "csrf_token", value: token() });
  const button = Object.assign(document.createElement("button"), { type: "submit", textContent: words().undo! });
  button.append(Object.assign(document.createElement("kbd"), { textContent: "Z" }));
  form.append(field, button);
  return form;
}

setTimeout(() => document.querySelectorAll("#toasts > .toast").forEach((one) => one.remove()), LASTS);
