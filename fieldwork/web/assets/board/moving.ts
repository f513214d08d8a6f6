// A code or category that changes its place: drawn first, sent after, put back where it is refused.
import { post } from "../post";
import { announce, board, nameOf, take } from "./lists";

/** Where something stood: to put it back. */
export type Place = { list: HTMLElement; next: Element | null };
export const placeOf = (item: HTMLElement): Place => ({ list: item.parentElement!, next: item.nextElementSibling });
export const putBack = (item: HTMLElement, { list, next }: Place) => list.insertBefore(item, next?.parentElement === list ? next : null);
export const listName = (list: HTMLElement) => list.dataset.named ?? "";

let sending = 0;
/** Called with the board anew: what hangs on its elements is hung on the new ones. */
export const renewed: (() => void)[] = [];

/** Ask for the board as it is now. */
export async function refresh() {
  const answer = await fetch(board.dataset.address!, { headers: { "HX-Request": "true" } });
  if (answer.ok) renew(await answer.text());
}

export function renew(html: string) {
  if (sending > 0 || board.classList.contains("is-busy")) return; // a later answer, or the end of the drag, brings a newer one
  take(html);
  renewed.forEach((hang) => hang());
}

/** Send a move that is drawn already. */
export async function send(item: HTMLElement, from: Place) {
  const list = item.parentElement!;
  if (list === from.list && item.nextElementSibling === from.next) return;
  const code = item.dataset.code;
  const next = item.nextElementSibling as HTMLElement | null;
  const fields: Record<string, string> = code
    ? { category: list.dataset.codes!, was: from.list.dataset.codes!, before: next?.dataset.code ?? "" }
    : { core: list.dataset.categories!, was: from.list.dataset.categories!, before: next?.dataset.category ?? "" };
  announce(board.dataset.dropped!, { name: nameOf(item), list: listName(list) });
  sending += 1;
  const answer = await post(`${board.dataset.address}/${code ? `codes/${code}` : `${item.dataset.category}/move`}`, fields);
  sending -= 1;
  if (answer) renew(await answer.text());
  else {
    putBack(item, from);
    announce(board.dataset.back!, { name: nameOf(item) });
  }
}
