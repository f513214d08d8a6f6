// Marking the words of one passage: by mouse or finger, or with arrows and Shift; one key per kind. Places are code points
// that the server wrote beside each word, so nothing is counted here. What is marked goes into the form's field.
type Mark = { start: number; end: number; label: string };

const the = <E extends HTMLElement = HTMLElement>(id: string) => document.getElementById(id) as E;
const passage = the("passage");
const words = [...passage.querySelectorAll<HTMLElement>(".w")];
const parts = [...passage.querySelectorAll<HTMLElement>("[data-at]")];
const field = the<HTMLInputElement>("marks-field");
const labels = [...the("labels").querySelectorAll<HTMLButtonElement>("[data-label]")];
const named = (label: string) => labels.find((one) => one.dataset.label === label)!;
const name = (label: string) => named(label).querySelector("span")!.textContent!;
const at = (one: HTMLElement) => Number(one.dataset.at);
const end = (one: HTMLElement) => Number(one.dataset.end);

const parsed = (told: string): Mark[] =>
  told.split(",").filter(Boolean).map((one) => {
    const [start, stop, label] = one.split(":");
    return { start: Number(start), end: Number(stop), label: label! };
  });
const told = (marks: Mark[]) => marks.map((one) => `${one.start}:${one.end}:${one.label}`).join(",");

let marks = parsed(passage.dataset.marks!);
const first = told(marks);
const earlier: string[] = [];
let here = -1; // the word the cursor is at
let from = -1; // where the selection began

const chosen = () => (here < 0 ? [] : words.slice(Math.min(here, from), Math.max(here, from) + 1));
const wordsOf = (mark: Mark) => words.filter((one) => at(one) < mark.end && end(one) > mark.start);
const textOf = (mark: Mark) => parts.filter((one) => at(one) >= mark.start && end(one) <= mark.end).map((one) => one.textContent).join("");

function draw() {
  for (const part of parts) {
    const mark = marks.find((one) => at(part) >= one.start && end(part) <= one.end);
    const tint = mark ? named(mark.label).dataset.tint : "";
    part.className = [part.matches(".w") ? "w" : "", mark ? `ac__m ac__m--${tint}` : ""].join(" ").trim();
    part.toggleAttribute("data-first", !!mark && at(part) === mark.start);
    part.toggleAttribute("data-last", !!mark && end(part) === mark.end);
  }
  for (const word of chosen()) word.classList.add("is-on");
  words[here]?.classList.add("is-here");
  the("marks").replaceChildren(...marks.map(line));
  field.value = told(marks);
  labels.forEach((one) => (one.disabled = !chosen().length));
  const changed = field.value !== first;
  for (const [id, off] of [["next", !marks.length], ["nothing", !!marks.length], ["undo", !earlier.length], ["agree", changed]] as const) {
    const button = document.getElementById(id) as HTMLButtonElement | null;
    if (button) button.disabled = off;
  }
}

function line(mark: Mark) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  const kind = named(mark.label).querySelector(".kd")!.cloneNode(true);
  const said = document.createElement("span");
  said.textContent = textOf(mark);
  const what = document.createElement("small");
  what.textContent = name(mark.label);
  button.type = "button";
  button.textContent = "×";
  button.setAttribute("aria-label", the("marks").dataset.remove!.replace("%s", textOf(mark)));
  button.addEventListener("click", () => (change(marks.filter((one) => one !== mark)), passage.focus()));
  item.append(kind, said, what, button);
  return item;
}

function change(next: Mark[]) {
  earlier.push(told(marks));
  marks = next.sort((one, other) => one.start - other.start);
  draw();
}

function markAs(label: string) {
  const some = chosen();
  if (!some.length) return;
  const mark = { start: at(some[0]!), end: end(some.at(-1)!), label };
  getSelection()?.removeAllRanges();
  from = here;
  change([...marks.filter((one) => one.end <= mark.start || one.start >= mark.end), mark]);
  the("told").textContent = `${textOf(mark)}: ${name(label)}`;
}

function unmark() {
  const some = chosen();
  const next = marks.filter((mark) => !wordsOf(mark).some((one) => some.includes(one)));
  if (next.length < marks.length) change(next);
}

function undo() {
  const last = earlier.pop();
  if (last === undefined) return;
  marks = parsed(last);
  draw();
}

function go(to: number, extend: boolean) {
  if (!words.length) return;
  here = Math.max(0, Math.min(words.length - 1, to));
  if (!extend || from < 0) from = here;
  getSelection()?.removeAllRanges();
  draw();
  words[here]!.scrollIntoView({ block: "nearest" });
  the("told").textContent = chosen().map((one) => one.textContent).join(" ");
}

// the word nearest above or below the present one
function across(step: 1 | -1): number {
  if (here < 0) return 0;
  const now = words[here]!.getClientRects()[0]!;
  const middle = now.left + now.width / 2;
  const lines = words.map((one, index) => ({ index, box: one.getClientRects()[0]! })).filter(({ box }) => (box.top - now.top) * step > now.height / 2);
  const next = lines.reduce((best, { box }) => (step > 0 ? Math.min(best, box.top) : Math.max(best, box.top)), step > 0 ? Infinity : -Infinity);
  const row = lines.filter(({ box }) => Math.abs(box.top - next) < now.height / 2);
  if (!row.length) return here;
  return row.reduce((best, one) => (Math.abs(one.box.left + one.box.width / 2 - middle) < Math.abs(best.box.left + best.box.width / 2 - middle) ? one : best)).index;
}

passage.addEventListener("click", (event) => {
  if (!getSelection()?.isCollapsed) return;
  const word = (event.target as Element).closest<HTMLElement>(".w");
  if (word) go(words.indexOf(word), event.shiftKey);
});
document.addEventListener("selectionchange", () => {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return;
  const range = selection.getRangeAt(0);
  if (!passage.contains(range.commonAncestorContainer)) return;
  const some = words.filter((one) => {
    if (!range.intersectsNode(one)) return false;
    const own = document.createRange();
    own.selectNodeContents(one);
    // touching a border is not covering a letter
    return range.compareBoundaryPoints(Range.END_TO_START, own) < 0 && range.compareBoundaryPoints(Range.START_TO_END, own) > 0;
  });
  if (!some.length) return;
  from = words.indexOf(some[0]!);
  here = words.indexOf(some.at(-1)!);
  draw();
});

the("labels").addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-label]");
  if (button) (markAs(button.dataset.label!), passage.focus({ preventScroll: true }));
});
the("undo").addEventListener("click", undo);
document.querySelectorAll<HTMLElement>("[data-take]").forEach((one) => one.addEventListener("click", () => change(parsed(one.dataset.take!))));

const moves: Record<string, () => number> = {
  ArrowLeft: () => (here < 0 ? 0 : here - 1),
  ArrowRight: () => here + 1,
  ArrowUp: () => across(-1),
  ArrowDown: () => across(1),
  Home: () => 0,
  End: () => words.length - 1,
};
document.addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const focused = document.activeElement;
    if (focused?.closest("input, textarea, select")) return;
    // a button that has the focus is pressed by Enter, whatever Enter does elsewhere
    if (event.code === "Enter" && focused?.closest("button, a, summary")) return event.stopImmediatePropagation();
    const move = moves[event.code];
    if (move) {
      event.preventDefault();
      event.stopImmediatePropagation();
      passage.focus({ preventScroll: true });
      go(move(), event.shiftKey);
    } else if (event.code === "Delete" || event.code === "Backspace") {
      event.preventDefault();
      unmark();
    }
  },
  true,
);

draw();
passage.focus({ preventScroll: true });

export {};
