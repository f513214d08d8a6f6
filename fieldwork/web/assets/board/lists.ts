// The board as it stands in the page: which lists there are, what is open, what is found. Nothing is sent from here.

export const board = document.querySelector<HTMLElement>("#board")!;
export const all = <T extends HTMLElement>(selector: string, inside: ParentNode = board) => [...inside.querySelectorAll<T>(selector)];
export const codeLists = () => [...all("ul[data-codes]").filter((one) => one.dataset.codes), ...all('ul[data-codes=""]')];
export const categoryLists = () => all("ol[data-categories]");
export const cardOf = (id: string) => board.querySelector<HTMLElement>(`.cat[data-category="${id}"]`);
export const nameOf = (item: HTMLElement) => item.dataset.name ?? "";

const FOLDED = "fieldwork-folded";
let open = "";
let words = "";

/** The category whose codes are shown; an empty one for none. */
export const opened = () => open;

/** Show the codes of a category beside the board. */
export function show(id: string) {
  open = id;
  redraw();
}

/** Narrow the board to what holds the words typed. */
export function find(typed: string) {
  words = typed.trim().toLocaleLowerCase();
  redraw();
}

const holds = (text: string) => text.toLocaleLowerCase().includes(words);

function redraw() {
  let found = 0;
  for (const section of all(".lane__b")) {
    const id = section.dataset.list!;
    const whole = words !== "" && id !== "" && holds(nameOf(cardOf(id) ?? section));
    let hits = 0;
    for (const code of all(".cd", section)) {
      code.hidden = words !== "" && !whole && !holds(nameOf(code));
      if (!code.hidden) hits += 1;
    }
    section.hidden = words === "" ? id !== "" && id !== open : hits === 0;
    found += words === "" ? 1 : hits;
    const card = cardOf(id);
    if (!card) continue;
    card.classList.toggle("is-dim", words !== "" && hits === 0 && !whole);
    card.classList.toggle("is-on", words === "" && id === open);
    card.querySelector("button")!.setAttribute("aria-pressed", String(words === "" && id === open));
  }
  board.querySelector<HTMLElement>(".lane__e")!.hidden = found > 0;
  board.classList.toggle("is-finding", words !== "");
}

/** What is folded stays folded, on this machine. */
export function folds() {
  const kept = new Set<string>(JSON.parse(localStorage.getItem(FOLDED) ?? "[]"));
  for (const button of all<HTMLButtonElement>(".bd__fold")) {
    const list = document.getElementById(button.getAttribute("aria-controls")!)!;
    list.hidden = kept.has(list.id);
    button.setAttribute("aria-expanded", String(!list.hidden));
    button.addEventListener("click", () => {
      list.hidden = !list.hidden;
      if (list.hidden) kept.add(list.id);
      else kept.delete(list.id);
      button.setAttribute("aria-expanded", String(!list.hidden));
      localStorage.setItem(FOLDED, JSON.stringify([...kept]));
    });
  }
}

/** Take the board as the server drew it; what is open, found, folded and in focus stays so. */
export function take(html: string) {
  const focused = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>(".cd, .cat");
  const again = focused && (focused.dataset.code ? `.cd[data-code="${focused.dataset.code}"] a` : `.cat[data-category="${focused.dataset.category}"] button`);
  const lane = board.querySelector(".lane")?.scrollTop ?? 0;
  board.innerHTML = html;
  const now = board.querySelector<HTMLTemplateElement>("#sorted-now");
  if (now) document.getElementById("sorted")!.replaceChildren(now.content);
  now?.remove();
  if (open && !cardOf(open)) open = "";
  redraw();
  board.querySelector(".lane")!.scrollTop = lane;
  if (again) board.querySelector<HTMLElement>(again)?.focus({ preventScroll: true });
}

const told = () => document.getElementById("told")!;

/** Say to those who listen what the eye sees. */
export function announce(sentence: string, values: Record<string, string | number>) {
  told().textContent = sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
