// Dragging with mouse or finger: codes between lists and onto cards, cards between bands.
import Sortable, { type SortableEvent } from "sortablejs";

import { all, board, categoryLists, codeLists, show } from "./lists";
import { type Place, send } from "./moving";

const COMMON: Sortable.Options = {
  animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
  delay: 180,
  delayOnTouchOnly: true,
  forceFallback: true, // one way of dragging for mouse, pen and finger
  fallbackOnBody: true,
  fallbackTolerance: 4,
  revertOnSpill: true, // let go beside every list: back it goes
  scroll: true,
  scrollSensitivity: 60,
};
let hung: Sortable[] = [];
let from: Place | undefined;

/** Make the lists of the board, as it is now, ready for dragging. */
export function drag() {
  hung.forEach((one) => one.destroy());
  hung = [
    ...codeLists().map((list) => Sortable.create(list, { ...COMMON, group: "codes", draggable: ".cd", onStart, onEnd })),
    ...all("ul[data-drop]").map((list) => Sortable.create(list, { ...COMMON, group: { name: "codes", pull: false }, draggable: ".cd", sort: false })),
    ...categoryLists().map((list) => Sortable.create(list, { ...COMMON, group: "categories", draggable: ".cat", filter: ".cat__m", preventOnFilter: false, onStart, onEnd })),
  ];
}

function onStart({ item }: SortableEvent) {
  from = { list: item.parentElement!, next: item.nextElementSibling };
  board.classList.add("is-busy", item.dataset.code ? "drags-code" : "drags-category");
}

function onEnd({ item, to }: SortableEvent) {
  board.classList.remove("is-busy", "drags-code", "drags-category");
  if (!from) return;
  const was = from;
  from = undefined;
  const dropped = to.dataset.drop;
  if (dropped) {
    const list = codeLists().find((one) => one.dataset.codes === dropped)!;
    if (list === was.list) list.insertBefore(item, was.next);
    else list.append(item);
    if (list === was.list) return;
  }
  // the list that codes are taken from stays in sight, so that several can be taken one after another
  if (item.dataset.code && was.list.dataset.codes) show(was.list.dataset.codes);
  void send(item, was);
}
