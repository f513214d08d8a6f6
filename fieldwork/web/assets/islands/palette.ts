// The command palette: do first, find second. Loaded when it is first opened (keys.ts).
import { labelled } from "../keys";
import { likeness, russian } from "../layouts";

type Named = { kind: string; name: string; hint: string; href: string; core: number };
type Pieces = [string, boolean][];
type Hit = { kind: string; href: string; name: Pieces; body: Pieces; hint: string };
type Choice = { group: string; name: Pieces; hint: Pieces; mark?: number; key?: string; deed: (aside: boolean) => void };

const SHOWN: Record<string, number> = { page: 8, expert: 6, code: 6, category: 4 };
const WAIT = 200;

const palette = document.querySelector<HTMLDialogElement>("#palette")!;
const words = palette.dataset as Record<string, string>;
const input = palette.querySelector("input")!;
const listbox = palette.querySelector<HTMLElement>("[role=listbox]")!;
const status = palette.querySelector<HTMLElement>("[role=status]")!;

let names: Named[] = [];
let hits: { typed: string; hits: Hit[]; total: number } = { typed: "", hits: [], total: 0 };
let choices: Choice[] = [];
let at = 0;
let asked: AbortController | undefined;
let waiting: ReturnType<typeof setTimeout> | undefined;

