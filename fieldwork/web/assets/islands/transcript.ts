// A transcript that is heard: a turn plays from its second; space, arrows; the turn (and the words) being heard are marked.
// Addresses: #turn-12 marks a turn and puts the sound there, ?play=12 plays it.
import { openPlayer, playerKey } from "../player";
import { say } from "../toasts";
import { pointedAt, wordAround, wordTimes } from "../words";

const turns = () => [...document.querySelectorAll<HTMLElement>("#turns .turn")];
const seconds = (one: HTMLElement, name: "from" | "to") => Number(one.dataset[name]) / 1000;
const interview = openPlayer();
let now: HTMLElement | undefined;
let looped: HTMLElement | undefined;
let until = 0; // where a place in doubt that is heard ends

function mark(turn: HTMLElement | undefined, follow = false) {
  if (turn === now && turn?.classList.contains("is-now")) return;
  document.querySelectorAll("#turns .is-now").forEach((one) => {
    one.classList.remove("is-now");
    one.removeAttribute("aria-current");
  });
  now = turn;
  turn?.classList.add("is-now");
  turn?.setAttribute("aria-current", "true");
  if (follow && turn && !document.querySelector(".ed")) turn.scrollIntoView({ block: "nearest" });
}

/** Hear a turn, or the words in it that were pointed at. */
function hear(turn: HTMLElement, from = seconds(turn, "from")) {
  if (looped && turn !== looped) looped = void looped.classList.remove("is-looped");
  mark(turn);
  if (!interview || !turn.dataset.part) return;
  interview.seek(from, Number(turn.dataset.part));
  if (interview.paused) void interview.play();
}

/** Go to a turn; the sound goes along, and plays on where it was playing. */
function goTo(turn: HTMLElement | undefined) {
  if (!turn) return;
  if (looped && turn !== looped) looped = void looped.classList.remove("is-looped");
  mark(turn);
  turn.focus({ preventScroll: true });
  turn.scrollIntoView({ block: "center" });
  if (interview && turn.dataset.part) interview.seek(seconds(turn, "from"), Number(turn.dataset.part));
}

const around = (by: number) => {
  const all = turns();
  const at = now ? all.findIndex((one) => one.id === now!.id) : by > 0 ? -1 : all.length;
  return all[at + by];
};

function heard() {
  if (!interview) return;
  const at = interview.currentTime;
  if (until && at >= until) {
    if (at < until + 1) interview.pause();
    until = 0;
  }
  if (looped && !interview.paused && (at >= seconds(looped, "to") || at < seconds(looped, "from") - 0.5)) return interview.seek(seconds(looped, "from"), Number(looped.dataset.part));
  const here = (one: HTMLElement) => Number(one.dataset.part) === interview.number && seconds(one, "from") - 0.01 <= at && at < seconds(one, "to");
  const turn = turns().find((one) => one.dataset.part && here(one));
  if (turn) mark(turn, !interview.paused);
  else onTo(at);
  const cues = [...(now?.querySelectorAll<HTMLElement>(".cue[data-from]") ?? [])];
  const cue = cues.filter((one) => seconds(one, "from") - 0.01 <= at).at(-1);
  document.querySelectorAll("#turns .cue.is-heard").forEach((one) => one !== cue && one.classList.remove("is-heard"));
  if (!interview.paused) cue?.classList.add("is-heard");
}

/** To the word before or behind the moment that is heard. */
function toWord(by: 1 | -1) {
  if (!now?.dataset.part) return;
  const time = wordAround(wordTimes(now), interview!.currentTime, by);
  if (time !== undefined) interview!.seek(time, Number(now.dataset.part));
}

/** The turn over and over, or no longer; where it is asked for, it is heard. */
function loop() {
  const told = document.querySelector<HTMLElement>("#tx-loop")!.dataset;
  const ends = looped;
  looped?.classList.remove("is-looped");
  looped = ends || !now?.dataset.part ? undefined : now;
  looped?.classList.add("is-looped");
  if (looped || ends) say(looped ? told.on! : told.off!);
  if (looped && interview!.paused) hear(looped);
}

function faster(by: 1 | -1) {
  const rate = document.querySelector<HTMLSelectElement>('[data-audio="rate"]')!;
  const next = Math.min(rate.options.length - 1, Math.max(0, rate.selectedIndex + by));
  if (next === rate.selectedIndex) return;
  rate.selectedIndex = next;
  rate.dispatchEvent(new Event("change"));
}

