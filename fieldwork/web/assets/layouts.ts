// What was typed with another keyboard layout on: «rjls» is «коды».
const LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.";
const RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю";

const swapped = (text: string, from: string, to: string) => [...text].map((sign) => to[from.indexOf(sign)] ?? sign).join("");

/** In lower case, «е» for «ё». */
export const plain = (text: string) => text.toLowerCase().replaceAll("ё", "е");

/** The same keys on a Russian layout; the text itself where it holds no Latin letters. */
export const russian = (text: string) => (/[a-z]/.test(text) ? plain(swapped(text.toLowerCase(), LATIN, RUSSIAN)) : text);

/** What may have been meant: as typed, and the same keys on the other layout. */
export const readings = (text: string) => [...new Set([plain(text), russian(text), swapped(text.toLowerCase(), RUSSIAN, LATIN)])];

/** How well a name answers: 3 begins so, 2 a word of it begins so, 1 holds it, 0 not at all. */
export function likeness(name: string, typed: string): number {
  const told = plain(name);
  const of = (reading: string) => {
    if (told.startsWith(reading)) return 3;
    const parts = reading.split(/\s+/).filter(Boolean);
    if (parts.every((part) => told.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(part)))) return 2;
    return parts.every((part) => told.includes(part)) ? 1 : 0;
  };
  return Math.max(...readings(typed.trim()).map(of));
}
