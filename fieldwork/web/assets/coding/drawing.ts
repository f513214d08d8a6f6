// Drawing codings: up to three underlines below the words, by the annotator's own rectangles, and brackets with names in the
// margin. Colour, digit and pattern say the same; the names are buttons, in the order of the text, so that keyboard and
// screen reader reach every coding.
import { createRenderer, type RendererFactory, type TextAnnotation } from "@recogito/text-annotator";

import { before, overlap, type Span } from "./text";

export type Coding = { id: string; code: number; span: Span; coder: string; at: string };
export type Code = { number: number; name: string; inVivo: boolean; category: string; core: number; codings: number; memos: number; href: string };
export type Rect = { x: number; y: number; width: number; height: number };

export const PENDING = "pending";
const LABEL = 24;
const UNDERLINES = 3;

/** What the painter has to know of an annotation: its hue, the line it is drawn on, whether it is looked at. */
export type Look = { core: number; lane: number; now: boolean };

/** The line of each coding, 0 to 2: the first that no coding before it takes up there. */
export function lanes(codings: Coding[]): Map<string, number> {
  const order = [...codings].sort((a, b) => (before(a.span.start, b.span.start) ? -1 : before(b.span.start, a.span.start) ? 1 : before(b.span.end, a.span.end) ? -1 : 1));
  const taken = new Map<string, number>();
  const open: Coding[] = [];
  for (const one of order) {
    const beside = open.filter((other) => overlap(one.span, other.span)).map((other) => taken.get(other.id));
    let lane = 0;
    while (beside.includes(lane) && lane < UNDERLINES - 1) lane++;
    taken.set(one.id, lane);
    open.push(one);
  }
  return taken;
}

/** A renderer of the annotator's that draws with elements of ours: no style sheet is written, the words are not touched. */
export const painter =
  (look: (id: string) => Look | null): RendererFactory<TextAnnotation> =>
  (container, state, viewport) => {
    const layer = document.createElement("div");
    layer.className = "wb__layer not-annotatable";
    layer.setAttribute("aria-hidden", "true");
    container.prepend(layer);
    return createRenderer(
      {
        redraw(highlights) {
          const marks = highlights.flatMap(({ annotation, rects }) => {
            const how = annotation.id === PENDING ? null : look(annotation.id);
            if (annotation.id !== PENDING && !how) return [];
            return rects.flatMap((rect) => [
              ...(how && !how.now ? [] : [mark(rect, "wb__now", 0, rect.height)]),
              ...(how ? [mark(rect, `wb__u wb__u--${how.core}`, rect.height + how.lane * 4 - 3, 3)] : []),
            ]);
          });
          layer.replaceChildren(...marks);
        },
        destroy: () => layer.remove(),
        setVisible: (visible) => (layer.hidden = !visible),
      },
      container,
      state,
      viewport,
    );
  };

function mark(rect: Rect, name: string, down: number, height: number): HTMLElement {
  const line = document.createElement("i");
  line.className = name;
  Object.assign(line.style, { left: `${rect.x}px`, top: `${rect.y + down}px`, width: `${rect.width}px`, height: `${height}px` });
  return line;
}

type Bounds = { top: number; bottom: number };

/** Brackets and names beside the text: each bracket on a line of its own, names shifted down where they would meet. */
export function margin(labels: { button: HTMLElement; bounds: Bounds | null }[]) {
  const ends: number[] = [];
  let free = -Infinity;
  for (const { button, bounds } of [...labels].sort((a, b) => (a.bounds?.top ?? 0) - (b.bounds?.top ?? 0))) {
    button.hidden = !bounds;
    if (!bounds) continue;
    let lane = ends.findIndex((end) => end <= bounds.top);
    if (lane < 0) lane = ends.length;
    ends[lane] = bounds.bottom + 2;
    const top = Math.max(bounds.top, free);
    free = top + LABEL;
    const bracket = button.querySelector<HTMLElement>(".br")!;
    const label = button.querySelector<HTMLElement>(".brl")!;
    Object.assign(bracket.style, { top: `${bounds.top}px`, height: `${bounds.bottom - bounds.top}px` });
    bracket.dataset.lane = String(Math.min(lane, 5));
    label.style.top = `${top}px`;
  }
}
