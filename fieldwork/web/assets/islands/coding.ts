// The coding workbench: words are selected (mouse, finger, keyboard) and coded (digit, typing, in vivo).
import { $, bench, can, codings, panel, root, turns, undos, words } from "../coding/bench";
import { ask, code, move, remove, take, undo } from "../coding/deeds";
import { about, choose, choosing, go, leave, look, memos } from "../coding/panel";
import { annotation, annotator, layout, redraw, visible } from "../coding/showing";
import { number, same } from "../coding/text";
import { openPlayer, playerKey } from "../player";

// ——— selecting: by mouse and finger through the annotator; whatever else selects words, through the page's selection
annotator.on("createAnnotation", (made) => {
  const span = turns.enclosed(made.target.selector.map((one) => one.range));
  setTimeout(() => {
    annotator.removeAnnotation(made.id);
    if (span) choose(span, { for: bench.deed === "move" && bench.open ? "move" : "code" });
  });
});
annotator.on("clickAnnotation", (clicked) => {
  const one = codings.get(clicked.id);
  if (one && visible(one)) setTimeout(() => look(one, false));
});
let settling: ReturnType<typeof setTimeout> | undefined;
let pressed = false;
document.addEventListener("pointerdown", () => (pressed = true), true);
for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => (pressed = false), true);
document.addEventListener("selectionchange", () => {
  clearTimeout(settling);
  settling = setTimeout(() => {
    const selection = getSelection();
    if (pressed || !selection || selection.isCollapsed || !root.contains(selection.anchorNode)) return;
    const span = turns.enclosed([selection.getRangeAt(0)]);
    if (span && !(bench.pending && same(span, bench.pending))) choose(span, { focus: false, for: bench.deed === "move" && bench.open ? "move" : "code" });
  }, 400);
});

root.addEventListener("click", (event) => {
  const target = event.target as Element;
  const button = target.closest<HTMLElement>("[data-coding]");
  if (button) return look(codings.get(button.dataset.coding!)!);
  const turn = turns.of(target);
  if (!turn) return;
  if (target.closest("[data-hear]")) return hear(turn);
  const rect = root.getBoundingClientRect();
  const hit = annotator.state.store.getAt(event.clientX - rect.x, event.clientY - rect.y, true);
  if (getSelection()?.isCollapsed && !(hit && [hit].flat().some((one) => codings.has(one.id))) && !target.closest(".turn__c")) {
    if (bench.pending || bench.open) leave(false);
    go(turn, false);
  }
});

const step = (edge: "start" | "end", by: number) => bench.pending && choose(turns.stepped(bench.pending, edge, by), { focus: false, typed: choosing!.input.value, for: bench.deed });

/** Shift and the arrows move the end word by word, with Alt the beginning. */
function stepped(event: KeyboardEvent): boolean {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.code];
  if (!by || !event.shiftKey || event.ctrlKey || event.metaKey || !bench.pending || bench.deed === "change") return false;
  step(event.altKey ? "start" : "end", by);
  return true;
}

choosing?.input.addEventListener("keydown", (event) => {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  const bare = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
  const empty = !choosing!.input.value;
  if (empty && ((digit && bare && choosing!.digit(Number(digit[1]))) || stepped(event)) || choosing!.key(event)) {
    event.preventDefault();
    event.stopPropagation();
  }
});
choosing?.input.addEventListener("copy", (event) => {
  if (choosing!.input.value || !bench.pending) return;
  event.clipboardData?.setData("text/plain", turns.quote(bench.pending)); // the words are what is selected, though the field has the focus
  event.preventDefault();
});

const player = openPlayer();
function hear(turn: HTMLElement) {
  go(turn);
  if (!player || !turn.dataset.part) return;
  player.seek(Number(turn.dataset.from) / 1000, Number(turn.dataset.part));
  if (player.paused) void player.play();
}
player?.addEventListener("timeupdate", () => {
  const ms = player.currentTime * 1000;
  const heard = player.paused ? undefined : turns.all.find((one) => Number(one.dataset.part) === player.number && Number(one.dataset.from) <= ms && ms < Number(one.dataset.to));
  for (const one of root.querySelectorAll(".turn.is-now")) if (one !== heard) one.classList.remove("is-now");
  heard?.classList.add("is-now");
});

