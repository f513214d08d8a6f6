// The model's links, drawn between the cards; the same links stand in the list beside the drawing.
const SVG = "http://www.w3.org/2000/svg";
type Point = [number, number];

function element(name: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.textContent = text;
  return made;
}

// Where a line leaves a card and enters the other: by their sides when they stand side by side, else by top and bottom.
function ends(a: DOMRect, b: DOMRect): [Point, Point, boolean] {
  const middle = (one: DOMRect): Point => [one.left + one.width / 2, one.top + one.height / 2];
  const [ax, ay] = middle(a);
  const [bx, by] = middle(b);
  if (a.right < b.left) return [[a.right, ay], [b.left, by], true];
  if (b.right < a.left) return [[a.left, ay], [b.right, by], true];
  const x = (Math.max(a.left, b.left) + Math.min(a.right, b.right)) / 2;
  return ay < by ? [[x, a.bottom], [x, b.top], false] : [[x, a.top], [x, b.bottom], false];
}

function draw(svg: SVGElement): void {
  const base = (svg.parentElement as HTMLElement).getBoundingClientRect();
  svg.setAttribute("width", String(base.width));
  svg.setAttribute("height", String(base.height));
  const labels = element("g", {});
  for (const wire of svg.querySelectorAll<SVGGElement>("g[data-from]")) {
    const card = (id?: string) => document.getElementById(id ?? "")?.closest(".role")?.getBoundingClientRect();
    const from = card(wire.dataset.from);
    const to = card(wire.dataset.to);
    if (!from || !to) continue;
    const count = Number(wire.dataset.count);
    const [start, end, sideways] = ends(from, to);
    let [ax, ay, bx, by] = [start[0] - base.left, start[1] - base.top, end[0] - base.left, end[1] - base.top];
    const back = sideways && bx < ax; // what comes of it acts on what led to it: round by the foot of the drawing
    if (back) [ax, ay, bx, by] = [ax + from.width / 2, from.bottom - base.top, bx - to.width / 2, to.bottom - base.top];
    const long = sideways && !back && bx - ax > 240; // passes behind a card: beside the short ones
    if (long) [ay, by] = [ay + 24, by + 24];
    const bend = sideways ? (bx - ax) / 2 : (by - ay) / 2;
    const foot = base.height - 10;
    const path = back
      ? `M${ax} ${ay} C${ax} ${foot} ${bx} ${foot} ${bx} ${by}`
      : sideways
      ? `M${ax} ${ay} C${ax + bend} ${ay} ${bx - bend} ${by} ${bx} ${by}`
      : `M${ax} ${ay} C${ax} ${ay + bend} ${bx} ${by - bend} ${bx} ${by}`;
    const turn = back ? -90 : sideways ? (bend < 0 ? 180 : 0) : bend < 0 ? -90 : 90;
    const weak = count < 5 ? " weak" : "";
    const [x, y] = back ? [bx, by + 36] : long ? [bx - 24, by] : [(ax + bx) / 2, (ay + by) / 2];
    const wide = String(count).length * 7 + 10;
    const label = element("g", { class: `wn${weak}` });
    label.append(
      element("rect", { x: x - wide / 2, y: y - 9, width: wide, height: 18, rx: 9 }),
      element("text", { x, y: y + 4 }, String(count)),
    );
    wire.replaceChildren(
      element("path", { class: `wire${weak}`, d: path, "stroke-width": Math.min(3.6, 1 + count / 12) }),
      element("path", { class: "head", d: "M0 0-7-4v8z", transform: `translate(${bx} ${by}) rotate(${turn})` }),
    );
    labels.append(label);
  }
  svg.querySelector("g:not([data-from])")?.remove();
  svg.append(labels);
}

let watched: ResizeObserver | undefined;

/** Draw the links between the role cards below `root`, and again whenever their size changes. */
export function wires(root: ParentNode): void {
  const svg = root.querySelector<SVGElement>("svg.wires");
  watched?.disconnect();
  if (!svg?.parentElement) return;
  const redraw = () => draw(svg);
  watched = new ResizeObserver(redraw);
  watched.observe(svg.parentElement);
  void document.fonts.ready.then(redraw);
}
