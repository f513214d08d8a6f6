// The keyboard twin of dragging: G picks up, arrows move, Enter drops, Escape puts back; each step is told.
import { announce, board, categoryLists, codeLists, nameOf, opened, show } from "./lists";
import { type Place, listName, placeOf, putBack, send } from "./moving";

type Held = { item: HTMLElement; from: Place; open: string };
let held: Held | undefined;

const focusable = (item: HTMLElement) => item.querySelector<HTMLElement>("a, button")!;
const members = (list: HTMLElement) => [...list.children].filter((one): one is HTMLElement => one instanceof HTMLElement && one.matches(".cd, .cat"));

/** Listen for the keys. */
export function carry() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (held) return carried(event, held);
    const target = event.target as HTMLElement;
    if (event.code !== "KeyG" || target.closest("input, select, textarea, dialog")) return;
    const item = target.closest<HTMLElement>(".cd, .cat");
    if (!item || !board.dataset.edits) return;
    event.preventDefault();
    pickUp(item);
  }, true);
}

function pickUp(item: HTMLElement) {
  held = { item, from: placeOf(item), open: opened() };
  item.classList.add("is-held");
  board.classList.add("is-busy");
  announce(board.dataset.picked!, { name: nameOf(item) });
}

function carried(event: KeyboardEvent, { item, from, open }: Held) {
  event.preventDefault();
  event.stopImmediatePropagation();
  const code = item.dataset.code !== undefined;
  const lists = code ? codeLists() : categoryLists();
  if (event.code === "Enter" || event.code === "NumpadEnter") {
    release(item);
    void send(item, from);
  } else if (event.code === "Escape") {
    putBack(item, from);
    release(item);
    if (code) show(open);
    focusable(item).focus();
    announce(board.dataset.back!, { name: nameOf(item) });
  } else if (code ? step(event.code, item, lists, "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight") : step(event.code, item, lists, "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown")) {
    const list = item.parentElement!;
    if (code) show(list.dataset.codes!);
    list.hidden = false; // a folded band opens for what is carried into it
    focusable(item).focus();
    item.scrollIntoView({ block: "nearest" });
    if (code) document.querySelector(`.cat[data-category="${list.dataset.codes}"]`)?.scrollIntoView({ block: "nearest" });
    const place = members(list).indexOf(item) + 1;
    announce(board.dataset.at!, { name: nameOf(item), place, all: members(list).length, list: listName(list) });
  }
}

function release(item: HTMLElement) {
  held = undefined;
  item.classList.remove("is-held");
  board.classList.remove("is-busy");
}

/** One step: within the list by the first two keys, to the list before or after by the others. */
function step(key: string, item: HTMLElement, lists: HTMLElement[], ...[back, on, before, after]: string[]): boolean {
  const list = item.parentElement!;
  const at = lists.indexOf(list);
  const neighbour = key === back ? item.previousElementSibling : key === on ? item.nextElementSibling : null;
  if (key === back && neighbour) list.insertBefore(item, neighbour);
  else if (key === on && neighbour) list.insertBefore(neighbour, item);
  else if (key === before || key === after) lists[(at + (key === after ? 1 : -1) + lists.length) % lists.length]!.append(item);
  else return false;
  return true;
}