document.addEventListener(
  "keydown",
  (event) => {
    const target = event.target as Element;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && (bench.pending || bench.open || panel.classList.contains("is-open"))) return (event.preventDefault(), leave());
    if (target.closest("input, textarea, select") || event.ctrlKey || event.metaKey) return;
    if (stepped(event)) return event.preventDefault();
    if (event.altKey || event.shiftKey) return;
    const turn = turns.of(target);
    const onTurn = turn === target;
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    const beside = (by: number) => go(turns.all[Math.min(Math.max(turns.all.indexOf(bench.here!) + by, 0), turns.all.length - 1)]);
    const deeds: Record<string, (() => void) | false | null | undefined> = {
      KeyJ: () => beside(1),
      KeyK: () => beside(-1),
      ArrowDown: onTurn && (() => beside(1)),
      ArrowUp: onTurn && (() => beside(-1)),
      Enter: onTurn && can && (() => (bench.pending && !$("choose").hidden ? choosing!.input.focus() : whole(turn))),
      KeyC: can && !bench.pending && bench.here && (() => whole(bench.here!)),
      KeyI: can && bench.pending && bench.deed === "code" && (() => void take({ vivo: true }, false)),
      KeyM: can && (() => memos.open(about())),
      KeyZ: can && undos.length > 0 && (() => void undo()),
      Delete: can && bench.open && (() => void remove(bench.open!)),
    };
    const done = digit ? bench.pending && bench.deed === "code" && choosing?.digit(Number(digit[1])) : deeds[event.code];
    if (typeof done === "function") done();
    else if (!done) return void (player && !target.closest("button, a, summary") && playerKey(player, event));
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);
const whole = (turn: HTMLElement) => {
  const span = turns.whole(number(turn));
  if (span) choose(span, { focus: true });
};

// ——— buttons
panel.addEventListener("click", (event) => {
  const target = event.target as Element;
  const coding = target.closest<HTMLElement>("[data-coding]")?.dataset.coding;
  const edge = target.closest<HTMLElement>("[data-edge]");
  if (coding) look(codings.get(coding)!);
  else if (edge) step(edge.dataset.edge as "start", Number(edge.dataset.by));
  else if (target.closest("[data-away]")) look(bench.open!);
  else if (target.closest("[data-back]") && bench.pending) choose(bench.pending, { focus: true, typed: choosing!.input.value });
});
const on = (id: string, deed_: () => void) => document.getElementById(id)?.addEventListener("click", deed_);
on("close", () => (memos.close(), leave()));
on("undo", () => void undo());
on("memo-open", () => memos.open(about()));
on("move-save", () => void move());
on("one-change", () => choose(bench.open!.span, { focus: true, for: "change" }));
on("one-move", () => choose(bench.open!.span, { focus: true, for: "move" }));
on("one-more", () => choose(bench.open!.span, { focus: true }));
on("one-remove", () => void remove(bench.open!));
document.getElementById("new")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  event.stopPropagation();
  const form = event.target as HTMLFormElement;
  const fields = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const span = bench.pending;
  if (!span) return;
  const [name, definition] = [fields.name!, fields.definition!];
  if (await code(span, { ...fields, in_vivo: form.dataset.vivo! }, null, false)) return form.reset();
  choose(span, { focus: false });
  ask(name, form.dataset.vivo === "1"); // what was typed stays
  $<HTMLTextAreaElement>("new-definition").value = definition;
});
document.getElementById("new")?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) (event.currentTarget as HTMLFormElement).requestSubmit();
});
document.getElementById("toasts")!.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.getAttribute("action")?.startsWith(words.deeds!)) return;
  event.preventDefault();
  event.stopPropagation();
  void undo(form.getAttribute("action")!);
}, true);
for (const button of document.querySelectorAll<HTMLElement>("[data-show]")) {
  button.addEventListener("click", () => {
    bench.shown = button.dataset.show as typeof bench.shown;
    document.querySelectorAll("[data-show]").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
    redraw();
  });
}

// ——— begin
annotator.setAnnotations([...codings.values()].map((one) => annotation(one.id, one.span)));
annotator.state.store.onRecalculatePositions(layout);
bench.here!.tabIndex = 0;
redraw();
void document.fonts.ready.then(() => annotator.state.store.recalculatePositions());
root.dataset.ready = "yes";
function arrive() {
  const wanted = words.here || location.hash.replace(/^#coding-/, "");
  const one = codings.get(wanted);
  const turn = document.getElementById(location.hash.slice(1))?.closest<HTMLElement>("[data-turn]");
  if (one) {
    look(one, false);
    turns.element(one.span.start.turn)?.scrollIntoView({ block: "center" });
  } else if (turn) (go(turn), turn.scrollIntoView({ block: "center" }));
}
addEventListener("hashchange", arrive);
arrive();
