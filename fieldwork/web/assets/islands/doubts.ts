// Places in doubt, one after the other: N plays the next, P the one before, C marks it as checked, Z takes that back.
import { post } from "../post";
import { say } from "../toasts";

const bar = () => document.querySelector<HTMLElement>("#doubt-bar")!;
const places = () => [...document.querySelectorAll<HTMLElement>("#doubts [data-place]")];
let here = ""; // the place's id; its element is put anew after each deed
let leading = false;

/** The turn in which a place lies, or after which it begins. */
function turnAt(play: HTMLElement): HTMLElement | undefined {
  const from = Number(play.dataset.from);
  const before = [...document.querySelectorAll<HTMLElement>("#turns .turn[data-part]")].filter(
    (turn) => turn.dataset.part === play.dataset.part && Number(turn.dataset.from) <= from + 500,
  );
  return before.at(-1) ?? document.querySelector<HTMLElement>(`#turns .turn[data-part="${play.dataset.part}"]`) ?? undefined;
}

/** Say which place one is at. */
function draw() {
  const all = places();
  const at = all.findIndex((one) => one.id === here);
  all.forEach((one) => one.toggleAttribute("aria-current", one.id === here));
  const told = bar().querySelector<HTMLElement>("[data-told]")!;
  const place = all[at];
  const time = place?.querySelector("[data-doubt]")?.textContent?.trim();
  told.textContent = place ? `${at + 1} / ${all.length} · ${time} · ${place.querySelector("[data-kind]")!.textContent!.trim()}` : told.dataset.none!;
  bar().querySelector<HTMLButtonElement>("[data-looked]")!.disabled = !place;
}

/** Go to a place: its turn into sight, its sound from its second. */
function goTo(place: HTMLElement | undefined) {
  if (!place) return;
  here = place.id;
  draw();
  const play = place.querySelector<HTMLElement>("[data-doubt]")!;
  const turn = turnAt(play);
  leading = true;
  if (turn) document.dispatchEvent(new CustomEvent("fieldwork:turn", { detail: { turn } }));
  leading = false;
  play.click();
}

function step(by: number) {
  const all = places();
  const at = all.findIndex((one) => one.id === here);
  goTo(at < 0 ? all.at(by > 0 ? 0 : -1) : all[(at + by + all.length) % all.length]);
}

/** Put the server's places into the page. */
function renew(html: string) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  for (const id of ["doubts", "doubt-bar"]) {
    const fresh = holder.content.getElementById(id);
    if (fresh) document.getElementById(id)!.replaceWith(fresh);
  }
  if (!places().some((one) => one.id === here)) here = "";
  draw();
}

/** A person has listened there: the next place follows. */
async function check() {
  const all = places();
  const at = all.findIndex((one) => one.id === here);
  const place = all[at];
  if (!place?.dataset.check) return;
  const next = all.length > 1 ? all[(at + 1) % all.length]!.id : "";
  const answer = await post(place.dataset.check);
  if (!answer) return;
  renew(await answer.text());
  const following = places().find((one) => one.id === next);
  if (following) goTo(following);
  else if (!places().length) say(document.querySelector("#doubts-h")!.textContent!);
}

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const button = target.closest<HTMLElement>("#doubt-bar [data-by]");
  if (button) return step(Number(button.dataset.by));
  if (target.closest("#doubt-bar [data-looked]")) return void check();
  const place = target.closest("[data-doubt]")?.closest("[data-place]");
  if (place && place.id !== here) {
    here = place.id;
    draw();
  }
});

// «undo» of a toast: the place is on the list again, and one is at it
document.addEventListener("submit", async (event) => {
  const form = event.target as HTMLFormElement;
  const [, id] = /\/doubts\/([^/]+)\/reopened$/.exec(form.action) ?? [];
  if (!id || !form.closest("#toasts")) return;
  event.preventDefault();
  form.closest(".toast")!.remove();
  const answer = await post(form.action);
  if (!answer) return;
  renew(await answer.text());
  goTo(places().find((one) => one.id === `doubt-${id}`));
});

// words were corrected: what was in doubt there has been judged anew
let asked = 0;
document.addEventListener("fieldwork:turn", () => {
  if (leading || !places().length) return;
  clearTimeout(asked);
  asked = window.setTimeout(async () => {
    const answer = await fetch(bar().dataset.fresh!, { headers: { "HX-Request": "true" } });
    if (answer.ok) renew(await answer.text());
  }, 300);
});
