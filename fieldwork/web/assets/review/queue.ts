// Which mention comes next: as the text goes, the surest first, or the most doubtful first; and the list of who is met.
import { the, type Mark } from "./shared";

type Order = "text" | "sure" | "doubt";
const KEPT = "fieldwork-review-order"; // a habit of this person, no word of any text

export const marks = () => [...document.querySelectorAll<Mark>("#turns .mn")];
export const isOpen = (mark: HTMLElement) => mark.dataset.state === "pending" && !mark.classList.contains("is-sent");
const rank = (one: HTMLElement) => Number(one.dataset.rank);

let order: Order = "text";

/** Open mentions in the order that is wanted. What waits for the expert comes last: a look does not answer it. */
function queue(): Mark[] {
  const open = marks().filter(isOpen);
  const asked = (one: Mark) => Number(!!one.dataset.asked);
  const by = order === "text" ? () => 0 : order === "sure" ? (one: Mark, other: Mark) => rank(other) - rank(one) : (one: Mark, other: Mark) => rank(one) - rank(other);
  return open.sort((one, other) => asked(one) - asked(other) || by(one, other));
}

/** The next open mention after this one; from the beginning after the last. */
export function nextOpen(present: string): Mark | undefined {
  const all = marks();
  const at = all.findIndex((one) => one.id === present);
  const open = queue();
  if (order !== "text") {
    const here = all[at];
    const same = open.filter((one) => here && rank(one) === rank(here) && all.indexOf(one) > at && !one.dataset.asked);
    return same[0] ?? open.find((one) => one.id !== present) ?? open[0];
  }
  const behind = open.filter((one) => all.indexOf(one) > at && !one.dataset.asked);
  return behind[0] ?? open.find((one) => one.id !== present) ?? open[0];
}

/** The first one of the queue. */
export const firstOpen = (): Mark | undefined => queue()[0];

const shown: Record<string, (line: HTMLElement) => boolean> = {
  undecided: (line) => line.dataset.undecided !== "0",
  doubt: (line) => line.dataset.undecided !== "0" && line.dataset.sure === "0",
  asked: (line) => line.dataset.asked !== "0",
  all: () => true,
};
let wanted = "undecided";

/** Show the lines that are wanted, in the order that is wanted. */
export function filterLines() {
  const lines = ([...the("lines").children] as HTMLElement[]).sort((one, other) => Number(one.dataset.place) - Number(other.dataset.place));
  if (order !== "text") lines.sort((one, other) => (order === "sure" ? rank(other) - rank(one) : rank(one) - rank(other)));
  the("lines").append(...lines);
  lines.forEach((line) => (line.hidden = !shown[wanted]!(line)));
  the("lines-none").hidden = lines.some((line) => !line.hidden);
}

/** Listen to the choice of order and to the list. */
export function queueOn(go: (mark: Mark | null) => void) {
  const kept = localStorage.getItem(KEPT);
  const select = the<HTMLSelectElement>("order");
  if (kept && [...select.options].some((one) => one.value === kept)) select.value = kept;
  order = select.value as Order;
  select.addEventListener("change", () => {
    order = select.value as Order;
    localStorage.setItem(KEPT, order);
    filterLines();
    go(firstOpen() ?? null);
    select.blur(); // the next key decides
  });
  the("filter").addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button");
    if (!button) return;
    wanted = button.value;
    the("filter").querySelectorAll("button").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
    filterLines();
  });
  the("lines").addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("[data-first]");
    if (!link) return;
    event.preventDefault();
    go(document.getElementById(link.dataset.first!) as Mark | null);
  });
}
