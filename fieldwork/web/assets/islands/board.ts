// The board of axial coding: dragging, its keyboard twin, its form twin, names of categories, search, undo in place.
import { carry } from "../board/carrying";
import { drag } from "../board/dragging";
import { all, board, categoryLists, codeLists, find, folds, nameOf, opened, show } from "../board/lists";
import { listName, placeOf, refresh, renew, renewed, send } from "../board/moving";
import { post } from "../post";

const dialog = (id: string) => document.querySelector<HTMLDialogElement>(`#${id}`);

// the form twin: a list to choose the place from
let moving: HTMLElement | undefined;
function chooseFor(item: HTMLElement) {
  moving = item;
  const code = item.dataset.code !== undefined;
  document.getElementById("move-h")!.textContent = board.dataset.move!.replace("{name}", nameOf(item));
  const select = document.querySelector<HTMLSelectElement>("#move-to")!;
  const option = (list: HTMLElement) => {
    const made = new Option(listName(list), list.dataset.codes ?? list.dataset.categories, false, list === item.parentElement);
    return made;
  };
  if (!code) select.replaceChildren(...categoryLists().map(option));
  else {
    const groups = categoryLists().map((band) => {
      const group = document.createElement("optgroup");
      group.label = listName(band);
      const inside = all(".cat", band).map((card) => codeLists().find((one) => one.dataset.codes === card.dataset.category)!);
      group.append(...inside.map(option));
      return group;
    });
    select.replaceChildren(option(codeLists().at(-1)!), ...groups.filter((group) => group.children.length > 0));
  }
  dialog("move")!.showModal();
}

dialog("move")?.addEventListener("close", () => {
  const chosen = document.querySelector<HTMLSelectElement>("#move-to")!.value;
  const item = moving;
  moving = undefined;
  if (!item || dialog("move")!.returnValue !== "go") return;
  dialog("move")!.returnValue = "";
  const from = placeOf(item);
  const lists = item.dataset.code === undefined ? categoryLists() : codeLists();
  const list = lists.find((one) => (one.dataset.codes ?? one.dataset.categories) === chosen);
  if (!list || list === from.list) return;
  list.append(item);
  void send(item, from);
});

// names of categories: one dialog for new and old
const form = dialog("heading")?.querySelector("form");
const field = (name: string) => form!.elements.namedItem(name) as HTMLInputElement;
function nameIt(address: string, title: string, { label = {}, core = "", empty = false, seventh = false }: { label?: Record<string, string>; core?: string; empty?: boolean; seventh?: boolean }) {
  form!.setAttribute("action", address);
  document.getElementById("heading-h")!.textContent = title;
  for (const language of ["ru", "kk", "en"]) field(`label_${language}`).value = label[language] ?? "";
  field("core").value = core;
  form!.querySelector<HTMLElement>(".bd__rm")!.hidden = !empty;
  document.getElementById("seventh")!.hidden = !seventh;
  dialog("heading")!.showModal();
  field(`label_${document.documentElement.lang}`)?.focus();
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  await settle(form.getAttribute("action")!, new FormData(form));
});
form?.querySelector(".bd__rm")?.addEventListener("click", () => settle(`${form.getAttribute("action")}/remove`, new FormData()));

async function settle(address: string, fields: FormData) {
  const answer = await post(address, fields); // a refusal is told; what was typed stays
  if (!answer) return;
  dialog("heading")!.close();
  renew(await answer.text());
}

board?.addEventListener("click", (event) => {
  const target = event.target as HTMLElement;
  const button = target.closest<HTMLElement>("button");
  if (!button) return;
  const { newCategory, changeCore, change, label = "{}", empty } = button.dataset;
  const words = form?.dataset ?? {};
  const known = { label: JSON.parse(label), empty: empty === "yes" };
  if (button.matches(".cat__n")) {
    const id = button.closest<HTMLElement>(".cat")!.dataset.category!;
    show(opened() === id ? "" : id);
  } else if (button.matches(".lane__x")) {
    const card = opened();
    show("");
    board.querySelector<HTMLElement>(`.cat[data-category="${card}"] button`)?.focus();
  } else if (button.matches(".cd__m, .cat__g")) chooseFor(button.closest<HTMLElement>(".cd, .cat")!);
  else if (newCategory !== undefined) nameIt(board.dataset.address!, words.new!, { core: newCategory });
  else if ("newCore" in button.dataset) nameIt(board.dataset.cores!, words.newCore!, { seventh: categoryLists().filter((one) => one.dataset.categories).length >= 6 });
  else if (changeCore) nameIt(changeCore, words.renameCore!, known);
  else if (change) nameIt(change, words.rename!, known);
});

// undo without leaving the board
document.getElementById("toasts")!.addEventListener("submit", async (event) => {
  event.preventDefault();
  const undone = event.target as HTMLFormElement;
  const answer = await post(undone.getAttribute("action")!);
  undone.closest(".toast")?.remove();
  if (answer) await refresh();
});

const sought = document.querySelector<HTMLInputElement>("#bd-q");
sought?.addEventListener("input", () => find(sought.value));
sought?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  sought.value = "";
  find("");
});

function hang() {
  folds();
  if (board.dataset.edits) drag();
}
if (board) {
  renewed.push(hang);
  hang();
  const wide = matchMedia("(min-width: 761px)").matches;
  const named = location.hash.startsWith("#category-") ? document.getElementById(location.hash.slice(1)) : null;
  show((named ?? (wide ? board.querySelector<HTMLElement>(".cat") : null))?.dataset.category ?? "");
  if (board.dataset.edits) carry();
}