/** Two tracks of a meeting: where one speaker ends, the other's track goes on. */
function onTo(at: number) {
  if (!interview || interview.paused || !now?.dataset.part || at < seconds(now, "to")) return;
  const next = around(1);
  const kinds = (turn: HTMLElement) => interview.parts.find((one) => one.number === Number(turn.dataset.part))?.kind;
  if (!next?.dataset.part || next.dataset.part === now.dataset.part || kinds(next) !== "track" || kinds(now) !== "track") return;
  mark(next, true);
  interview.seek(seconds(next, "from"), Number(next.dataset.part));
}

interview?.addEventListener("timeupdate", heard);
interview?.addEventListener("silenced", () => say(document.querySelector<HTMLElement>("#tx-silent")!.textContent!));

document.querySelector(".tw")?.addEventListener("click", (event) => {
  const target = event.target as HTMLElement;
  const doubt = target.closest<HTMLElement>("[data-doubt]");
  if (doubt && interview) {
    interview.seek(seconds(doubt, "from"), Number(doubt.dataset.part));
    until = seconds(doubt, "to") + 1;
    if (interview.paused) void interview.play();
    return;
  }
  const turn = target.closest<HTMLElement>("#turns .turn");
  if (!turn || target.closest("a, textarea, select, .ed, .turn__t, button:not([data-hear])")) return;
  if (!(getSelection()?.isCollapsed ?? true)) return; // marking words is not asking for their sound
  const word = event.altKey ? pointedAt(turn, event) : undefined;
  if (word !== undefined) return hear(turn, word);
  const cue = target.closest<HTMLElement>(".cue[data-from]");
  hear(turn, cue ? seconds(cue, "from") : undefined);
  if (target.closest("[data-hear]")) turn.focus({ preventScroll: true });
});

document.addEventListener("keydown", (event) => {
  const busy = (event.target as Element).closest("input, textarea, select, button:not(.tc), a, summary, dialog, .tm");
  if (busy || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.code === "ArrowUp" || event.code === "ArrowDown") {
    event.preventDefault();
    return goTo(around(event.code === "ArrowUp" ? -1 : 1));
  }
  if (!interview) return;
  const deed = { Comma: () => toWord(-1), Period: () => toWord(1), KeyL: loop, Minus: () => faster(-1), Equal: () => faster(1) }[event.code];
  if (deed) {
    event.preventDefault();
    return deed();
  }
  if (event.code === "Space" && interview.paused && now?.dataset.part && interview.currentTime < seconds(now, "from")) interview.seek(seconds(now, "from"), Number(now.dataset.part));
  playerKey(interview, event);
});

// where one comes from a quotation: its turn, and its second of the sound
function arrive() {
  const play = new URLSearchParams(location.search).get("play");
  const turn = document.getElementById(play ? `turn-${play}` : location.hash.slice(1));
  if (!turn?.matches(".turn")) return;
  goTo(turn);
  if (play) hear(turn);
}
addEventListener("hashchange", arrive);
arrive();

// correcting.ts asks for it after it has put other turns into the page
document.addEventListener("fieldwork:turn", (event) => {
  const { turn, quietly } = (event as CustomEvent<{ turn: HTMLElement; quietly?: boolean }>).detail;
  if (quietly) mark(turn);
  else goTo(turn);
});
// somebody else has changed a turn: the fresh one stands where it stood
document.addEventListener("fieldwork:swapped", (event) => {
  const { was, fresh } = (event as CustomEvent<{ was: HTMLElement; fresh: HTMLElement }>).detail;
  if (was === looped) (looped = fresh).classList.add("is-looped");
  if (was === now) mark(fresh);
});
// finding.ts plays from a hit: the words there, and the turn they stand in
document.addEventListener("fieldwork:hear", (event) => {
  const { turn, at } = (event as CustomEvent<{ turn: HTMLElement; at: number }>).detail;
  if (!interview || !turn.dataset.part) return;
  if (now === turn && !interview.paused) return interview.pause();
  hear(turn, wordTimes(turn).filter((one) => one.at <= at).at(-1)?.time);
});
document.addEventListener("fieldwork:listen", (event) => {
  if (!interview) return;
  const { back } = (event as CustomEvent<{ back: boolean }>).detail;
  if (back) interview.seek(interview.currentTime - 5);
  if (!back && !interview.paused) interview.pause();
  else if (interview.paused) void interview.play();
});
