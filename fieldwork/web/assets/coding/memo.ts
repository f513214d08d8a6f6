// The memo box: M opens it, Ctrl+Enter saves; what is typed is kept in this browser, for this member, until it is saved.
import { post } from "../post";
import { say } from "../toasts";
import type { Code } from "./drawing";

export class Memos {
  private form = document.querySelector<HTMLFormElement>("#memo-form");
  private list = document.querySelector<HTMLElement>("#memos")!;
  private text = document.querySelector<HTMLTextAreaElement>("#memo-text");
  private about = document.querySelector<HTMLSelectElement>("#memo-about");
  private shown: number | null = null;

  constructor(
    private panel: HTMLElement,
    private draft: string,
    private saved: (code: Code | null) => void,
  ) {
    if (!this.form || !this.text) return;
    this.text.value = localStorage.getItem(draft) ?? "";
    this.text.addEventListener("input", () => localStorage.setItem(draft, this.text!.value));
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.form!.requestSubmit();
      if (event.key === "Escape") this.close();
      event.stopPropagation();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.save();
    });
  }

  /** Open the box; about a code where one is looked at. */
  open(code: Code | null) {
    if (!this.form || !this.text) return;
    this.offer(code);
    this.form.hidden = false;
    this.panel.classList.add("is-open", "is-memo");
    this.text.focus();
  }

  close() {
    if (!this.form || this.form.hidden) return false;
    this.form.hidden = true; // the draft stays
    this.panel.classList.remove("is-memo");
    document.querySelector<HTMLElement>("#memo-open")?.focus();
    return true;
  }

  private code: Code | null = null;

  /** What the memo may be about. */
  offer(code: Code | null) {
    this.code = code;
    if (!this.about) return;
    this.about.querySelectorAll("[data-code]").forEach((one) => one.remove());
    if (!code) return;
    const said = this.panel.dataset;
    const option = (value: string, text: string) => Object.assign(document.createElement("option"), { value, textContent: text });
    const found = [option(`code:${code.number}`, said.onCode!.replace("{}", code.name))];
    if (code.category) found.push(option(`category:${code.number}`, said.onCategory!.replace("{}", code.category)));
    for (const one of found) one.dataset.code = "";
    this.about.prepend(...found);
    this.about.selectedIndex = 0;
  }

  /** Memos beside a code, or those on the expert. */
  async show(code: Code | null) {
    this.offer(code);
    const number = code?.number ?? null;
    if (number === this.shown) return;
    this.shown = number;
    const answer = await fetch(`${this.panel.dataset.memos}${number === null ? "" : `?code=${number}`}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.ok && this.shown === number) this.put(await answer.text());
  }

  private put(html: string) {
    this.list.innerHTML = html; // a piece of our own page: the template has escaped what people wrote
  }

  private async save() {
    if (!this.text?.value.trim()) {
      say(this.panel.dataset.few!, { kind: "warn" });
      return this.text?.focus();
    }
    const code = this.about!.value.startsWith("code:") ? this.code : null;
    const answer = await post(this.panel.dataset.memos!, new FormData(this.form!));
    if (!answer) return; // told; what was typed stays
    this.put(await answer.text());
    this.shown = code?.number ?? this.shown;
    this.text.value = "";
    localStorage.removeItem(this.draft);
    this.close();
    say(this.panel.dataset.saved!);
    this.saved(code);
  }
}
