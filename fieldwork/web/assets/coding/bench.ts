// What the coding workbench holds: the page's data, its codes and codings, and what is being done now.
import { permitStyles } from "../styles";
import { type Code, type Coding } from "./drawing";
import { Turns, type Sent, type Span } from "./text";

export type Raw = { id: string; code: number; start: Sent; end: Sent; coder: string; at: string; placed: boolean };
export type Told = { codings: Raw[]; removed: string[]; codes: Code[]; gone: number[]; undo: string | null };

permitStyles();
export const $ = <E extends HTMLElement = HTMLElement>(id: string) => document.getElementById(id) as E;
export const [panel, root] = [$("panel"), $("turns")];
export const words = panel.dataset;
export const can = words.can === "yes";
export const data = JSON.parse($("bench").textContent!) as { codings: Raw[]; codes: Code[]; recent: number[]; member: string; initials: string };
export const turns = new Turns(root);
export const codes = new Map(data.codes.map((one) => [one.number, one]));
export const read = (one: Raw): Coding => ({ id: one.id, code: one.code, span: turns.read(one.start, one.end), coder: one.coder, at: one.at });
export const codings = new Map(data.codings.filter((one) => one.placed).map((one) => [one.id, read(one)]));
export const undos: string[] = [];
export const fine = matchMedia("(pointer: fine)").matches;

/** What is being done: words selected, the coding looked at, what selecting is for, the turn with the focus, whose codings show. */
export const bench = {
  recent: data.recent,
  pending: null as Span | null,
  open: null as Coding | null,
  deed: "code" as "code" | "change" | "move",
  here: turns.all[0] as HTMLElement | undefined,
  shown: "all" as "all" | "mine" | "none",
};
