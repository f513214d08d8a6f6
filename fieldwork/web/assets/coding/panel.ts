// The panel beside the text: choosing a code, a coding that is looked at, memos, the codings of the turn.
import { $, bench, can, codes, codings, data, fine, panel, turns, words } from "./bench";
import { Choosing, markOf } from "./choosing";
import { take } from "./deeds";
import type { Coding } from "./drawing";
import { Memos } from "./memo";
import { annotator, redraw, select } from "./showing";
import { number, type Span } from "./text";

export const choosing = can ? new Choosing($("choose-input"), $("choose-list"), words, () => [...codes.values()], () => bench.recent, (chosen, more) => void take(chosen, more)) : null;
export const memos = new Memos(panel, `fieldwork-memo-${data.member}-${location.pathname}`, (code) => {
  if (!code) return;
  code.memos += 1;
  redraw();
});
export const tell = (text: string) => ($("told").textContent = text);
export const show = (name: "idle" | "choose" | "new" | "one") => {
  for (const one of ["idle", "choose", "new", "one"]) if ($(one)) $(one).hidden = one !== name;
  panel.classList.toggle("is-open", name !== "idle" || panel.classList.contains("is-memo"));
  besideTurn();
};

export function besideTurn() {
  const turn = bench.here && number(bench.here);
  const found = turn === undefined ? [] : [...codings.values()].filter((one) => one.span.start.turn <= turn && turn <= one.span.end.turn);
  $("here").hidden = !found.length || !!bench.open;
  $("here-count").textContent = String(found.length || "");
  $("here-list").replaceChildren(
    ...found.map((one) => {
      const code = codes.get(one.code)!;
      const item = document.createElement("li");
      const name = Object.assign(document.createElement("button"), { type: "button", className: "wb__h", textContent: code.name });
      name.dataset.coding = one.id;
      const link = Object.assign(document.createElement("a"), { className: "ev", href: code.href, textContent: words.quotations!.replace("{}", String(code.codings)) });
      item.append(markOf(code.core), name, link);
      return item;
    }),
  );
}

/** Words are selected: the panel asks for their code. */
export function choose(span: Span, { focus = fine, typed = "", for: purpose = "code" as typeof bench.deed } = {}) {
  if (!can) return;
  if (purpose === "code") bench.open = null;
  bench.deed = purpose;
  select(span);
  go(turns.element(span.start.turn), false);
  $("choose-quote").textContent = turns.quote(span);
  $("choose-what").textContent = { code: words.selected, change: words.change, move: words.moving }[purpose]!;
  $("choose-code").hidden = purpose === "move";
  $("choose-move").hidden = purpose !== "move";
  panel.querySelector<HTMLElement>(".wb__edges")!.hidden = purpose === "change";
  show("choose");
  choosing!.open(turns.quote(span), purpose !== "code", typed);
  if (focus) (purpose === "move" ? panel.querySelector<HTMLElement>('[data-edge="end"][data-by="1"]')! : choosing!.input).focus({ preventScroll: true });
  annotator.renderer.redraw(true);
}

/** Look at a coding. */
export function look(one: Coding, focus = true) {
  const code = codes.get(one.code)!;
  select(null);
  bench.open = one;
  go(turns.element(one.span.start.turn), false);
  $("one-quote").textContent = turns.quote(one.span);
  $("one-mark").replaceWith(Object.assign(markOf(code.core), { id: "one-mark" }));
  Object.assign($<HTMLAnchorElement>("one-code"), { textContent: code.name, href: code.href });
  $("one-category").textContent = code.category || words.noCategory!;
  $("one-by").textContent = one.coder ? words.by!.replace("{coder}", one.coder).replace("{at}", one.at) : one.at;
  $<HTMLAnchorElement>("one-evidence").href = `${code.href}#coding-${one.id}`;
  $("one-evidence").querySelector("span")!.textContent = words.quotations!.replace("{}", String(code.codings));
  show("one");
  redraw();
  void memos.show(code);
  if (focus) $("one-code").focus({ preventScroll: true });
}

/** Back to the text. */
export function leave(focus = true) {
  if (memos.close()) return;
  const turn = bench.here;
  select(null);
  bench.open = null;
  show("idle");
  panel.classList.remove("is-open", "is-memo");
  redraw();
  void memos.show(null);
  if (focus) turn?.focus({ preventScroll: true });
}

export function go(turn: HTMLElement | undefined | null, focus = true) {
  if (!turn) return;
  if (bench.here) bench.here.tabIndex = -1;
  bench.here = turn;
  turn.tabIndex = 0;
  if (focus) turn.focus();
  besideTurn();
}

/** The code that a memo would be about. */
export const about = () => (bench.open ? codes.get(bench.open.code) : bench.recent[0] && bench.pending ? codes.get(bench.recent[0]) : undefined) ?? null;
