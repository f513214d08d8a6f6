// The sound of an interview: one bar for however many recordings it has. Voice messages follow one another, the tracks of a
// meeting lie side by side; everywhere outside this file a moment is one of the interview, in seconds.
import WaveSurfer from "wavesurfer.js";

import { nonce } from "./styles";

type Part = { number: number; from: number; to: number; kind: string; src: string };

const PASSED_ON = ["timeupdate", "seeking", "seeked", "ratechange", "volumechange", "waiting", "canplay"];
const BACK = 5;

/** Plays the parts of an interview as if they were one file; as much like a media element as the waveform needs. */
export class Interview extends EventTarget {
  readonly duration: number;
  readonly src = "";
  readonly currentSrc = "";
  readonly error = null;
  paused = true;
  ended = false;
  private part: Part | undefined;
  private pending: number | null = null; // where to begin, until the recording is known to the browser

  constructor(private audio: HTMLAudioElement, readonly parts: Part[], length: number) {
    super();
    this.duration = length / 1000;
    for (const name of PASSED_ON) audio.addEventListener(name, () => this.pending === null && this.tell(name));
    audio.addEventListener("pause", () => !audio.ended && this.pending === null && this.stopped());
    audio.addEventListener("ended", () => this.next());
    audio.addEventListener("error", () => this.stopped());
    this.load(parts[0]!, 0);
  }

  get currentTime(): number {
    return (this.part?.from ?? 0) / 1000 + (this.pending ?? this.audio.currentTime);
  }

  set currentTime(time: number) {
    this.seek(time);
  }

  get volume() {
    return this.audio.volume;
  }

  get muted() {
    return this.audio.muted;
  }

  get seeking() {
    return this.pending !== null || this.audio.seeking;
  }

  get playbackRate() {
    return this.audio.playbackRate;
  }

  set playbackRate(rate: number) {
    this.audio.defaultPlaybackRate = this.audio.playbackRate = rate;
  }

  /** Which recording is heard. */
  get number() {
    return this.part?.number;
  }

  /** Go to a moment; in that recording where several are heard then. */
  seek(time: number, number?: number) {
    const ms = Math.max(0, Math.min(time, this.duration)) * 1000;
    const there = this.parts.filter((one) => one.from <= ms && ms < one.to);
    const chosen = there.find((one) => one.number === number) ?? there.find((one) => one === this.part) ?? there[0] ?? this.parts.at(-1)!;
    const within = Math.max(0, ms - chosen.from) / 1000;
    this.ended = false;
    if (chosen !== this.part || this.audio.readyState === 0) return this.load(chosen, within);
    this.audio.currentTime = within;
    this.tell("timeupdate");
  }

  async play() {
    this.paused = false;
    this.tell("play");
    if (this.ended) this.seek(0);
    if (this.pending === null) await this.start();
  }

  pause() {
    this.audio.pause();
    this.stopped();
  }

  canPlayType = (type: string) => this.audio.canPlayType(type);
  removeAttribute() {}

  private load(part: Part, within: number) {
    this.part = part;
    const already = this.pending !== null && this.audio.src === new URL(part.src, location.href).href;
    this.pending = within;
    this.tell("timeupdate");
    if (already) return; // on its way: only where it begins is another
    this.audio.src = part.src;
    this.audio.addEventListener("loadedmetadata", () => this.loaded(part), { once: true });
  }

  private loaded(part: Part) {
    if (part !== this.part || this.pending === null) return;
    const within = this.pending;
    this.pending = null;
    if (within > 0) this.audio.currentTime = within;
    if (!this.paused) void this.start();
    this.tell("timeupdate");
  }

  private async start() {
    try {
      await this.audio.play();
    } catch (error) {
      if ((error as DOMException).name === "NotAllowedError") {
        this.stopped();
        this.tell("silenced"); // the browser lets nothing sound before a person has touched the page
      }
    }
  }

  private next() {
    const at = this.part!;
    const next = this.parts.find((one) => one.from >= at.to - 50 && one !== at);
    if (next) return this.load(next, 0);
    this.stopped();
    this.ended = true;
    this.tell("ended");
  }

  private stopped() {
    if (this.paused) return;
    this.paused = true;
    this.tell("pause");
  }

  private tell(name: string) {
    this.dispatchEvent(new Event(name));
  }
}

const two = (value: number) => String(value).padStart(2, "0");
/** «00:12:41». */
export const clock = (seconds: number) => `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(Math.floor(seconds) % 60)}`;

const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colours = () => ({ waveColor: token("--fw-line-2"), progressColor: token("--fw-ink-3"), cursorColor: token("--fw-thread") });

/** Bring the bar of the page to life; nothing where the page has none. */
export function openPlayer(): Interview | null {
  const bar = document.querySelector<HTMLElement>("#audio");
  if (!bar) return null;
  const parts = JSON.parse(document.querySelector("#audio-parts")!.textContent!) as Part[];
  const interview = new Interview(bar.querySelector("audio")!, parts, Number(bar.dataset.length));
  controls(bar, interview);
  void draw(bar, interview);
  return interview;
}

function controls(bar: HTMLElement, interview: Interview) {
  const of = (name: string) => bar.querySelector<HTMLElement>(`[data-audio="${name}"]`)!;
  const now = bar.querySelector<HTMLElement>("[data-audio-now]")!;
  const show = () => (now.textContent = clock(interview.currentTime));
  const playing = () => of("play").setAttribute("aria-pressed", String(!interview.paused));
  interview.addEventListener("timeupdate", show);
  for (const name of ["play", "pause"]) interview.addEventListener(name, playing);
  of("play").addEventListener("click", () => toggle(interview));
  of("back").addEventListener("click", () => step(interview, -BACK));
  of("forward").addEventListener("click", () => step(interview, BACK));
  const rate = of("rate") as HTMLSelectElement;
  rate.addEventListener("change", () => (interview.playbackRate = Number(rate.value)));
}

export const toggle = (interview: Interview) => void (interview.paused ? interview.play() : interview.pause());
export const step = (interview: Interview, by: number) => interview.seek(interview.currentTime + by);

/** Space and the arrows to both sides; what is typed, and the buttons' own keys, stay theirs. */
export function playerKey(interview: Interview, event: KeyboardEvent): boolean {
  const deeds: Record<string, () => void> = {
    Space: () => toggle(interview),
    ArrowLeft: () => step(interview, -BACK),
    ArrowRight: () => step(interview, BACK),
  };
  const deed = deeds[event.code];
  if (!deed) return false;
  event.preventDefault();
  deed();
  return true;
}

/** The waveform comes measured from the server: nothing is decoded here, however long the interview is. */
async function draw(bar: HTMLElement, interview: Interview) {
  const answer = await fetch(bar.dataset.waveform!, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return; // it plays without a drawing
  const { peaks } = (await answer.json()) as { peaks: number[] };
  const surfer = WaveSurfer.create({
    container: bar.querySelector<HTMLElement>("[data-audio-wave]")!,
    media: interview as unknown as HTMLMediaElement,
    peaks: [peaks.map((one) => one / 255)],
    duration: interview.duration,
    height: 40,
    barWidth: 2,
    barGap: 1.5,
    barRadius: 2,
    barMinHeight: 2,
    cursorWidth: 2,
    normalize: true,
    dragToSeek: true,
    cspNonce: nonce(),
    ...colours(),
  });
  surfer.on("redrawcomplete", () => (bar.dataset.drawn = "yes"));
  new MutationObserver(() => surfer.setOptions(colours())).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}
