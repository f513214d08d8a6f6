// The form that marks what was missed: words that are selected by hand, or typed (M); in one place, or in all of them.
import { occurrences, selected } from "./selecting";
import { filled, the, typing, type Choice, type Place } from "./shared";

type Fields = { places: string; label: string; entity: string };
type Marking = {
  choices: () => Choice[];
  /** Sends what was marked; the first place is where it is to be seen. */
  send: (fields: Fields, first: Place) => void;
  /** What the panel shows when the form closes, and before it opens. */
  closed: () => void;
  opened: () => void;
};

let places: Place[] = [];
let others: Place[] = [];
let page: Marking;

function choose() {
  const label = the<HTMLSelectElement>("label").value;
  const select = the<HTMLSelectElement>("entity");
  const fresh = new Option(select.dataset.new!, "");
  select.replaceChildren(fresh, ...page.choices().filter((one) => one.label === label).map((one) => new Option(one.to, one.key)));
}

function meant(words: string, here: Place[], elsewhere: Place[]) {
  places = here;
  others = elsewhere;
  const all = here.length + elsewhere.length;
  const field = the("everywhere-field");
  field.hidden = all < 2;
  const told = field.querySelector<HTMLElement>("[data-told]")!;
  told.textContent = filled(told.dataset.told!, { "%c": all });
  the("found").textContent = all || !words ? "" : the("found").dataset.none!;
  the<HTMLButtonElement>("mark").disabled = !all;
}

/** Whether the form is open. */
export const isMarking = () => !the("marking").hidden;

/** Close it; decided words do not linger in the page. */
export function unmark() {
  the<HTMLFormElement>("marking").hidden = true;
  the("marked").textContent = the<HTMLInputElement>("words").value = "";
}

/** Open it: by hand for the words that are selected; by keyboard for words that are typed. */
export function openMarking(by: ReturnType<typeof selected> = selected()) {
  page.opened();
  the("marking").hidden = false;
  the("words-field").hidden = !!by;
  the("marked").hidden = !by;
  choose();
  if (by) {
    the("marked").textContent = by.words;
    const { turn, start } = by.place;
    meant(by.words, [by.place], occurrences(by.words).filter((one) => one.turn !== turn || one.start !== start));
    return;
  }
  const input = the<HTMLInputElement>("words");
  input.value = "";
  meant("", [], []);
  input.focus();
}

/** Listen to the form, and to selections. */
export function markingOn(given: Marking) {
  page = given;
  let waiting = 0;
  document.addEventListener("selectionchange", () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      if (typing(document.activeElement)) return;
      const by = selected();
      if (by) openMarking(by);
    }, 200);
  });
  the("words").addEventListener("input", () => {
    const words = the<HTMLInputElement>("words").value.trim();
    const [first, ...rest] = words ? occurrences(words) : [];
    meant(words, first ? [first] : [], rest);
  });
  the("label").addEventListener("change", choose);
  the("unmark").addEventListener("click", () => (getSelection()?.removeAllRanges(), page.closed()));
  the("marking").addEventListener("submit", (event) => {
    event.preventDefault();
    const first = places[0];
    if (!first) return;
    const everywhere = !the("everywhere-field").hidden && the<HTMLInputElement>("everywhere").checked;
    const told = [...places, ...(everywhere ? others : [])].map(({ turn, start, end }) => `${turn}:${start}:${end}`).join(",");
    page.send({ places: told, label: the<HTMLSelectElement>("label").value, entity: the<HTMLSelectElement>("entity").value }, first);
  });
}
