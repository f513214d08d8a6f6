// Codings in the text and its margin, as they stand now.
import { createTextAnnotator, type TextAnnotation } from "@recogito/text-annotator";

import { $, bench, can, codes, codings, data, root, turns, words } from "./bench";
import { markOf } from "./choosing";
import { lanes, margin, painter, PENDING, type Coding } from "./drawing";
import { besideTurn } from "./panel";
import type { Span } from "./text";

let lines = lanes([...codings.values()]);
export const visible = (one: Coding) => bench.shown === "all" || (bench.shown === "mine" && one.coder === data.initials);
export const annotator = createTextAnnotator<TextAnnotation, TextAnnotation>(root, {
  annotatingEnabled: can,
  renderer: painter((id) => {
    const one = codings.get(id);
    return one && visible(one) ? { core: codes.get(one.code)?.core ?? 0, lane: lines.get(id) ?? 0, now: id === bench.open?.id } : null;
  }),
});
export const annotation = (id: string, span: Span): TextAnnotation => ({
  id,
  bodies: [],
  target: { annotation: id, selector: turns.ranges(span).map((range) => ({ quote: String(range), start: 0, end: String(range).length, range })) },
});
export const buttons = new Map<string, HTMLElement>();

export function label(one: Coding): HTMLElement {
  const code = codes.get(one.code)!;
  const button = buttons.get(one.id) ?? document.createElement("button");
  button.setAttribute("type", "button");
  button.className = `wb__c${one.id === bench.open?.id ? " is-on" : ""}`;
  button.dataset.coding = one.id;
  const quote = turns.quote(one.span);
  const [first, last] = [quote.split(/\s+/).slice(0, 4).join(" "), quote.split(/\s+/).slice(-4).join(" ")];
  button.setAttribute("aria-label", `${words.code} «${code.name}»: ${words.begin} «${first}», ${words.end} «${last}»`);
  const bracket = Object.assign(document.createElement("i"), { className: `br br--${code.core}` });
  const name = Object.assign(document.createElement("span"), { className: "brl" });
  name.append(markOf(code.core), Object.assign(document.createElement("span"), { textContent: code.name }));
  if (code.memos) name.append($<HTMLTemplateElement>("icon-note").content.cloneNode(true));
  button.replaceChildren(bracket, name);
  buttons.set(one.id, button);
  return button;
}

export function layout() {
  margin([...codings.values()].map((one) => ({ button: buttons.get(one.id)!, bounds: visible(one) ? (annotator.state.store.getAnnotationBounds(one.id) ?? null) : null })));
}

export function redraw() {
  lines = lanes([...codings.values()]);
  for (const [id, button] of buttons) if (!codings.has(id)) (button.remove(), buttons.delete(id));
  const ordered = [...codings.values()].sort((a, b) => a.span.start.at - b.span.start.at);
  for (const one of ordered) turns.element(one.span.start.turn)?.querySelector(".turn__c")!.append(label(one));
  layout();
  annotator.renderer.redraw(true);
  besideTurn();
}

export function draw(one: Coding) {
  const known = codings.has(one.id);
  codings.set(one.id, one);
  if (known) annotator.removeAnnotation(one.id);
  annotator.addAnnotation(annotation(one.id, one.span));
}

export function erase(id: string) {
  codings.delete(id);
  annotator.removeAnnotation(id);
}

export function select(span: Span | null) {
  if (bench.pending) annotator.removeAnnotation(PENDING);
  bench.pending = span;
  if (span) annotator.addAnnotation(annotation(PENDING, span));
}
