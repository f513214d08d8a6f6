// An approved text, mended: words that were missed are masked, wrong signs taken away, typing errors corrected.
// Each deed is a form that loads the page anew: texts, codings and places have moved by then.
import { isMarking, markingOn, openMarking, unmark } from "../review/marking";
import { the, typing, type Choice, type Mark } from "../review/shared";

const choices: Choice[] = JSON.parse(the("choices").textContent!);
const signs = () => [...document.querySelectorAll<Mark>("#turns .mn")];
let present = "";

function only(id: "none" | "decision" | "correcting" | "") {
  for (const one of ["none", "decision", "correcting"]) the(one).hidden = one !== id;
  unmark();
}

function show(sign: Mark | null | undefined, scroll = false) {
  document.getElementById(present)?.classList.remove("is-here");
  present = sign?.id ?? "";
  only(sign ? "decision" : "none");
  if (!sign) return;
  sign.classList.add("is-here");
  const { state, kind, to, who, action } = sign.dataset;
  the("kind").textContent = the(`d-${kind}`).textContent;
  the("becomes").textContent = sign.textContent;
  the("accept-to").textContent = to!;
  the("finding").hidden = state !== "pending";
  the("putting").hidden = state === "pending";
  for (const form of ["finding", "putting"]) the<HTMLFormElement>(form).action = action!;
  the<HTMLAnchorElement>("who").href = the("who").dataset.root!.replace("KEY", encodeURIComponent(who!));
  if (scroll) sign.scrollIntoView({ block: "center" });
}

function step(by: 1 | -1) {
  const all = signs();
  const at = all.findIndex((one) => one.id === present);
  show(all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)], true);
}

function correct(turn: HTMLElement) {
  only("correcting");
  const text = turn.querySelector("p")!.textContent!;
  the<HTMLFormElement>("correcting").action = turn.dataset.action!;
  the<HTMLInputElement>("begun").value = text;
  the<HTMLTextAreaElement>("text").value = text;
  the("text").focus();
}

the("turns").addEventListener("click", (event) => {
  const target = event.target as Element;
  const edit = target.closest("[data-edit]");
  if (edit) return correct(edit.closest<HTMLElement>("[data-turn]")!);
  const sign = target.closest<Mark>(".mn");
  if (!sign) return;
  event.preventDefault();
  show(sign);
});
the("uncorrect").addEventListener("click", () => show(document.getElementById(present) as Mark | null));
the("grab").addEventListener("click", () => {
  const folded = the("side").classList.toggle("is-low");
  the("grab").setAttribute("aria-expanded", String(!folded));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    if (isMarking()) getSelection()?.removeAllRanges();
    return show(document.getElementById(present) as Mark | null);
  }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(document.activeElement)) return;
  const deeds: Record<string, () => void> = { KeyM: () => openMarking(), ArrowUp: () => step(-1), ArrowDown: () => step(1) };
  const deed = deeds[event.code];
  if (!deed) return;
  event.preventDefault();
  deed();
});
markingOn({
  choices: () => choices,
  closed: () => show(document.getElementById(present) as Mark | null),
  opened: () => only(""),
  send: (fields) => {
    const form = the<HTMLFormElement>("masking");
    for (const [name, value] of Object.entries(fields)) form.querySelector<HTMLInputElement>(`[name=${name}]`)!.value = value;
    form.requestSubmit();
  },
});
show(signs().find((one) => one.dataset.state === "pending"));

export {};
