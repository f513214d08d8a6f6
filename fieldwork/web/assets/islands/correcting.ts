// Correcting a raw transcript: the words in place, the speaker, the question, where turns begin. Each deed can be taken back.
//
// What is typed and not saved lives in the page's memory and nowhere else. Browsers write sessionStorage and localStorage to the
// disk, unencrypted (sessions are restored from there), and these words name people. So nothing typed is kept there; instead it is
// saved as soon as one leaves the editor, hides the window or closes it, stays in the editor whenever that fails, and the browser
// asks before it closes a page that holds some.
import { Meeting } from "../meeting";
import { post, send, type Outcome } from "../post";
import { say, stillSignedOut } from "../toasts";
import { takeIn } from "../turns";

const list = () => document.querySelector<HTMLElement>("#turns")!;
const menu = document.querySelector<HTMLElement>("#turn-menu")!;
const words = document.querySelector<HTMLElement>("#tx-words")!.dataset;
const current = () => document.querySelector<HTMLElement>("#turns .turn.is-now");
const go = (turn: HTMLElement, quietly = false) => document.dispatchEvent(new CustomEvent("fieldwork:turn", { detail: { turn, quietly } }));

/** Put what the server made of a turn into its place. */
function renew(turn: HTMLElement, html: string): HTMLElement {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const fresh = holder.content.querySelector<HTMLElement>(".turn")!;
  closeMenu();
  turn.replaceWith(fresh);
  return fresh;
}

/** All turns anew, after a deed that renumbers them; what is being typed elsewhere would be lost, so it is saved first. */
function renewAll(html: string) {
  closeMenu();
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const fresh = holder.content.querySelector<HTMLElement>("#turns")!;
  list().replaceWith(fresh);
  const turn = document.getElementById(`turn-${fresh.dataset.here}`);
  if (turn) go(turn);
}

// ── the editor ──

class Editor {
  private static at: Editor | null = null;
  private area: HTMLTextAreaElement;
  private told: HTMLElement;
  private was: string;
  private busy: Promise<boolean> | null = null;

  constructor(private turn: HTMLElement, caret?: number) {
    const form = (document.querySelector<HTMLTemplateElement>("#editor")!.content.cloneNode(true) as DocumentFragment).querySelector("form")!;
    this.was = turn.querySelector(".turn__b p")!.textContent!;
    this.form = form;
    this.area = form.querySelector("textarea")!;
    this.told = form.querySelector(".ed__m")!;
    this.area.value = this.was;
    turn.classList.add("is-edited");
    turn.querySelector(".turn__b")!.append(form);
    Editor.open = this;
    this.listen();
    this.fit();
    this.area.focus();
    this.area.setSelectionRange(caret ?? this.was.length, caret ?? this.was.length);
    go(turn, true);
  }

  private form: HTMLFormElement;

  static get open(): Editor | null {
    return Editor.at;
  }

  /** Others are told which turn is typed in. */
  static set open(editor: Editor | null) {
    Editor.at = editor;
    document.dispatchEvent(new CustomEvent("fieldwork:typing"));
  }

  static get turnTyped(): HTMLElement | null {
    return Editor.at?.turn ?? null;
  }

  get changed() {
    return this.area.value.trim() !== this.was.trim();
  }

