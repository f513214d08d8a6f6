// What the pages of the review share: elements by id, words with numbers put in, places as the server counts them.
export type Choice = { key: string; label: string; to: string };
export type Answer = {
  turns: Record<string, string>;
  head: string;
  lines: string;
  choices: Choice[];
  stamp: string;
  said?: string;
  receipt?: string;
  gone?: boolean;
};
/** A place in a turn: code points of its text, end exclusive. */
export type Place = { turn: number; start: number; end: number };
export type Mark = HTMLAnchorElement;

export const the = <Kind extends HTMLElement = HTMLElement>(id: string) => document.getElementById(id) as Kind;
export const filled = (text: string, values: Record<string, string | number>) =>
  Object.entries(values).reduce((told, [sign, value]) => told.replace(sign, String(value)), text);
export const typing = (element: Element | null) => !!element?.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, dialog");
/** Browsers count UTF-16, the server code points. */
export const points = (text: string) => [...text].length;
