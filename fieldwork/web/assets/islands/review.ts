// The review of names: one mention after another, by keyboard or by hand; what was missed is marked by selecting it.
// The page shows words only while they are undecided; offsets travel as code points of the raw text.
import { post } from "../post";
import { isMarking, markingOn, openMarking, unmark } from "../review/marking";
import { fillPanel, unfold } from "../review/panel";
import { filterLines, firstOpen, isOpen, marks, nextOpen, queueOn } from "../review/queue";
import { the, typing, type Answer, type Choice, type Mark } from "../review/shared";
import { soundOn } from "../review/sound";
import { say } from "../toasts";

const doc = the("doc");
const root = doc.dataset.root!;
const BACK = "#taken-back";
const CUT = "[…]";
const POLL = 15_000;

let stamp = doc.dataset.stamp!;
let choices: Choice[] = JSON.parse(the("choices").textContent!);
let present = ""; // the id of the mention in the panel
let sending: Promise<void> = Promise.resolve();
const receipts: { receipt: string; mention: string }[] = [];

const chosen = () => document.getElementById(present) as Mark | null;

function here(mark: Mark) {
  mark.classList.add("is-here");
  mark.setAttribute("aria-current", "true");
}

function show(mark: Mark | undefined | null, { scroll = true } = {}) {
  chosen()?.classList.remove("is-here");
  chosen()?.removeAttribute("aria-current");
  present = mark?.id ?? "";
  unmark();
  the("decision").hidden = !mark;
  the("none").hidden = !!mark;
  if (!mark) return;
  here(mark);
  fillPanel(mark);
  if (scroll) mark.scrollIntoView({ block: "center", behavior: "instant" });
}

function step(by: 1 | -1) {
  const all = marks();
  const at = all.findIndex((one) => one.id === present);
  show(all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]);
}

const jump = () => show(nextOpen(present) ?? chosen());

/* deeds: drawn first, sent one after another */

function draw(answer: Answer) {
  for (const [turn, html] of Object.entries(answer.turns)) {
    const place = document.getElementById(`turn-${turn}`);
    if (place) place.outerHTML = html;
  }
  the("head").innerHTML = answer.head;
  the("lines").innerHTML = answer.lines;
  the("progress").textContent = the("progress-words").textContent;
  choices = answer.choices;
  stamp = answer.stamp;
  filterLines();
  const mark = chosen();
  if (!mark) return;
  here(mark);
  if (the("changing").hidden && the("asking").hidden && !isMarking()) fillPanel(mark);
}

