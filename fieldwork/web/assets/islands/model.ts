// The model is built by dragging cards into roles, by keys (G, arrows, Enter, Escape) or by the form in each card.
// What is done is drawn first and sent after; a refusal is told and what was drawn is put back.
import type { Core } from "cytoscape";
import Sortable from "sortablejs";

import { asSvg, drawing } from "../drawing";
import { post } from "../post";
import { permitStyles } from "../styles";
import { wires } from "../wires";

permitStyles();

const board = document.getElementById("model");
const live = document.getElementById("live");
const beside = () => document.getElementById("beside")!;
let graph: Core | undefined;
let picked: { card: HTMLElement; home: HTMLElement; next: Element | null } | undefined;

const lists = () => [...board!.querySelectorAll<HTMLElement>("ul[data-role]")].filter((one) => one.offsetParent);
const tell = (what: "picked" | "over" | "dropped" | "back", card: HTMLElement) => {
  const role = card.closest<HTMLElement>("[data-role-name]")?.dataset.roleName ?? "";
  live!.textContent = live!.dataset[what]!.replace("{core}", card.dataset.name!).replace("{role}", role);
};

function settle() {
  wires(board!);
  window.htmx.process(board!);
  draw();
  if (!board!.hasAttribute("data-building")) return;
  for (const list of board!.querySelectorAll<HTMLElement>("ul[data-role]"))
    Sortable.create(list, {
      group: "roles", animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120, draggable: "[data-core]", filter: "details, select, button", preventOnFilter: false,
      delay: 150, delayOnTouchOnly: true, ghostClass: "is-ghost", chosenClass: "is-lifted", forceFallback: true, fallbackOnBody: true, fallbackTolerance: 4,
      onEnd: ({ item, from, to }) => { if (from !== to) void send(item); },
    });
}

/** Send where a card is now; the answer is the map as it has become, or nothing where it was refused. */
async function send(card: HTMLElement) {
  const core = card.dataset.core!;
  const answer = await post(board!.dataset.roles!, { core, role: card.closest<HTMLElement>("[data-role]")!.dataset.role! });
  if (answer) tell("dropped", card);
  const now = answer ?? (await fetch(board!.dataset.map!, { headers: { "HX-Request": "true" } }).catch(() => null));
  if (!now?.ok) return location.reload();
  const page = new DOMParser().parseFromString(await now.text(), "text/html");
  board!.replaceChildren(...page.querySelector('[data-part="model"]')!.childNodes);
  beside().replaceChildren(...page.querySelector('[data-part="beside"]')!.childNodes);
  window.htmx.process(beside());
  settle();
  board!.querySelector<HTMLElement>(`[data-core="${CSS.escape(core)}"] a[data-node]`)?.focus();
  board!.dispatchEvent(new CustomEvent("fieldwork:settled", { bubbles: true }));
}

function pick(card: HTMLElement) {
  picked = { card, home: card.parentElement!, next: card.nextElementSibling };
  card.classList.add("is-lifted");
  tell("picked", card);
}

function carry(by: number) {
  const { card } = picked!;
  const there = lists();
  const to = there[(there.indexOf(card.parentElement!) + by + there.length) % there.length];
  to.append(card);
  wires(board!);
  card.querySelector<HTMLElement>("a[data-node]")!.focus();
  card.scrollIntoView({ block: "nearest" });
  tell("over", card);
}

function drop(back: boolean) {
  const { card, home, next } = picked!;
  picked = undefined;
  card.classList.remove("is-lifted");
  if (!back && card.parentElement !== home) return void send(card);
  home.insertBefore(card, next);
  wires(board!);
  card.querySelector<HTMLElement>("a[data-node]")!.focus();
  tell("back", card);
}

document.addEventListener(
  "keydown",
  (event) => {
    if (!board?.hasAttribute("data-building") || event.ctrlKey || event.metaKey || event.altKey) return;
    const card = (event.target as Element).closest<HTMLElement>("[data-core]");
    const deeds: Record<string, () => void> = picked
      ? { ArrowRight: () => carry(1), ArrowDown: () => carry(1), ArrowLeft: () => carry(-1), ArrowUp: () => carry(-1), Enter: () => drop(false), KeyG: () => drop(false), Escape: () => drop(true) }
      : card && !(event.target as Element).closest("select") ? { KeyG: () => pick(card) } : {};
    const deed = deeds[event.code];
    if (!deed) return;
    event.preventDefault();
    event.stopPropagation();
    deed();
  },
  true,
);

function draw() {
  const place = document.getElementById("drawing");
  graph?.destroy();
  graph = undefined;
  const data = document.getElementById("drawing-data")?.textContent;
  if (place && data) graph = drawing(place, JSON.parse(data), (key) => void open(key));
}

function open(key: string) {
  document.querySelector<HTMLDialogElement>("#large")?.close();
  document.querySelector<HTMLElement>(`[data-core="${CSS.escape(key)}"] a[data-node]`)?.click();
}

function enlarge() {
  const dialog = document.createElement("dialog");
  dialog.id = "large";
  dialog.className = "dr__large";
  const place = document.createElement("div");
  const close = document.querySelector<HTMLElement>("#keys [data-closes]")!.cloneNode(true) as HTMLElement;
  dialog.append(place, close);
  document.body.append(dialog);
  dialog.setAttribute("aria-label", document.querySelector(".dr .h")!.textContent!);
  dialog.showModal();
  const large = drawing(place, JSON.parse(document.getElementById("drawing-data")!.textContent!), (key) => void open(key), true);
  dialog.addEventListener("close", () => { large.destroy(); dialog.remove(); });
}

async function save(button: HTMLElement) {
  const data = JSON.parse(document.getElementById("drawing-data")!.textContent!);
  const place = Object.assign(document.createElement("div"), { className: "dr__off" });
  document.body.append(place);
  const sheet = drawing(place, data, () => undefined, true);
  const made = button.dataset.export === "png"
    ? ((await sheet.png({ output: "blob-promise", full: true, scale: 3, bg: getComputedStyle(document.body).backgroundColor })) as Blob)
    : new Blob([asSvg(sheet)], { type: "image/svg+xml" });
  sheet.destroy();
  place.remove();
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(made), download: button.dataset.file! });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-enlarge], [data-export]");
  if (button) void (button.dataset.export ? save(button) : enlarge());
  document.querySelectorAll<HTMLDetailsElement>(".nd__m[open]").forEach((menu) => { if (!menu.contains(event.target as Node)) menu.open = false; });
});

if (board) {
  settle();
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
}
