// Turns that somebody else has changed take the place of those that stand there. What is not changed is not touched, and what
// is being typed in, or has its menu open, stays as it is, wherever the others go; selection, focus and scroll stay, too.
import { placesIn, rangeIn } from "./places";

const list = () => document.querySelector<HTMLElement>("#turns")!;
const all = () => [...list().querySelectorAll<HTMLElement>(".turn")];
const MOST = 40; // more turns than that are asked for as the whole

/** What the page lacks of the turns as they are told to be: an address to ask, or nothing. */
export function lacking(address: string, told: [string, string][], pinned: HTMLElement[]): string | null {
  const there = new Map(all().map((one) => [one.dataset.id!, one]));
  const wanted = told.filter(([id, digest]) => {
    const turn = there.get(id);
    return !turn || (turn.dataset.digest !== digest && !pinned.includes(turn));
  });
  const known = new Set(told.map(([id]) => id));
  const order = all().filter((one) => known.has(one.dataset.id!) || !pinned.includes(one));
  const same = order.length === told.length && order.every((one, at) => one.dataset.id === told[at]![0]);
  if (!wanted.length && same) return null;
  if (wanted.length > MOST) return address;
  return `${address}?${new URLSearchParams(wanted.length ? wanted.map(([id]) => ["turn", id]) : [["turn", ""]])}`;
}

/** Put the server's turns into the page. */
export function takeIn(html: string, pinned: HTMLElement[]) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const fresh = holder.content.querySelector<HTMLElement>("#turns")!;
  const there = new Map(all().map((one) => [one.dataset.id!, one]));
  const swapped: [HTMLElement, HTMLElement][] = [];
  const wanted: Element[] = [];
  for (const child of [...fresh.children] as HTMLElement[]) {
    const was = there.get(child.dataset.id ?? "");
    const stub = child.dataset.place !== undefined;
    if (!child.matches(".turn")) wanted.push(child);
    else if (was && (stub || pinned.includes(was) || was.dataset.digest === child.dataset.digest)) wanted.push(renumbered(was, child));
    else if (stub) return; // changed once more meanwhile: the next question tells
    else {
      wanted.push(child);
      if (was) swapped.push([was, child]);
    }
  }
  for (const one of pinned) if (!wanted.includes(one)) keepGone(one, wanted);
  const back = remember(swapped);
  for (const node of [...list().childNodes]) if (!wanted.includes(node as Element)) node.remove();
  let here = list().firstChild;
  for (const node of wanted) {
    if (node === here) here = here.nextSibling;
    else list().insertBefore(node, here);
  }
  for (const [was, turn] of swapped) {
    turn.classList.add("is-fresh");
    setTimeout(() => turn.classList.remove("is-fresh"), 4000);
    document.dispatchEvent(new CustomEvent("fieldwork:swapped", { detail: { was, fresh: turn } }));
  }
  back();
}

/** A turn that stays, under the number it has by now. */
function renumbered(turn: HTMLElement, told: HTMLElement): HTMLElement {
  turn.id = told.id;
  turn.dataset.number = told.dataset.number;
  const place = told.dataset.place ?? told.querySelector("[data-edit]")?.getAttribute("aria-label");
  if (place) turn.querySelector("[data-edit]")?.setAttribute("aria-label", place);
  return turn;
}

/** A turn that is gone while something is typed in it: it stays behind the one that it followed. */
function keepGone(turn: HTMLElement, wanted: Element[]) {
  let before = turn.previousElementSibling;
  while (before && !wanted.includes(before)) before = before.previousElementSibling;
  wanted.splice(before ? wanted.indexOf(before) + 1 : 0, 0, turn);
  turn.removeAttribute("id");
}

/** What the reader looks at, has marked and is at; returns what puts it back once other turns stand there. */
function remember(swapped: [HTMLElement, HTMLElement][]): () => void {
  const now = new Map(swapped);
  const own = document.querySelector<HTMLElement>(".tw")!;
  const scroller = getComputedStyle(own).overflowY === "visible" ? document.scrollingElement! : own;
  const edge = scroller === own ? own.getBoundingClientRect().top : 0;
  const top = (one: HTMLElement) => one.getBoundingClientRect().top;
  const seen = all().filter((one) => one.getBoundingClientRect().bottom > edge && top(one) < innerHeight);
  const typed = list().querySelector<HTMLElement>(".turn.is-edited");
  // what one reads is best held by a turn that begins in sight and stays as it is
  const held = [typed, ...seen.filter((one) => !now.has(one) && top(one) >= edge), ...seen.filter((one) => !now.has(one)), ...seen].filter((one) => one !== null);
  const tops = new Map(held.map((one) => [one, top(one)]));
  const focused = document.activeElement?.closest<HTMLElement>("#turns .turn");
  const marked = selected();
  return () => {
    const anchor = held.find((one) => (now.get(one) ?? one).isConnected);
    if (anchor) scroller.scrollTop += top(now.get(anchor) ?? anchor) - tops.get(anchor)!;
    if (focused && now.has(focused)) now.get(focused)!.focus({ preventScroll: true });
    if (marked && now.has(marked.turn)) select(now.get(marked.turn)!, marked);
  };
}

type Marked = { turn: HTMLElement; start: number; end: number };

/** The words of one turn that are marked. */
function selected(): Marked | null {
  const selection = getSelection();
  if (!selection?.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const begins = range.startContainer instanceof Element ? range.startContainer : range.startContainer.parentElement;
  const text = begins?.closest<HTMLElement>("#turns .turn__b > p");
  if (!text || !text.contains(range.endContainer)) return null;
  const [start, end] = placesIn(text, range);
  return { turn: text.closest<HTMLElement>(".turn")!, start, end };
}

function select(turn: HTMLElement, { start, end }: Marked) {
  const text = turn.querySelector<HTMLElement>(".turn__b > p")!;
  if (end > text.textContent!.length) return;
  const range = rangeIn(text, start, end);
  getSelection()?.setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
}
