// The words of a transcript in the page: turns, places in them, steps from word to word. A browser counts UTF-16 code units,
// the database code points: they are converted here, when codings come in and when they are sent, and nowhere else.
export type Point = { turn: number; at: number };
export type Span = { start: Point; end: Point };
export type Sent = [number, number]; // turn, code point

const ASTRAL = /[\ud800-\udfff]/;

/** Code units -> code points. */
export const toPoints = (text: string, units: number) => (ASTRAL.test(text) ? [...text.slice(0, units)].length : units);
/** Code points -> code units. */
export const toUnits = (text: string, points: number) => (ASTRAL.test(text) ? [...text].slice(0, points).join("").length : points);

export const before = (a: Point, b: Point) => a.turn < b.turn || (a.turn === b.turn && a.at < b.at);
export const overlap = (a: Span, b: Span) => before(a.start, b.end) && before(b.start, a.end);
export const same = (a: Span, b: Span) => !before(a.start, b.start) && !before(b.start, a.start) && !before(a.end, b.end) && !before(b.end, a.end);

export class Turns {
  readonly all: HTMLElement[];
  private nodes = new Map<number, Text>();

  constructor(root: HTMLElement) {
    this.all = [...root.querySelectorAll<HTMLElement>("[data-turn]")];
    for (const turn of this.all) {
      const words = turn.querySelector("[data-text]")!;
      if (!words.firstChild) words.append("");
      this.nodes.set(number(turn), words.firstChild as Text);
    }
  }

  text = (turn: number) => this.nodes.get(turn)?.data ?? "";
  element = (turn: number) => this.all.find((one) => number(one) === turn);
  of = (target: EventTarget | null) => (target as Element | null)?.closest?.<HTMLElement>("[data-turn]") ?? null;

  /** What the server sends. */
  read(start: Sent, end: Sent): Span {
    return { start: { turn: start[0], at: toUnits(this.text(start[0]), start[1]) }, end: { turn: end[0], at: toUnits(this.text(end[0]), end[1]) } };
  }

  /** What the server is sent. */
  fields({ start, end }: Span): Record<string, string> {
    return {
      start_turn: String(start.turn),
      start: String(toPoints(this.text(start.turn), start.at)),
      end_turn: String(end.turn),
      end: String(toPoints(this.text(end.turn), end.at)),
    };
  }

  /** The turns from one to another, in order. */
  between = (first: number, last: number) => this.all.map(number).filter((one) => first <= one && one <= last);

  /** One range for each turn that a span runs through. */
  ranges({ start, end }: Span): Range[] {
    return this.between(start.turn, end.turn).map((turn) => {
      const node = this.nodes.get(turn)!;
      const range = document.createRange();
      range.setStart(node, turn === start.turn ? Math.min(start.at, node.length) : 0);
      range.setEnd(node, turn === end.turn ? Math.min(end.at, node.length) : node.length);
      return range;
    });
  }

  quote = (span: Span) => this.ranges(span).map(String).join(" ");

  /** The words that ranges of the page enclose; null where they enclose none. */
  enclosed(ranges: Range[]): Span | null {
    const found: Span[] = [];
    for (const range of ranges) {
      for (const turn of this.all) {
        const node = this.nodes.get(number(turn))!;
        if (!range.intersectsNode(node)) continue;
        const at = range.startContainer === node ? range.startOffset : 0;
        const until = range.endContainer === node ? range.endOffset : node.length;
        const span = this.trimmed({ start: { turn: number(turn), at }, end: { turn: number(turn), at: until } });
        if (span) found.push(span);
      }
    }
    found.sort((a, b) => (before(a.start, b.start) ? -1 : 1));
    return found.length ? { start: found[0]!.start, end: found.at(-1)!.end } : null;
  }

  /** Without blanks at both ends, and out to whole words and placeholders. */
  private trimmed({ start, end }: Span): Span | null {
    const text = this.text(start.turn);
    let [from, to] = [start.at, end.at];
    while (from < to && /\s/.test(text[from]!)) from++;
    while (to > from && /\s/.test(text[to - 1]!)) to--;
    while (from > 0 && inside(text, from)) from--;
    while (to < text.length && inside(text, to)) to++;
    return from < to ? { start: { ...start, at: from }, end: { ...end, at: to } } : null;
  }

  /** A whole turn; null where nothing is said in it. */
  whole = (turn: number) => this.trimmed({ start: { turn, at: 0 }, end: { turn, at: this.text(turn).length } });

  /** A span whose beginning or end is one word further on or back; the same where there is none. */
  stepped(span: Span, edge: "start" | "end", by: number): Span {
    const places = this.between(span.start.turn - 1, span.end.turn + 1).flatMap((turn) =>
      [...this.text(turn).matchAll(/\S+/g)].map((word) => ({ turn, at: edge === "start" ? word.index : word.index + word[0].length })),
    );
    const now = span[edge];
    const next = by > 0 ? places.find((one) => before(now, one)) : places.filter((one) => before(one, now)).at(-1);
    if (!next) return span;
    const moved = { ...span, [edge]: next };
    return before(moved.start, moved.end) ? moved : span;
  }
}

/** Whether a place lies within a word (or a placeholder, or a character of two code units). */
function inside(text: string, at: number): boolean {
  const [left, right] = [text.slice(0, at), text.slice(at)];
  if (/[\p{L}\p{N}\p{M}]$/u.test(left) && /^[\p{L}\p{N}\p{M}]/u.test(right)) return true;
  if (/[\ud800-\udbff]$/.test(left) && /^[\udc00-\udfff]/.test(right)) return true;
  return /\[[^[\]\n]{0,60}$/.test(left) && /^[^[\]\n]{0,60}\]/.test(right);
}

export const number = (turn: HTMLElement) => Number(turn.dataset.turn);