  private listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.save();
    });
    this.form.addEventListener("keydown", (event) => this.key(event));
    this.area.addEventListener("input", () => this.fit());
    this.form.addEventListener("click", (event) => this.click(event.target as HTMLElement));
    this.form.addEventListener("focusout", (event) => {
      const next = event.relatedTarget as Node | null;
      // another window or tab is no leaving: the editor is still where it was when one comes back
      if (!document.hasFocus() || this.form.contains(next) || this.told.querySelector(".cf")) return;
      // after the click that took the focus away has done its own
      setTimeout(() => Editor.open === this && !this.form.contains(document.activeElement) && void this.save(false));
    });
  }

  private key(event: KeyboardEvent) {
    const control = event.ctrlKey || event.metaKey;
    if (event.code === "Escape") this.putBack();
    else if (control && event.code === "Enter") void this.save();
    else if (event.altKey && event.code === "Enter") void this.split();
    else if (control && event.code === "Space") document.dispatchEvent(new CustomEvent("fieldwork:listen", { detail: { back: event.shiftKey } }));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private click(target: HTMLElement) {
    if (target.closest("[data-put-back]")) this.putBack();
    else if (target.closest("[data-split]")) void this.split();
    else if (target.closest("[data-again]")) void this.save();
    else if (target.closest("[data-copy-mine]")) void navigator.clipboard.writeText(this.area.value).then(() => say(words.copied!));
    const keep = target.closest<HTMLElement>("[data-keep]")?.dataset.keep;
    if (!keep) return;
    const theirs = this.told.querySelector<HTMLElement>(".cf")!.dataset.theirs!;
    this.turn.dataset.seen = this.told.querySelector<HTMLElement>(".cf")!.dataset.digest;
    if (keep === "theirs") return void this.giveWay();
    this.further(theirs);
    if (keep === "mine") void this.save();
  }

  private fit() {
    this.area.style.height = "auto";
    this.area.style.height = `${this.area.scrollHeight + 2}px`;
  }

  private fields() {
    return { text: this.area.value, was: this.was };
  }

  /** Save and close; false where the words stay in the editor, which says why. */
  save(back = true): Promise<boolean> {
    this.busy ??= this.saved(back).finally(() => (this.busy = null));
    return this.busy;
  }

  private async saved(back: boolean): Promise<boolean> {
    if (!this.changed) return this.close(back);
    const outcome = await send(`${this.turn.dataset.url}/text`, this.fields());
    if (!(await this.done(outcome))) return false;
    const fresh = renew(this.turn, await outcome.answer!.text());
    Editor.open = null;
    go(fresh, !back);
    return true;
  }

  /** Leaving the window: saved without closing, and without waiting for an answer. */
  keep() {
    if (!this.changed || this.told.childElementCount) return;
    const sent = this.area.value;
    void send(`${this.turn.dataset.url}/text`, this.fields(), { keepalive: true }).then(async (outcome) => {
      if (outcome.why) return void (await this.done(outcome));
      this.was = sent.trim();
      const digest = /data-digest="(\w+)"/.exec(await outcome.answer!.text())?.[1];
      if (digest) this.turn.dataset.seen = digest; // it was no other who changed it
    });
  }

  private async split() {
    const at = [...this.area.value.slice(0, this.area.selectionStart)].length; // the server counts code points
    const outcome = await send(`${this.turn.dataset.url}/split`, { ...this.fields(), at: String(at) });
    if (!(await this.done(outcome))) return;
    Editor.open = null;
    renewAll(await outcome.answer!.text());
  }

  private async done(outcome: Outcome): Promise<boolean> {
    if (!outcome.why) return true;
    if (outcome.why === "conflict") {
      this.told.innerHTML = await outcome.answer!.text();
      this.told.querySelector<HTMLElement>(".cf__h")!.focus({ preventScroll: true });
      this.told.querySelector(".cf")!.scrollIntoView({ block: "center" });
      return false;
    }
    if (outcome.why === "signed-out") stillSignedOut(outcome.told, document.getElementById("words")!.dataset.signIn!);
    const told = document.querySelector<HTMLTemplateElement>("#unsaved")!.content.cloneNode(true) as DocumentFragment;
    told.querySelector("p span")!.textContent = outcome.told;
    this.told.replaceChildren(told);
    return false;
  }

  private async giveWay() {
    const answer = await fetch(`${this.turn.dataset.url}/fresh`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return say(document.getElementById("words")!.dataset.failed!, { kind: "warn" });
    const fresh = renew(this.turn, await answer.text());
    Editor.open = null;
    go(fresh);
  }

  private putBack() {
    const theirs = this.told.querySelector<HTMLElement>(".cf")?.dataset.theirs;
    if (theirs !== undefined) return this.further(theirs); // whose words give way is said by a button, not by Escape
    this.area.value = this.was;
    this.close(true);
  }

  private further(theirs: string) {
    this.was = theirs; // their words have been seen: the next save replaces them
    this.told.replaceChildren();
    this.area.focus();
  }

  private close(back: boolean): true {
    Editor.open = null;
    this.form.remove();
    delete this.turn.dataset.seen;
    this.turn.classList.remove("is-edited");
    if (back) go(this.turn);
    return true;
  }
}

async function edit(turn: HTMLElement | null, caret?: number) {
  if (!turn || turn.classList.contains("is-edited")) return;
  const { id } = turn;
  if (Editor.open && !(await Editor.open.save(false))) return;
  const there = document.getElementById(id);
  if (there) new Editor(there, caret);
}

document.addEventListener("visibilitychange", () => document.hidden && Editor.open?.keep());
addEventListener("beforeunload", (event) => {
  if (Editor.open?.changed) event.preventDefault();
});

// ── speaker, question, cuts ──

async function deed(turn: HTMLElement, what: string, fields: Record<string, string> = {}) {
  const { id } = turn;
  closeMenu();
  if (Editor.open && !(await Editor.open.save(false))) return;
  const there = document.getElementById(id)!;
  const answer = await post(`${there.dataset.url}/${what}`, fields);
  if (!answer) return;
  if (what === "speaker") go(renew(there, await answer.text()));
  else renewAll(await answer.text());
}

/** The turn before one, which it would be merged with: another person may have put another there meanwhile. */
const before = (turn: HTMLElement) => [...document.querySelectorAll<HTMLElement>("#turns .turn")].filter((one) => one !== turn && Number(one.dataset.number) === Number(turn.dataset.number) - 1)[0];

const other = (turn: HTMLElement) => (turn.dataset.speaker === "interviewer" ? "expert" : "interviewer");

function openMenu(turn: HTMLElement) {
  closeMenu();
  turn.append(menu);
  menu.hidden = false;
  menu.querySelectorAll<HTMLElement>("[data-speaker]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.speaker === turn.dataset.speaker)));
  menu.querySelector<HTMLButtonElement>('[data-deed="merge"]')!.disabled = turn.dataset.number === "1";
  menu.querySelector<HTMLSelectElement>("select")!.value = turn.dataset.question!;
  turn.querySelector("[data-more]")!.setAttribute("aria-expanded", "true");
  menu.querySelector<HTMLElement>("[aria-pressed=true]")!.focus();
  menu.scrollIntoView({ block: "nearest" });
}

function closeMenu(): HTMLElement | null {
  const turn = menu.closest<HTMLElement>(".turn");
  turn?.querySelector("[data-more]")?.removeAttribute("aria-expanded");
  menu.hidden = true;
  document.querySelector(".tw")!.append(menu); // out of turns that are about to be replaced
  return turn;
}

menu.addEventListener("click", (event) => {
  const target = event.target as HTMLElement;
  const turn = menu.closest<HTMLElement>(".turn")!;
  const speaker = target.closest<HTMLElement>("button[data-speaker]")?.dataset.speaker; // its turn has one as well
  const what = target.closest<HTMLElement>("[data-deed]")?.dataset.deed;
  if (speaker) void deed(turn, "speaker", { speaker });
  else if (what) void deed(turn, what, what === "merge" ? { seen: before(turn)?.dataset.id ?? "" } : {});
});
menu.querySelector("select")!.addEventListener("change", (event) => {
  void deed(menu.closest<HTMLElement>(".turn")!, "question", { question: (event.target as HTMLSelectElement).value });
});
menu.addEventListener("keydown", (event) => {
  if (event.code !== "Escape") return;
  event.stopPropagation();
  closeMenu()?.querySelector<HTMLElement>("[data-more]")?.focus();
});

// ── by hand and by keyboard ──

document.addEventListener("click", (event) => {
  const target = event.target as HTMLElement;
  const turn = target.closest<HTMLElement>("#turns .turn");
  if (target.closest("[data-edit]")) return void edit(turn);
  if (target.closest("[data-more]")) {
    const open = menu.closest(".turn") === turn && !menu.hidden;
    return void (open ? closeMenu() : openMenu(turn!));
  }
  if (!menu.hidden && !target.closest(".tm")) closeMenu();
  // without sound a click asks for nothing else
  if (turn && !turn.dataset.part && target.closest(".turn__b p") && (getSelection()?.isCollapsed ?? true)) void edit(turn, pointed(turn));
});
document.addEventListener("dblclick", (event) => {
  const turn = (event.target as HTMLElement).closest<HTMLElement>("#turns .turn");
  if (turn && (event.target as HTMLElement).closest(".turn__b p")) void edit(turn, pointed(turn));
});

/** Where in the turn's words the browser's selection begins. */
function pointed(turn: HTMLElement): number | undefined {
  const selection = getSelection();
  const text = turn.querySelector(".turn__b p")!;
  if (!selection?.rangeCount || !text.contains(selection.anchorNode)) return undefined;
  const before = document.createRange();
  before.setStart(text, 0);
  before.setEnd(selection.anchorNode!, selection.anchorOffset);
  return before.toString().length;
}

document.addEventListener("keydown", (event) => {
  const busy = (event.target as Element).closest("input, textarea, select, button:not(.tc), a, summary, dialog, .tm");
  if (busy || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.code === "Enter" && (event.target as Element).closest("button")) return; // the time chip's own
  const turn = current();
  const deeds: Record<string, () => void> = {
    KeyE: () => void edit(turn),
    Enter: () => void edit(turn),
    KeyS: () => void deed(turn!, "speaker", { speaker: other(turn!) }),
    KeyM: () => openMenu(turn!),
    KeyZ: () => {
      const last = [...document.querySelectorAll<HTMLFormElement>("#toasts form")].at(-1);
      if (last) last.requestSubmit();
      else say(words.gone!);
    },
  };
  const found = deeds[event.code];
  if (!found || (!turn && event.code !== "KeyZ")) return;
  event.preventDefault();
  found();
});

// undo: in place, so that the sound plays on and the page stays where it is
document.addEventListener("submit", async (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.matches("#toasts form") || !/\/corrections\/|\/replace\/[^/]+\/undo$/.test(form.action)) return;
  event.preventDefault();
  event.stopPropagation();
  if (Editor.open && !(await Editor.open.save(false))) return;
  form.closest(".toast")!.remove();
  const answer = await post(form.action);
  if (answer) renewAll(await answer.text());
}, { capture: true });

// others at the same transcript: their changes arrive, whatever is typed or open here stays
const opened = () => (menu.hidden ? null : menu.closest<HTMLElement>(".turn"));
const pinned = () => [Editor.turnTyped, opened()].filter((one) => one !== null);
const here = document.querySelector<HTMLElement>("#tx-here");
if (here) new Meeting(here, { typed: () => Editor.turnTyped, pinned });
// finding.ts has replaced words
document.addEventListener("fieldwork:turns", (event) => takeIn((event as CustomEvent<{ html: string }>).detail.html, pinned()));

// one deed, one toast: what was said of the one before it has been seen
document.addEventListener("fieldwork:say", () => document.querySelectorAll("#toasts .toast:has(form)").forEach((one) => one.remove()), { capture: true });
