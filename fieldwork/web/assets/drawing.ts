// The model as a drawing that can leave the house: Cytoscape on a canvas, nodes in the places of their roles, PNG and SVG.
// The canvas is hidden from screen readers: the list of links beside it says the same.
import cytoscape, { type Core, type NodeSingular } from "cytoscape";

type Drawn = {
  nodes: { id: string; label: string; role: string; place: string; hue: number; count: number }[];
  links: { id: string; source: string; target: string; label: string; count: number }[];
};

type Plan = { at: Record<string, [number, number]>; wide: number; high: number; x: number; y: number; letters: number };

// column and row of each role: what led to it above, what comes of it below
const NARROW: Plan = { at: { cau: [1, 0], con: [0, 1], phe: [1, 1], int: [2, 1], str: [1, 2], out: [1, 3] }, wide: 102, high: 78, x: 120, y: 118, letters: 14 };
const BROAD: Plan = { at: { cau: [0, 1], con: [1.5, 0], phe: [1, 1], int: [1.5, 2], str: [2, 1], out: [3, 1] }, wide: 168, high: 66, x: 270, y: 170, letters: 25 };

const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--fw-${name}`).trim();

function places(drawn: Drawn, plan: Plan) {
  const taken = new Map<string, number>();
  const found: Record<string, { x: number; y: number }> = {};
  const stacked = Math.max(1, ...Object.keys(plan.at).map((place) => drawn.nodes.filter((one) => one.place === place).length));
  const row = plan.y + (stacked - 1) * (plan.high + 14);
  for (const node of drawn.nodes) {
    const nth = taken.get(node.place) ?? 0;
    taken.set(node.place, nth + 1);
    const [x, y] = plan.at[node.place];
    found[node.id] = { x: x * plan.x, y: y * row + nth * (plan.high + 14) };
  }
  return found;
}

/** How far a link bends aside so as not to run behind a third node; 0 where nothing stands in its way. */
function bend(link: Drawn["links"][number], at: Record<string, { x: number; y: number }>, plan: Plan): number {
  const [a, b] = [at[link.source], at[link.target]];
  const long = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const hidden = Object.entries(at).some(([id, one]) => {
    if (id === link.source || id === link.target) return false;
    const along = ((one.x - a.x) * (b.x - a.x) + (one.y - a.y) * (b.y - a.y)) / long ** 2;
    const aside = Math.abs((one.x - a.x) * (b.y - a.y) - (one.y - a.y) * (b.x - a.x)) / long;
    return along > 0 && along < 1 && aside < plan.high / 2;
  });
  return hidden ? (Math.abs(b.y - a.y) > Math.abs(b.x - a.x) ? plan.wide * 1.35 : plan.high * 2.4) : 0;
}

const width = (count: number) => Math.min(5, 1 + count / 12);

function style(plan: Plan): cytoscape.StylesheetJson {
  const font = getComputedStyle(document.body).fontFamily;
  return [
    {
      selector: "node",
      style: {
        shape: "round-rectangle", width: plan.wide, height: plan.high, "background-color": token("surface"), "border-width": 1.4, "border-color": token("line-3"),
        label: "data(text)", "text-wrap": "wrap", "text-max-width": `${plan.wide}px`, "font-family": font, "font-size": 12, color: token("ink"),
        "text-valign": "center", "text-halign": "center",
      },
    },
    ...[1, 2, 3, 4, 5, 6].map((hue) => ({ selector: `node[hue = ${hue}]`, style: { "border-color": token(`c${hue}`), "border-width": 2 } })),
    { selector: 'node[place = "phe"]', style: { "border-color": token("ink"), "border-width": 3, "font-weight": 600 } },
    {
      selector: "edge",
      style: {
        width: (edge: cytoscape.EdgeSingular) => width(edge.data("count")), "curve-style": "bezier", "line-color": token("line-3"),
        "target-arrow-shape": "triangle", "target-arrow-color": token("line-3"), label: "data(count)", "font-size": 12, "font-family": font, color: token("ink-2"),
        "text-background-color": token("bg"), "text-background-opacity": 1, "text-background-padding": "3px", "text-background-shape": "round-rectangle",
      },
    },
    { selector: "edge[bend]", style: { "curve-style": "unbundled-bezier", "control-point-distances": "data(bend)", "control-point-weights": 0.5 } },
    { selector: "edge[count < 5]", style: { "line-style": "dashed" } },
    { selector: "node:selected", style: { "overlay-color": token("thread"), "overlay-opacity": 0.12 } },
  ] as unknown as cytoscape.StylesheetJson;
}

/** Draw into `container`; a click on a node calls `opened` with its key. */
export function drawing(container: HTMLElement, drawn: Drawn, opened: (key: string) => void, broad = false): Core {
  const plan = broad ? BROAD : NARROW;
  const at = places(drawn, plan);
  const core = cytoscape({
    container,
    elements: [
      ...drawn.nodes.map((one) => ({ data: { ...one, text: wrapped(`${one.hue || ""} ${one.label}`.trim(), plan.letters).join("\n") }, position: { ...at[one.id] } })),
      ...drawn.links.map((one) => ({ data: { ...one, ...((aside) => (aside ? { bend: aside } : {}))(bend(one, at, plan)) } })),
    ],
    layout: { name: "preset", fit: true, padding: 12 },
    style: style(plan),
    userZoomingEnabled: broad,
    userPanningEnabled: broad,
    boxSelectionEnabled: false,
    autoungrabify: !broad,
  });
  core.on("tap", "node", (event) => opened((event.target as NodeSingular).id()));
  return core;
}

/** A broad drawing as a file of its own: text and lines, to be set in any size. */
export function asSvg(core: Core): string {
  const box = core.elements().boundingBox({});
  const escape = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const parts: string[] = [];
  const { wide: WIDE, high: HIGH } = BROAD;
  core.edges().forEach((edge) => {
    const [a, b, m] = [edge.sourceEndpoint(), edge.targetEndpoint(), edge.midpoint()];
    const dash = edge.data("count") < 5 ? ' stroke-dasharray="5 4"' : "";
    const control = { x: 2 * m.x - (a.x + b.x) / 2, y: 2 * m.y - (a.y + b.y) / 2 };
    parts.push(
      `<path d="M${a.x} ${a.y}Q${control.x} ${control.y} ${b.x} ${b.y}" fill="none" stroke="#646e6a" stroke-width="${width(edge.data("count"))}"${dash} marker-end="url(#a)"/>`,
      `<text x="${m.x}" y="${m.y + 4}" text-anchor="middle" font-size="12" fill="#4c5652" stroke="#fff" stroke-width="4" paint-order="stroke">${edge.data("count")}</text>`,
    );
  });
  core.nodes().forEach((node) => {
    const { x, y } = node.position();
    const lines: string[] = node.data("text").split("\n");
    parts.push(
      `<rect x="${x - WIDE / 2}" y="${y - HIGH / 2}" width="${WIDE}" height="${HIGH}" rx="9" fill="#fff" stroke="#1c2220" stroke-width="${node.data("place") === "phe" ? 3 : 1.4}"/>`,
      ...lines.map((line, at) => `<text x="${x}" y="${y + 4 + (at - (lines.length - 1) / 2) * 15}" text-anchor="middle" font-size="12">${escape(line)}</text>`),
      `<text x="${x}" y="${y - HIGH / 2 - 6}" text-anchor="middle" font-size="11" fill="#646e6a">${escape(node.data("role"))}</text>`,
    );
  });
  const frame = [box.x1 - 16, box.y1 - 28, box.w + 32, box.h + 44];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${frame.join(" ")}" font-family="Golos Text, Segoe UI, Arial, sans-serif" fill="#1c2220"><defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z" fill="#646e6a"/></marker></defs><rect x="${frame[0]}" y="${frame[1]}" width="${frame[2]}" height="${frame[3]}" fill="#fff"/>${parts.join("")}</svg>`;
}

const VOWELS = "аеёиоуыэюяәіөүұaeiouy";

/** A word too long for a line, in two with a hyphen: after a vowel, before a consonant, as far right as it fits. */
function cut(word: string, letters: number): string[] {
  if (word.length <= letters) return [word];
  for (let at = letters - 1; at > 2; at -= 1)
    if (VOWELS.includes(word[at - 1].toLowerCase()) && !VOWELS.includes(word[at].toLowerCase()) && !"ьъ".includes(word[at + 1] ?? "ь"))
      return [`${word.slice(0, at)}-`, ...cut(word.slice(at), letters)];
  return [word];
}

function wrapped(text: string, letters: number): string[] {
  const lines: string[] = [];
  for (const piece of text.split(" ").flatMap((word) => cut(word, letters))) {
    const last = lines.at(-1);
    if (last !== undefined && !last.endsWith("-") && `${last} ${piece}`.length <= letters) lines[lines.length - 1] = `${last} ${piece}`;
    else lines.push(piece);
  }
  return lines;
}
