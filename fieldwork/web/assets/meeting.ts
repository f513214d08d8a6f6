// Several people at one raw transcript. Every few seconds the page asks what its turns are by now and who else is here, tells
// which turn is being typed in, and takes in what others have changed. A window that nobody looks at asks seldom.
import { renewToken, sendings, token } from "./post";
import { say } from "./toasts";
import { lacking, takeIn } from "./turns";

type Other = { who: string; name: string; turn: string | null };
type Told = { state: string; turns?: [string, string][]; here: Other[] };

const WITH_OTHERS = 3_000;
const ALONE = 5_000;
const HIDDEN = 30_000;
const BEAT = 20_000;

/** What the page has open: turns that must not be touched, and the one that is typed in. */
export type Desk = { pinned: () => HTMLElement[]; typed: () => HTMLElement | null };

export class Meeting {
  private known = "";
  private others: Other[] = [];
  private beaten = -BEAT;
  private told: string | undefined;
  private timer = 0;
  private asking = false;
  private ended = false;

  constructor(private place: HTMLElement, private desk: Desk) {
    document.addEventListener("visibilitychange", () => void this.ask());
    document.addEventListener("fieldwork:typing", () => void this.ask());
    addEventListener("pagehide", () => void this.post({ left: "1" }, true).catch(() => null));
    void this.ask();
  }

  private get address() {
    return this.place.dataset.now!;
  }

  private typed() {
    return this.desk.typed()?.dataset.id ?? "";
  }

  private later(wait: number) {
    clearTimeout(this.timer);
    if (!this.ended) this.timer = window.setTimeout(() => void this.ask(), wait);
  }

  async ask() {
    if (this.asking || this.ended) return;
    this.asking = true;
    let answered = false;
    try {
      const answer = await this.asked();
      answered = answer.ok;
      if (answer.ok) await this.take((await answer.json()) as Told);
      else await this.refused(answer);
    } catch {
      this.show([]); // no network: nobody is known to be here
    }
    this.asking = false;
    const wait = document.hidden ? HIDDEN : this.others.length ? WITH_OTHERS : ALONE;
    this.later(answered && this.typed() !== this.told ? 0 : wait);
  }

  private async asked(): Promise<Response> {
    const turn = this.typed();
    const known = this.known;
    if (turn === this.told && performance.now() - this.beaten < BEAT) return fetch(`${this.address}?known=${known}`, { headers: { "HX-Request": "true" } });
    const answer = await this.post({ turn, known });
    this.told = turn;
    this.beaten = performance.now();
    return answer;
  }

  private post(fields: Record<string, string>, keepalive = false): Promise<Response> {
    const headers = { "X-CSRF-Token": token(), "HX-Request": "true" };
    return fetch(this.address, { method: "POST", body: new URLSearchParams(fields), headers, keepalive });
  }

  /** Not while one's own deeds are on their way: what was asked before them is older than what they bring. */
  private async take(told: Told) {
    const before = sendings.count;
    const pinned = this.desk.pinned();
    const address = told.turns && lacking(this.place.dataset.turns!, told.turns, pinned);
    if (address) {
      const answer = await fetch(address, { headers: { "HX-Request": "true" } });
      if (!answer.ok || sendings.count !== before) return;
      const html = await answer.text();
      if (sendings.count !== before) return;
      takeIn(html, this.desk.pinned());
    }
    const typed = this.desk.typed();
    if (told.turns) this.warn(typed, told.turns);
    this.known = pinned.length || typed ? "" : told.state; // what is pinned may have to be taken in later
    this.show(told.here);
  }

  /** Say in the editor that its words were changed by somebody else; nothing typed is touched. */
  private warn(turn: HTMLElement | null, turns: [string, string][]) {
    const note = turn?.querySelector<HTMLElement>(".ed__s");
    if (!turn || !note) return;
    const digest = turns.find(([id]) => id === turn.dataset.id)?.[1];
    const words = (told: string) => told.slice(0, 16); // the rest tells of speaker, question and time
    const why = digest === undefined ? "gone" : words(digest) !== words(turn.dataset.seen ?? turn.dataset.digest!) ? "changed" : "";
    const said = why ? this.place.dataset[why]! : "";
    if (note.textContent !== said) note.textContent = said;
    note.hidden = !why;
  }

  private async refused(answer: Response) {
    const kind = answer.headers.get("X-Fieldwork");
    if (kind === "stale-form") return void (await renewToken());
    if (kind !== "refused") return; // signed out, or a fault: asked again, and whoever saves is told
    this.ended = true;
    this.show([]);
    if (answer.status === 409) say(await answer.text(), { kind: "warn" });
  }

  /** Who else is here, and which turn they type in. */
  private show(here: Other[]) {
    if (here.length || this.others.length) {
      document.querySelectorAll("#turns .turn__p").forEach((one) => one.remove());
      for (const one of here) if (one.turn) this.at(one);
    }
    this.others = here;
    const said = here.length ? this.place.dataset.here!.replace("{who}", here.map((one) => one.name).join(", ")) : "";
    if (this.place.textContent !== said) this.place.textContent = said;
    this.place.hidden = !here.length;
  }

  private at(one: Other) {
    const body = document.querySelector<HTMLElement>(`#turns .turn[data-id="${CSS.escape(one.turn!)}"] .turn__b`);
    if (!body) return;
    const mark = document.createElement("span");
    mark.className = "turn__p";
    const who = document.createElement("b");
    who.textContent = one.who;
    who.setAttribute("aria-hidden", "true");
    mark.append(who, this.place.dataset.typing!.replace("{who}", one.name));
    body.append(mark);
  }
}
