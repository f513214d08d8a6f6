// Deeds on codings: each is drawn first, sent at once, and put back with its reason where it is refused.
import { post } from "../post";
import { $, bench, codes, codings, data, read, turns, undos, words, type Told } from "./bench";
import type { Chosen } from "./choosing";
import type { Coding } from "./drawing";
import { choose, choosing, leave, look, show, tell } from "./panel";
import { draw, erase, redraw, select } from "./showing";
import type { Span } from "./text";

export const apply = (told: Told) => {
  for (const one of told.codes) codes.set(one.number, one);
  for (const one of told.gone) codes.delete(one);
  for (const id of told.removed) erase(id);
  for (const one of told.codings) draw(read(one));
  if (told.undo) undos.push(told.undo);
  if ($("undo")) $<HTMLButtonElement>("undo").disabled = !undos.length;
  redraw();
};
export const send = async (address: string, fields: Record<string, string> = {}): Promise<Told | null> => {
  const answer = await post(address, fields);
  return answer ? ((await answer.json()) as Told) : null;
};
export const at = (id: string, what: string) => `${words.deeds}${id}/${what}`;

export async function take(chosen: Chosen, more: boolean) {
  if (bench.deed === "change" && "code" in chosen) return change(chosen.code);
  if (!bench.pending) return;
  const vivo = "vivo" in chosen;
  const long = vivo && turns.quote(bench.pending).length > 80;
  if ("name" in chosen || long) return ask("name" in chosen ? chosen.name : turns.quote(bench.pending), vivo);
  const span = bench.pending;
  const fields = "code" in chosen ? { number: String(chosen.code) } : { in_vivo: "1" };
  await code(span, fields, "code" in chosen ? chosen.code : null, more);
}

/** Draw, send, and put back what was selected where it is refused. */
export async function code(span: Span, fields: Record<string, string>, known: number | null, more: boolean): Promise<boolean> {
  const typed = choosing!.input.value;
  const drawn: Coding | null = known === null ? null : { id: `drawn-${Date.now()}`, code: known, span, coder: data.initials, at: "" };
  if (drawn) draw(drawn);
  if (more) choosing!.open(turns.quote(span));
  else leave();
  redraw();
  const told = await send(words.codings!, { ...turns.fields(span), ...fields });
  if (drawn) erase(drawn.id);
  if (!told) {
    redraw();
    if (!more && !bench.pending) choose(span, { typed });
    return false;
  }
  apply(told);
  const used = told.codings[0]!.code;
  bench.recent = [used, ...bench.recent.filter((one) => one !== used)].slice(0, 9);
  if (more && bench.pending) choosing!.show();
  tell(words.coded!.replace("{}", codes.get(used)!.name));
  return true;
}

/** A new code: its name and what belongs under it. */
export function ask(name: string, vivo: boolean) {
  const form = $<HTMLFormElement>("new");
  form.dataset.vivo = vivo ? "1" : "";
  $<HTMLInputElement>("new-name").value = name;
  show("new");
  $(vivo ? "new-name" : "new-definition").focus();
}

/** What the server says of a change that is drawn already; the panel follows unless a person has gone on meanwhile. */
export function settle(former: Coding, told: Told | null) {
  if (told) apply(told);
  else draw(former);
  const now = codings.get(former.id);
  if (bench.open?.id === former.id && now) bench.open = now;
  if (bench.open === now && now && !$("one").hidden) look(now, false);
  else redraw();
}

export async function change(to: number) {
  const one = bench.open!;
  draw({ ...one, code: to });
  select(null);
  look(codings.get(one.id)!);
  settle(one, await send(at(one.id, "code"), { number: String(to) }));
}

export async function move() {
  const [one, span] = [bench.open!, bench.pending!];
  draw({ ...one, span });
  look(codings.get(one.id)!);
  settle(one, await send(at(one.id, "place"), turns.fields(span)));
}

export async function remove(one: Coding) {
  const name = codes.get(one.code)!.name;
  erase(one.id);
  leave();
  const told = await send(at(one.id, "remove"));
  if (told) return (apply(told), tell(words.removed!.replace("{}", name)));
  draw(one);
  redraw();
}

export async function undo(address = undos.at(-1)) {
  if (!address) return;
  const place = undos.lastIndexOf(address);
  if (place >= 0) undos.splice(place, 1);
  document.querySelectorAll<HTMLFormElement>("#toasts form").forEach((form) => form.getAttribute("action") === address && form.closest(".toast")!.remove());
  const told = await send(address);
  if (told) apply({ ...told, undo: null });
  document.querySelectorAll<HTMLFormElement>("#toasts form").forEach((form) => form.getAttribute("action") === told?.undo && form.closest(".toast")!.remove());
  if (told) tell(words.undone!);
  if ($("undo")) $<HTMLButtonElement>("undo").disabled = !undos.length;
  if (bench.open && !codings.has(bench.open.id)) leave();
  else if (bench.open) look(codings.get(bench.open.id)!, false);
}