// what others have done meanwhile
async function refresh(told = true) {
  const answer = await fetch(`${root}/state?stamp=${stamp}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.status === 204) return;
  const news: Answer = await answer.json();
  if (news.gone) return location.reload();
  draw(news);
  if (told) say(the("told-changed").textContent!);
}

const forgetToasts = () => document.querySelectorAll(`#toasts form[action$="${BACK}"]`).forEach((form) => form.closest(".toast")?.remove());

function send(path: string, fields: Record<string, string>, { sent = [] as HTMLElement[], back = present } = {}) {
  sent.forEach((one) => one.classList.add("is-sent"));
  const ids = sent.map((one) => one.id);
  sending = sending.then(async () => {
    const answer = await post(`${root}/${path}`, { ...fields, stamp });
    if (!answer) {
      ids.forEach((id) => document.getElementById(id)?.classList.remove("is-sent"));
      await refresh(false);
      show(document.getElementById(back) as Mark | null);
      return;
    }
    const news: Answer = await answer.json();
    draw(news);
    if (!present) show(firstOpen());
    if (!news.said || !news.receipt) return;
    receipts.push({ receipt: news.receipt, mention: back });
    forgetToasts();
    say(news.said, { undo: BACK });
  });
  return sending;
}

type Deed = { whole?: boolean; replacement?: string; note?: string };

function decide(deed: "accept" | "reject" | "ask", { whole = the<HTMLInputElement>("whole").checked, replacement = "", note = "" }: Deed = {}) {
  const mark = chosen();
  if (!mark || the("decision").hidden) return;
  const { entity, seen } = mark.dataset;
  const sent = whole && deed !== "ask" ? marks().filter((one) => one.dataset.entity === entity) : [mark];
  const fields: Record<string, string> = { deed, seen: seen! };
  if (whole) fields.whole = "on";
  if (replacement) fields.replacement = replacement;
  if (note) fields.note = note;
  const back = mark.id;
  void send(`mentions/${mark.id.slice(2)}`, fields, { sent, back });
  show(nextOpen(present) ?? mark);
}

function undo() {
  void sending.then(() => {
    const last = receipts.pop();
    if (!last) return say(the("told-nothing").textContent!);
    forgetToasts();
    void send("back", { receipt: last.receipt }, { back: last.mention }).then(() => {
      show((document.getElementById(last.mention) as Mark | null) ?? firstOpen());
      the("save").textContent = the("told-back").textContent;
    });
  });
}

const broader = (whole?: boolean) => chosen() && decide("accept", { replacement: chosen()!.dataset.broader, ...(whole === undefined ? {} : { whole }) });
const cut = (whole?: boolean) => decide("accept", { replacement: CUT, ...(whole === undefined ? {} : { whole }) });
const change = (whole = the<HTMLInputElement>("whole").checked) => {
  if (!chosen()) return;
  the<HTMLInputElement>("whole").checked = whole && !the("whole").closest("label")!.hidden;
  unfold("changing", the("changing").hidden, chosen()!.dataset.to);
};

the("accept").addEventListener("click", () => decide("accept"));
the("broader").addEventListener("click", () => broader());
the("cut").addEventListener("click", () => cut());
the("reject").addEventListener("click", () => decide("reject"));
the("ask").addEventListener("click", () => unfold("asking", the("asking").hidden, chosen()?.dataset.note));
the("change").addEventListener("click", () => change());
the("unchange").addEventListener("click", () => (unfold("changing", false), chosen()?.focus()));
the("unask").addEventListener("click", () => (unfold("asking", false), chosen()?.focus()));
the("previous").addEventListener("click", () => step(-1));
the("next").addEventListener("click", () => step(1));
the("changing").addEventListener("submit", (event) => {
  event.preventDefault();
  const replacement = the<HTMLInputElement>("replacement").value.trim();
  if (replacement) decide("accept", { replacement });
  else the("replacement").focus();
});
the("asking").addEventListener("submit", (event) => {
  event.preventDefault();
  decide("ask", { note: the<HTMLInputElement>("note").value.trim() });
});
the("head").addEventListener("click", (event) => {
  if ((event.target as Element).closest("#certain")) void send("certain", {}, { sent: marks().filter((one) => isOpen(one) && one.dataset.sure === "1") }).then(jump);
});
document.addEventListener(
  "submit",
  (event) => {
    if (!(event.target as HTMLFormElement).action.endsWith(BACK)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    undo();
  },
  true,
);

doc.addEventListener("click", (event) => {
  const mark = (event.target as Element).closest<Mark>("#turns .mn");
  if (!mark) return;
  event.preventDefault();
  show(mark, { scroll: false });
});
doc.addEventListener("focusin", (event) => {
  const mark = (event.target as Element).closest<Mark>("#turns .mn");
  if (mark && mark.id !== present) show(mark, { scroll: false });
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return escape();
  // Z may have pressed a toast's «undo» already, which comes here as its form
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(document.activeElement)) return;
  const everywhere: Record<string, () => void> = {
    KeyA: () => decide("accept", { whole: true }),
    Digit1: () => decide("accept", { whole: true }),
    Digit2: () => broader(true),
    Digit3: () => cut(true),
    KeyR: () => decide("reject", { whole: true }),
    Digit4: () => decide("reject", { whole: true }),
    KeyC: () => change(true),
  };
  const one: Record<string, () => void> = {
    KeyA: () => decide("accept"),
    KeyR: () => decide("reject"),
    KeyU: jump,
    KeyZ: undo,
    KeyM: () => openMarking(),
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
  };
  const deed = (event.shiftKey ? everywhere : one)[event.code];
  if (!deed) return;
  event.preventDefault();
  deed();
});

function escape() {
  if (!the("changing").hidden) (unfold("changing", false), chosen()?.focus());
  else if (!the("asking").hidden) (unfold("asking", false), chosen()?.focus());
  else if (isMarking()) (getSelection()?.removeAllRanges(), show(chosen()));
}

queueOn((mark) => show(mark ?? chosen()));
soundOn(chosen);
markingOn({
  choices: () => choices,
  closed: () => show(chosen()),
  opened: () => (the("decision").hidden = the("none").hidden = true),
  send: (fields, place) =>
    void send("mentions", fields).then(() => {
      const made = doc.querySelector<Mark>(`#turn-${place.turn} .mn[data-at="${place.start}"]`);
      if (made?.dataset.state !== "accepted") return; // refused: the form keeps what was chosen
      getSelection()?.removeAllRanges();
      show(made, { scroll: false });
    }),
});

/* on a phone the panel folds away */
the("grab").addEventListener("click", () => {
  const folded = the("side").classList.toggle("is-low");
  the("grab").setAttribute("aria-expanded", String(!folded));
});

// a place that the approval page points at: its words are selected
function pointed() {
  const [, turn, start, end] = /^#at-(\d+)-(\d+)-(\d+)$/.exec(location.hash)?.map(Number) ?? [];
  if (!turn) return false;
  const pieces = [...doc.querySelectorAll<HTMLElement>(`#turn-${turn} [data-at]`)];
  const piece = pieces.filter((one) => Number(one.dataset.at) <= start!).at(-1);
  if (!piece) return false;
  the(`turn-${turn}`).scrollIntoView({ block: "center" });
  if (piece.matches("a")) {
    show(piece as Mark, { scroll: false });
    return true;
  }
  const text = piece.firstChild as Text;
  const unit = (point: number) => [...text.data].slice(0, Math.max(point - Number(piece.dataset.at), 0)).join("").length;
  getSelection()?.setBaseAndExtent(text, unit(start!), text, unit(end!));
  openMarking();
  return true;
}

filterLines();
if (!pointed()) {
  const asked = location.hash.startsWith("#m-") ? document.getElementById(location.hash.slice(1)) : null;
  show((asked as Mark | null) ?? firstOpen() ?? marks()[0], { scroll: !!asked });
}
setInterval(() => document.hidden || void sending.then(() => refresh()), POLL);
document.addEventListener("visibilitychange", () => document.hidden || void sending.then(() => refresh()));