async function ask<Answer>(address: string, signal?: AbortSignal): Promise<Answer | null> {
  try {
    const answer = await fetch(address, { signal, headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // without the network there is still what the page itself can do
  }
}

palette.addEventListener("fieldwork:open", async () => {
  hits = { typed: "", hits: [], total: 0 };
  typedOn();
  names = (await ask<Named[]>(words.names)) ?? names;
  draw();
});
palette.addEventListener("close", () => asked?.abort()); // the browser gives the focus back
palette.addEventListener("click", (event) => {
  if (event.target === palette) palette.close();
});

const go = (href: string) => (aside: boolean) => {
  if (aside) return void window.open(href, "_blank", "noopener");
  palette.close();
  location.assign(href);
};

/** What this very page can do: everything on it that has a key. */
function deeds(typed: string): Choice[] {
  const found = [...document.querySelectorAll<HTMLElement>("[data-key]:not([disabled]), .js-theme, [data-shortcuts]")];
  return found.flatMap((one) => {
    const name = labelled(one);
    const doable = one.matches("a, button, summary") && (one.getClientRects().length > 0 || one.hasAttribute("data-shortcuts"));
    if (!name || !doable || palette.contains(one) || (typed && !likeness(name, typed))) return [];
    const deed = () => {
      palette.close();
      one.click();
    };
    return [{ group: words.deeds, name: [[name, false]], hint: [], key: one.querySelector("kbd")?.textContent ?? undefined, deed }];
  });
}

function places(typed: string): Choice[] {
  return Object.keys(SHOWN).flatMap((kind) => {
    if (!typed && kind !== "page") return [];
    const ranked = names
      .filter((one) => one.kind === kind)
      .map((one, order) => ({ one, order, points: typed ? likeness(one.name, typed) || (kind === "expert" ? likeness(one.hint, typed) : 0) : 1 }))
      .filter(({ points }) => points)
      .sort((left, right) => right.points - left.points || left.order - right.order);
    return ranked.slice(0, typed ? SHOWN[kind] : ranked.length).map(({ one }) => ({
      group: words[kind],
      name: [[one.name, false]] as Pieces,
      hint: [[one.hint, false]] as Pieces,
      mark: kind === "code" || kind === "category" ? one.core : undefined,
      deed: go(one.href),
    }));
  });
}

function found(typed: string): Choice[] {
  if (!typed) return [];
  const told = hits.hits.filter((one) => one.href && (one.body.some(([, hit]) => hit) || !names.some(({ href }) => href === one.href)));
  const rest: Choice = { group: words.found, name: [[words.all.replace("%s", typed), false]], hint: hits.total ? [[`${hits.total}`, false]] : [], deed: go(`${words.search}?q=${encodeURIComponent(typed)}`) };
  return [
    ...told.map((one) => ({
      group: words.found,
      name: one.name.length ? one.name : one.body,
      hint: [[[one.kind, one.hint].filter(Boolean).join(", "), false], ...(one.name.length && one.body.some(([, hit]) => hit) ? ([[": ", false], ...one.body] as Pieces) : [])] as Pieces,
      deed: go(one.href),
    })),
    rest,
  ];
}

function pieces(parts: Pieces): Node[] {
  return parts.map(([text, hit]) => (hit ? Object.assign(document.createElement("mark"), { textContent: text }) : document.createTextNode(text)));
}

function row(choice: Choice, number: number): HTMLElement {
  const option = Object.assign(document.createElement("div"), { id: `palette-${number}`, className: "cmd__o" });
  option.setAttribute("role", "option");
  if (choice.mark !== undefined) {
    const shown = choice.mark >= 1 && choice.mark <= 6 ? choice.mark : 0;
    const mark = Object.assign(document.createElement("i"), { className: `cm cm--${shown}`, textContent: shown ? `${shown}` : "" });
    mark.setAttribute("aria-hidden", "true");
    option.append(mark);
  }
  const text = document.createElement("span");
  text.append(...pieces(choice.name));
  if (choice.hint.some(([told]) => told)) {
    const hint = document.createElement("small");
    hint.append(...pieces(choice.hint));
    text.append(" ", hint);
  }
  option.append(text);
  if (choice.key) option.append(Object.assign(document.createElement("kbd"), { textContent: choice.key }));
  option.addEventListener("click", (event) => choice.deed(event.ctrlKey || event.metaKey));
  option.addEventListener("pointermove", () => at !== number && choose(number, false));
  return option;
}

function draw() {
  const typed = input.value.trim();
  choices = [...deeds(typed), ...places(typed), ...found(typed)];
  listbox.replaceChildren();
  for (const name of [...new Set(choices.map(({ group }) => group))]) {
    const group = document.createElement("div");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", name);
    const heading = Object.assign(document.createElement("p"), { className: "eyebrow", textContent: name });
    heading.setAttribute("aria-hidden", "true");
    group.append(heading, ...choices.flatMap((one, number) => (one.group === name ? [row(one, number)] : [])));
    listbox.append(group);
  }
  choose(0, true);
  status.textContent = typed ? words.counted.replace("%s", `${choices.length}`) : "";
}

function choose(number: number, scroll: boolean) {
  at = number;
  listbox.querySelectorAll("[role=option]").forEach((one) => {
    const here = one.id === `palette-${at}`;
    one.setAttribute("aria-selected", `${here}`);
    if (here && scroll) one.scrollIntoView({ block: "nearest" });
  });
  if (choices.length) input.setAttribute("aria-activedescendant", `palette-${at}`);
  else input.removeAttribute("aria-activedescendant");
  if (at === 0 && scroll) listbox.scrollTop = 0;
}

async function search(typed: string) {
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  const address = (text: string) => `${words.quick}?q=${encodeURIComponent(text)}`;
  let answer = await ask<{ hits: Hit[]; total: number }>(address(typed), signal);
  if (answer?.total === 0 && russian(typed) !== typed) answer = await ask(address(russian(typed)), signal);
  if (signal.aborted || !answer) return;
  const chosen = at;
  hits = { typed, ...answer };
  draw();
  if (chosen) choose(Math.min(chosen, choices.length - 1), true); // what stands above does not move
}

function typedOn() {
  const typed = input.value.trim();
  hits = { typed, hits: [], total: 0 };
  draw();
  clearTimeout(waiting);
  if (typed.length > 1) waiting = setTimeout(() => search(typed), WAIT);
}
input.addEventListener("input", typedOn);
input.addEventListener("keydown", (event) => {
  const last = choices.length - 1;
  const moves: Record<string, () => number> = {
    ArrowDown: () => (at >= last ? 0 : at + 1),
    ArrowUp: () => (at <= 0 ? last : at - 1),
    PageDown: () => Math.min(last, at + 8),
    PageUp: () => Math.max(0, at - 8),
  };
  const move = moves[event.key];
  if (move && choices.length) {
    event.preventDefault();
    choose(move(), true);
  } else if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    choices[at]?.deed(event.ctrlKey || event.metaKey);
  }
});
