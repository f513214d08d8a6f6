// When single words of a turn are heard. The server writes «place:ms» of each (places in code points); where an engine told
// none, a moment is reckoned from how far into its stretch of the text the letter stands.

type Moment = { at: number; time: number };

/** The beginnings of words, in seconds of the interview, in the order of the text. */
export function wordTimes(turn: HTMLElement): Moment[] {
  const text = turn.querySelector<HTMLElement>(".turn__b > p")!;
  const given = text.dataset.words?.split(" ").map((one) => one.split(":").map(Number));
  if (given?.length) return given.map(([at, ms]) => ({ at: at!, time: ms! / 1000 }));
  const borders = stretches(turn, text);
  const found: Moment[] = [];
  for (const match of text.textContent!.matchAll(/\S+/gu)) {
    const at = [...text.textContent!.slice(0, match.index)].length;
    const behind = borders.findIndex((one) => one.at > at);
    const [low, high] = [borders[behind - 1], borders[behind]];
    if (low && high) found.push({ at, time: low.time + ((at - low.at) / (high.at - low.at)) * (high.time - low.time) });
  }
  return found;
}

/** Where stretches with a known beginning begin, and where the turn ends. */
function stretches(turn: HTMLElement, text: HTMLElement): Moment[] {
  const found: Moment[] = [];
  let at = 0;
  for (const node of text.childNodes) {
    const from = (node as HTMLElement).dataset?.from;
    if (from !== undefined) found.push({ at, time: Number(from) / 1000 });
    at += [...node.textContent!].length;
  }
  if (found[0]?.at !== 0) found.unshift({ at: 0, time: Number(turn.dataset.from) / 1000 });
  return [...found, { at, time: Number(turn.dataset.to) / 1000 }];
}

/** The beginning of the word before (by half a second, so that one gets away from a word that plays) or after a moment. */
export function wordAround(words: Moment[], time: number, by: 1 | -1): number | undefined {
  const times = words.map((one) => one.time);
  return by > 0 ? times.find((one) => one > time + 0.02) : times.filter((one) => one < time - 0.5).at(-1) ?? times[0];
}

/** When the word under the pointer is heard; nothing where the pointer is at no letter. */
export function pointedAt(turn: HTMLElement, event: MouseEvent): number | undefined {
  const text = turn.querySelector<HTMLElement>(".turn__b > p")!;
  const place = caret(event);
  if (!place || !text.contains(place.node)) return undefined;
  const before = document.createRange();
  before.setStart(text, 0);
  before.setEnd(place.node, place.offset);
  const at = [...before.toString()].length;
  const words = wordTimes(turn);
  return (words.filter((one) => one.at <= at).at(-1) ?? words[0])?.time;
}

function caret(event: MouseEvent): { node: Node; offset: number } | undefined {
  const found = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  if (found) return { node: found.offsetNode, offset: found.offset };
  const range = document.caretRangeFromPoint?.(event.clientX, event.clientY);
  return range ? { node: range.startContainer, offset: range.startOffset } : undefined;
}
