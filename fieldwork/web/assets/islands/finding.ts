// Finding within one transcript while one types, by keyboard; hearing the place; replacing there or everywhere in it.
import { pattern, places } from "../finding";
import { rangeIn } from "../places";
import { post } from "../post";

type Hit = { turn: HTMLElement; range: Range; start: number; nth: number };

const bar = document.querySelector<HTMLFormElement>("#find-here")!;
const field = bar.querySelector<HTMLInputElement>("#fb-find")!;
const told = bar.querySelector<HTMLOutputElement>("#fb-count")!;
const drawn = typeof Highlight === "function" && "highlights" in CSS;
let hits: Hit[] = [];
let at = -1;

const ticked = (name: string) => bar.querySelector<HTMLInputElement>(`[name=${name}]`)!.checked;

/** Look anew; where one was, one stays: at the first place from that turn on. */
function look(from = hits[at]) {
  const sought = bar.hidden ? null : pattern(field.value, ticked("whole"), ticked("case"));
  const turns = [...document.querySelectorAll<HTMLElement>("#turns .turn")];
  const texts = turns.flatMap((turn) => turn.querySelector<HTMLElement>(".turn__b > p") ?? []);
  hits = sought ? texts.flatMap((text) => places(text.textContent!, sought).map(([start, end], nth) => ({ turn: text.closest<HTMLElement>(".turn")!, range: rangeIn(text, start, end), start, nth }))) : [];
  const number = (turn: HTMLElement) => Number(turn.dataset.number);
  const begin = from ?? { turn: document.querySelector<HTMLElement>("#turns .turn.is-now") ?? turns[0]!, start: 0 };
  at = hits.findIndex((one) => number(one.turn) > number(begin.turn) || (number(one.turn) === number(begin.turn) && one.start >= begin.start));
  if (at < 0 && hits.length) at = 0;
  draw();
}

function draw() {
  const said = !field.value.trim() ? "" : hits.length ? bar.dataset.count!.replace("{at}", String(at + 1)).replace("{count}", String(hits.length)) : bar.dataset.none!;
  if (told.textContent !== said) told.textContent = said;
  bar.classList.toggle("is-none", !!field.value.trim() && !hits.length);
  bar.querySelectorAll<HTMLButtonElement>("[data-find], [data-find-hear], [data-replace-one], [data-replace-all]").forEach((one) => (one.disabled = !hits.length));
  if (!drawn) return;
  CSS.highlights.set("found", new Highlight(...hits.filter((_, number) => number !== at).map((one) => one.range)));
  CSS.highlights.set("found-here", new Highlight(...(hits[at] ? [hits[at]!.range] : [])));
}

/** Bring the place that one is at into sight, below the bar. */
function show() {
  const hit = hits[at];
  if (!hit) return;
  const box = hit.range.getBoundingClientRect();
  const low = bar.getBoundingClientRect().bottom + 8;
  const foot = document.querySelector(".audio")?.getBoundingClientRect().top ?? innerHeight;
  if (box.top >= low && box.bottom <= foot - 8) return;
  const own = document.querySelector<HTMLElement>(".tw")!;
  const scroller = getComputedStyle(own).overflowY === "visible" ? document.scrollingElement! : own;
  scroller.scrollTop += box.top - (low + foot) / 2;
}

function go(by: number) {
  if (!hits.length) return;
  at = (at + by + hits.length) % hits.length;
  draw();
  show();
}

function hear() {
  const hit = hits[at];
  if (hit) document.dispatchEvent(new CustomEvent("fieldwork:hear", { detail: { turn: hit.turn, at: [...hit.turn.querySelector(".turn__b > p")!.textContent!.slice(0, hit.start)].length } }));
}

function open() {
  bar.hidden = false;
  const marked = String(getSelection()).trim();
  if (marked && !marked.includes("\n") && marked.length <= 200) field.value = marked;
  field.focus();
  field.select();
  look(undefined);
  show();
}

function close() {
  const turn = hits[at]?.turn;
  bar.hidden = true;
  hits = [];
  at = -1;
  draw();
  if (turn) document.dispatchEvent(new CustomEvent("fieldwork:turn", { detail: { turn, quietly: true } }));
  (turn ?? document.querySelector<HTMLElement>("[data-find-open]"))?.focus({ preventScroll: true });
}

/** Other words at some places: what is typed in a turn is saved by leaving it, and the server leaves turns alone that have changed. */
async function replace(chosen: Hit[]) {
  if (!chosen.length) return;
  const fields = new FormData();
  fields.set("find", field.value);
  fields.set("words", bar.querySelector<HTMLInputElement>("#fb-words")!.value);
  for (const name of ["whole", "case"]) if (ticked(name)) fields.set(name, "1");
  for (const { turn, nth } of chosen) fields.append("place", `${turn.dataset.id}:${turn.dataset.digest!.slice(0, 16)}:${nth}`);
  const answer = await post(bar.dataset.replace!, fields);
  if (!answer) return;
  document.dispatchEvent(new CustomEvent("fieldwork:turns", { detail: { html: await answer.text() } }));
  look(chosen.length === 1 ? chosen[0] : undefined);
  show();
}

bar.addEventListener("submit", (event) => event.preventDefault());
bar.addEventListener("input", (event) => {
  if ((event.target as HTMLElement).id === "fb-words") return;
  look();
  show();
});
bar.addEventListener("keydown", (event) => {
  const control = event.ctrlKey || event.metaKey;
  if (event.code === "Escape") close();
  else if (control && event.code === "Space") hear();
  else if (event.code === "Enter" && (event.target as HTMLElement).id === "fb-find") go(event.shiftKey ? -1 : 1);
  else if (event.code === "Enter" && (event.target as HTMLElement).id === "fb-words") void replace(hits.slice(at, at + 1));
  else return;
  event.preventDefault();
  event.stopPropagation();
});
bar.addEventListener("click", (event) => {
  const button = (event.target as Element).closest("button");
  if (!button) return;
  const { dataset } = button;
  if (dataset.find) go(Number(dataset.find));
  else if ("findHear" in dataset) hear();
  else if ("findClose" in dataset) close();
  else if ("replaceOne" in dataset) void replace(hits.slice(at, at + 1));
  else if ("replaceAll" in dataset) void replace(hits);
  else if ("findMore" in dataset) {
    const more = bar.querySelector<HTMLElement>("#fb-more")!;
    more.hidden = !more.hidden;
    button.setAttribute("aria-expanded", String(!more.hidden));
    (more.hidden ? field : more.querySelector("input")!).focus();
  }
});
document.querySelectorAll<HTMLElement>("[data-find-open]").forEach((one) => one.addEventListener("click", open));
// turns that were changed, here or by others, hold other nodes: the places are looked for anew
let waiting = 0;
new MutationObserver(() => {
  if (bar.hidden) return;
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(() => look());
}).observe(document.querySelector(".tw")!, { childList: true, subtree: true });
