// What every page runs: htmx, saving, toasts, theme, menus, shortcuts.
import htmx from "htmx.org";

import { keys } from "./keys";
import { renewToken, token } from "./post";
import { said, say, stillSignedOut } from "./toasts";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}
window.htmx = htmx;

const words = () => document.getElementById("words")!.dataset;

document.addEventListener("htmx:configRequest", (event) => {
  (event as CustomEvent).detail.headers["X-CSRF-Token"] = token();
});
document.addEventListener("fieldwork:say", (event) => said((event as CustomEvent).detail.said));

document.addEventListener("htmx:sendError", () => say(words().offline!, { kind: "warn" }));
document.addEventListener("htmx:beforeRequest", (event) => saving(event as CustomEvent, words().saving!));
document.addEventListener("htmx:afterRequest", (event) => {
  const { detail } = event as CustomEvent;
  if (detail.successful) saving(event as CustomEvent, words().saved!);
});
document.addEventListener("htmx:responseError", async (event) => {
  const { xhr, elt, requestConfig } = (event as CustomEvent).detail;
  const kind = xhr.getResponseHeader("X-Fieldwork");
  if (kind === "signed-out") stillSignedOut(words().signedOut!, words().signIn!);
  else if (kind === "stale-form") await again(elt, requestConfig);
  else say(kind === "refused" ? xhr.responseText : words().failed!, { kind: "warn" });
});

/** The session is a newer one than the page: take its token and send the same once more. */
async function again(element: Element, config: { verb: string; path: string; triggeringEvent?: Event; retried?: boolean }) {
  if (element.hasAttribute("data-retried") || !(await renewToken())) return stillSignedOut(words().signedOut!, words().signIn!);
  element.setAttribute("data-retried", "");
  await htmx.ajax(config.verb as "post", config.path, { source: element as HTMLElement });
  element.removeAttribute("data-retried");
}

function saving(event: CustomEvent, text: string) {
  const place = document.getElementById("save");
  if (place && event.detail.requestConfig?.verb !== "get") place.textContent = text;
}

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  if (target.closest(".js-theme")) {
    const dark = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = dark;
    document.documentElement.dataset.bsTheme = dark;
    document.cookie = `fieldwork_theme=${dark}; path=/; max-age=31536000; samesite=lax`;
  }
  document.querySelectorAll<HTMLDetailsElement>("details.study-menu[open], details.rail__foot[open], details.whose[open], details.about[open], details.term[open]").forEach((menu) => {
    if (!menu.contains(target)) menu.open = false;
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape")
    document.querySelectorAll<HTMLDetailsElement>("details.study-menu[open], details.rail__foot[open], details.whose[open], details.about[open], details.term[open]").forEach((menu) => (menu.open = false));
});

// a form is sent once, however often its button is pressed
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.dataset.sent && !form.hasAttribute("hx-post")) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 3000);
});

// copies what lies in data-copy
document.addEventListener("click", async (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
  if (button) {
    await navigator.clipboard.writeText(button.dataset.copy!);
    if (button.dataset.copied) say(button.dataset.copied);
  }
});
// dialogs: data-opens names one, data-closes is inside it
document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const opens = target.closest<HTMLElement>("[data-opens]")?.dataset.opens;
  if (opens) document.querySelector<HTMLDialogElement>(`#${opens}`)?.showModal();
  if (target.closest("[data-closes]")) target.closest("dialog")?.close();
});

keys();
