// Places in an element's text, in UTF-16 units, however many nodes it is cut into.

/** The stretch of an element's text from one place to another, as a range. */
export function rangeIn(element: Node, start: number, end: number): Range {
  const range = document.createRange();
  range.selectNodeContents(element);
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let at = 0;
  let begun = false;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const { length } = node as Text;
    if (!begun && start < at + length) {
      range.setStart(node, start - at);
      begun = true;
    }
    if (end <= at + length) {
      range.setEnd(node, Math.max(0, end - at));
      break;
    }
    at += length;
  }
  return range;
}

/** Where a range begins and ends in an element's text. */
export function placesIn(element: Node, range: Range): [number, number] {
  const before = document.createRange();
  before.setStart(element, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const start = before.toString().length;
  return [start, start + range.toString().length];
}
