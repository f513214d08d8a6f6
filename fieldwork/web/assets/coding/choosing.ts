// Choosing a code: a combobox over the codebook. Arrows move, Enter takes; nothing typed: the words themselves, then the codes
// used lately, by their digits.
import type { Code } from "./drawing";

export type Chosen = { code: number } | { vivo: true } | { name: string };
type Option = Chosen & { label: string; small: string; count?: number; core?: number; key?: string; typed?: string[] };

const SHOWN = 60;
const folded = (text: string) => text.toLowerCase().replaceAll("ё", "е");

export class Choosing {
  private options: Option[] = [];
  private active = 0;
  words = "";
  plain = false; // only codes that there are: no new ones

  constructor(
    readonly input: HTMLInputElement,
    private list: HTMLElement,
    private said: DOMStringMap,
    private codes: () => Code[],
    private recent: () => number[],
    private choose: (chosen: Chosen, more: boolean) => void,
  ) {
    input.addEventListener("input", () => this.show());
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (event) => {
      const at = [...list.children].indexOf((event.target as Element).closest("li")!);
      if (at >= 0) this.take(at, event.shiftKey);
    });
  }

  open(words: string, plain = false, typed = "") {
    this.words = words;
    this.plain = plain;
    this.input.value = typed;
    this.show();
  }

  show() {
    const typed = folded(this.input.value).split(/\s+/).filter(Boolean);
    this.options = typed.length ? this.matching(typed) : this.unasked();
    this.active = 0;
    this.list.replaceChildren(...this.options.map((one, at) => this.element(one, at)));
    this.mark();
  }

  private unasked(): Option[] {
    const by = new Map(this.codes().map((one) => [one.number, one]));
    const lately = this.recent().map((one) => by.get(one)).filter((one) => one !== undefined).slice(0, 9);
    const others = this.codes().filter((one) => !lately.includes(one));
    const vivo: Option[] = this.plain ? [] : [{ vivo: true, label: this.said.vivo!.replace("{}", this.words), small: this.said.vivoHint!, key: "↵" }];
    return [...vivo, ...lately.map((one, at) => this.option(one, String(at + 1))), ...others.slice(0, SHOWN).map((one) => this.option(one))];
  }

  private matching(typed: string[]): Option[] {
    const ranked = this.codes().flatMap((one) => {
      const [name, all] = [folded(one.name), folded(`${one.number} ${one.name} ${one.category}`)];
      if (!typed.every((word) => all.includes(word))) return [];
      const begins = typed.filter((word) => new RegExp(`(^|[^\\p{L}\\p{N}])${escape(word)}`, "u").test(name)).length;
      return [{ one, rank: begins * 2 + typed.filter((word) => name.includes(word)).length }];
    });
    ranked.sort((a, b) => b.rank - a.rank || b.one.codings - a.one.codings || a.one.number - b.one.number);
    const found = ranked.slice(0, SHOWN).map(({ one }) => ({ ...this.option(one), typed }));
    const name = this.input.value.trim();
    return this.plain ? found : [...found, { name, label: this.said.new!.replace("{}", name), small: "", key: "Ctrl ↵" }];
  }

  private option = (one: Code, key?: string): Option => ({ code: one.number, label: one.name, small: one.category, count: one.codings, core: one.core, key });

  private element(option: Option, at: number): HTMLElement {
    const item = document.createElement("li");
    item.id = `choice-${at}`;
    item.setAttribute("role", "option");
    if ("code" in option) item.append(markOf(option.core!));
    else item.className = "new";
    const words = document.createElement("span");
    words.append(...pieces(option.label, option.typed ?? []));
    if (option.small) words.append(Object.assign(document.createElement("small"), { textContent: option.small }));
    item.append(words);
    if (option.count !== undefined) item.append(Object.assign(document.createElement("em"), { textContent: String(option.count) }));
    if (option.key) item.append(Object.assign(document.createElement("kbd"), { textContent: option.key }));
    return item;
  }

  private mark() {
    [...this.list.children].forEach((item, at) => {
      item.classList.toggle("on", at === this.active);
      item.setAttribute("aria-selected", String(at === this.active));
    });
    const now = this.list.children[this.active];
    if (now) this.input.setAttribute("aria-activedescendant", now.id);
    else this.input.removeAttribute("aria-activedescendant");
    now?.scrollIntoView({ block: "nearest" });
  }

  /** A code by its digit; false where there is none. */
  digit(number: number): boolean {
    const code = this.recent().slice(0, 9)[number - 1];
    if (code !== undefined) this.choose({ code }, false);
    return code !== undefined;
  }

  take(at: number, more: boolean) {
    const option = this.options[at];
    if (option) this.choose("code" in option ? { code: option.code } : "vivo" in option ? { vivo: true } : { name: option.name }, more);
  }

  /** Keys of the field; true where one was meant for the list. */
  key(event: KeyboardEvent): boolean {
    const last = this.options.length - 1;
    const name = this.input.value.trim();
    if (event.key === "ArrowDown") this.active = this.active >= last ? 0 : this.active + 1;
    else if (event.key === "ArrowUp") this.active = this.active <= 0 ? last : this.active - 1;
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && name && !this.plain) this.choose({ name }, event.shiftKey);
    else if (event.key === "Enter") this.take(this.active, event.shiftKey);
    else return false;
    this.mark();
    return true;
  }
}

/** A core category's mark. */
export function markOf(core: number): HTMLElement {
  const mark = document.createElement("i");
  mark.className = `cm cm--${core}`;
  mark.textContent = core ? String(core) : "";
  mark.setAttribute("aria-hidden", "true");
  return mark;
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A name with what was typed marked in it. */
function pieces(name: string, typed: string[]): (string | HTMLElement)[] {
  if (!typed.length) return [name];
  const parts = name.split(new RegExp(`(${typed.map((word) => escape(word).replaceAll("е", "[её]")).join("|")})`, "iu"));
  return parts.map((part, at) => (at % 2 ? Object.assign(document.createElement("mark"), { textContent: part }) : part)).filter((part) => part !== "");
}
