// Where words stand in a text: the same rules as on the server (transcription/finding.py), so that the n-th place here is the
// n-th place there. A blank stands for blanks of any kind, е and ё are one letter.
const YO: Record<string, string> = { е: "её", ё: "её", Е: "ЕЁ", Ё: "ЕЁ" };
const LETTER = "[\\p{L}\\p{N}_\\u0300-\\u036f]";

/** A pattern for words as they are typed; nothing where there are none. */
export function pattern(words: string, whole: boolean, capitals: boolean): RegExp | null {
  const parts = words.trim().match(/\s+|\S/gu);
  if (!parts) return null;
  const body = parts.map((one) => (/\s/u.test(one) ? "\\s+" : YO[one] ? `[${YO[one]}]` : one.replace(/[\\^$.*+?()[\]{}|/-]/gu, "\\$&"))).join("");
  return new RegExp(whole ? `(?<!${LETTER})${body}(?!${LETTER})` : body, capitals ? "gu" : "giu");
}

/** Where a pattern stands, in UTF-16 units. */
export const places = (text: string, sought: RegExp): [number, number][] => [...text.matchAll(sought)].map((one) => [one.index, one.index + one[0].length]);
