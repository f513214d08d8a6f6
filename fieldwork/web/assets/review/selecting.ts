// What of a text is selected, and where the same words stand, as code points. Pieces carry where they begin (data-at);
// a mention carries its end, too (data-end), and is taken whole.
import { points, type Place } from "./shared";

const letter = /[\p{L}\p{N}_]/u;

function border(node: Node, offset: number, side: "at" | "end"): number | null {
  const element = node instanceof Element ? node : node.parentElement;
  const piece = element?.closest<HTMLElement>("[data-at]");
  if (!piece) return null;
  if (piece.dataset.end) return Number(piece.dataset[side]);
  const text = piece.firstChild?.textContent ?? "";
  const before = node === piece ? (offset ? text : "") : text.slice(0, offset);
  return Number(piece.dataset.at) + points(before);
}

/** The selected words of one turn, or null. */
export function selected(): { words: string; place: Place } | null {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  const turn = (range.startContainer.parentElement?.closest("[data-turn]") as HTMLElement | null) ?? null;
  if (!turn?.contains(range.endContainer)) return null;
  const said = range.toString();
  const words = said.trim();
  const from = border(range.startContainer, range.startOffset, "at");
  const to = border(range.endContainer, range.endOffset, "end");
  if (!words || from === null || to === null) return null;
  const lead = points(said) - points(said.trimStart());
  const tail = points(said) - points(said.trimEnd());
  return { words, place: { turn: Number(turn.dataset.turn), start: from + lead, end: to - tail } };
}

/** Where these words stand unmarked, as words of their own. */
export function occurrences(words: string): Place[] {
  const found: Place[] = [];
  const sought = words.toLocaleLowerCase();
  for (const piece of document.querySelectorAll<HTMLElement>("#turns span[data-at]")) {
    const text = piece.textContent!;
    const lower = text.toLocaleLowerCase();
    if (lower.length !== text.length) continue; // letters that change their length: cannot be counted so
    for (let at = lower.indexOf(sought); at >= 0; at = lower.indexOf(sought, at + sought.length)) {
      if (letter.test(text[at - 1] ?? "") || letter.test(text[at + sought.length] ?? "")) continue;
      const start = Number(piece.dataset.at) + points(text.slice(0, at));
      const turn = Number(piece.closest<HTMLElement>("[data-turn]")!.dataset.turn);
      found.push({ turn, start, end: start + points(text.slice(at, at + sought.length)) });
    }
  }
  return found;
}
