// The panel: a mention in its context, as it was and as it will be, and what can be done with it.
import { marks } from "./queue";
import { filled, the, type Mark } from "./shared";
import { hearable } from "./sound";

const CONTEXT = 110;
const CUT = "[…]";

// what stands around a mention in its turn, as much as fits
function around(mark: HTMLElement): [string, string] {
  const nodes = [...mark.parentElement!.childNodes];
  const at = nodes.indexOf(mark);
  const text = (some: ChildNode[]) => some.map((one) => one.textContent).join("");
  const before = text(nodes.slice(0, at));
  const after = text(nodes.slice(at + 1));
  const cut = before.length > CONTEXT ? `…${before.slice(before.indexOf(" ", before.length - CONTEXT) + 1)}` : before;
  const end = after.length > CONTEXT ? `${after.slice(0, Math.max(after.lastIndexOf(" ", CONTEXT), 40))}…` : after;
  return [cut, end];
}

function put(place: string, before: string, element: string, words: string, after: string) {
  const made = document.createElement(element);
  made.textContent = words;
  the(place).replaceChildren(before, made, after);
}

/** Show a mention. */
export function fillPanel(mark: Mark) {
  const { kind, tint, to, state, sure, entity, broader, asked, note } = mark.dataset;
  const pending = state === "pending";
  the("was").dataset.tint = tint;
  the("kind-mark").className = `kd kd--${tint}`;
  the("kind-mark").querySelectorAll<HTMLElement>("[data-tint]").forEach((one) => (one.hidden = one.dataset.tint !== tint));
  the("kind").textContent = the(`d-${kind}`).textContent;
  const all = marks();
  the("number").textContent = filled(the("number").dataset.told!, { "%n": all.indexOf(mark) + 1, "%c": all.length });
  const why = kind === "LOC" ? "LOC" : sure === "1" ? "sure" : document.getElementById(`why-${kind}`) ? kind : "";
  the("why").textContent = pending ? the(`why-${why}`).textContent : the(`d-${state}`).textContent;
  const [before, after] = around(mark);
  // what was replaced is not here any more: its words stay on the server
  if (state === "accepted") put("was", before, "s", "•••", after);
  else put("was", before, "s", mark.textContent!, after);
  put("becomes", before, "ins", state === "rejected" ? mark.textContent! : to!, after);
  the("accept-to").textContent = to!;
  the("broader-to").textContent = broader!;
  the("accept").classList.toggle("is-on", state !== "rejected" && to !== CUT && !asked);
  the("cut").classList.toggle("is-on", state === "accepted" && to === CUT);
  the("reject").classList.toggle("is-on", state === "rejected");
  the("ask").classList.toggle("is-on", !!asked);
  the("asked").hidden = !asked;
  the("asked-note").textContent = note ?? "";
  const same = all.filter((one) => one.dataset.entity === entity).length;
  the("whole").closest("label")!.hidden = same < 2;
  the("whole-told").textContent = filled(the("whole-told").dataset.told!, { "%c": same });
  the<HTMLInputElement>("whole").checked = false;
  the<HTMLAnchorElement>("who").href = the("who").dataset.root!.replace("KEY", encodeURIComponent(mark.dataset.who!));
  the<HTMLAnchorElement>("told").href = `${the("told").dataset.root}?mention=${mark.id.slice(2)}`;
  unfold("changing", false);
  unfold("asking", false);
  hearable(mark);
}

/** Open or close one of the panel's forms; its field holds what is there now. */
export function unfold(form: "changing" | "asking", open: boolean, value = "") {
  the(form).hidden = !open;
  the(form === "changing" ? "change" : "ask").setAttribute("aria-expanded", String(open));
  if (!open) return;
  const input = the(form).querySelector<HTMLInputElement>("input")!;
  input.value = value;
  input.focus();
  input.select();
}
