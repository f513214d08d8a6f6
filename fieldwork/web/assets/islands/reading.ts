// An expert reads back. The token of the link is taken out of the address, where it would be read over a shoulder, and sent by the
// form. Marked words are what a remark is about; without this script a remark is about a whole answer.
import { placesIn } from "../places";

const door = document.querySelector<HTMLFormElement>("#door");
if (door && location.hash.length > 20) {
  const token = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  door.querySelector<HTMLInputElement>("[name=token]")!.value = token;
  document.querySelector<HTMLElement>("#door-typed")!.hidden = true;
  document.querySelectorAll<HTMLAnchorElement>("[data-door]").forEach((one) => (one.hash = token)); // another language, the same link
}

const bar = document.querySelector<HTMLElement>("#marked");
let about: { answer: HTMLElement; passage: string; start: number } | null = null;

/** What is marked within one answer. */
function marked(): typeof about {
  const selection = getSelection();
  if (!selection?.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const begins = range.startContainer instanceof Element ? range.startContainer : range.startContainer.parentElement;
  const text = begins?.closest<HTMLElement>(".rl-t");
  if (!text) return null;
  if (!text.contains(range.endContainer)) range.setEnd(text, text.childNodes.length); // three clicks mark up to the next line
  const passage = range.toString().trim();
  if (!passage) return null;
  const units = placesIn(text, range)[0];
  return { answer: text.closest<HTMLElement>(".rl-a")!, passage, start: [...text.textContent!.slice(0, units)].length };
}

document.addEventListener("selectionchange", () => {
  if (!bar) return;
  const found = marked();
  if (!found && bar.contains(document.activeElement)) return; // pressing a button may drop the mark
  about = found;
  bar.hidden = !found;
  if (found) bar.querySelector("q")!.textContent = found.passage.length > 90 ? `${found.passage.slice(0, 90)}…` : found.passage;
});
bar?.addEventListener("pointerdown", (event) => event.preventDefault()); // the mark stays while a button is pressed
bar?.addEventListener("click", (event) => {
  const kind = (event.target as Element).closest<HTMLElement>("[data-kind]")?.dataset.kind;
  if (!kind || !about) return;
  const form = about.answer.querySelector<HTMLFormElement>(".rl-f")!;
  const box = form.closest("details")!;
  box.open = true;
  say(form, about.passage, about.start);
  form.querySelector<HTMLInputElement>(`[name=kind][value=${kind}]`)!.checked = true;
  bar.hidden = true;
  getSelection()?.removeAllRanges();
  form.querySelector("textarea")!.focus();
  box.scrollIntoView({ block: "center" });
});
document.addEventListener("click", (event) => {
  const whole = (event.target as Element).closest("[data-whole]");
  if (whole) say(whole.closest("form")!, "", 0);
});

function say(form: HTMLFormElement, passage: string, start: number) {
  form.querySelector<HTMLInputElement>("[name=passage]")!.value = passage;
  form.querySelector<HTMLInputElement>("[name=start]")!.value = String(start);
  const told = form.querySelector<HTMLElement>("[data-passage]")!;
  told.hidden = !passage;
  told.querySelector("q")!.textContent = passage;
}
