// The chart of who speaks of what; the table below it says the same, so the canvas is hidden from screen readers.
import { BarController, BarElement, CategoryScale, Chart, Legend, LinearScale, Tooltip } from "chart.js";

type Drawn = { experts: string[]; cores: { label: string; hue: number; counts: number[] }[] };

Chart.register(BarController, BarElement, CategoryScale, Legend, LinearScale, Tooltip);

const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--fw-${name}`).trim();

/** A colour with the line pattern of its core category: neither speaks alone. */
function painted(hue: number): CanvasPattern | string {
  const colour = token(hue <= 6 ? `c${hue}` : "c0");
  const tile = Object.assign(document.createElement("canvas"), { width: 12, height: 12 });
  const pen = tile.getContext("2d")!;
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 12, 12);
  pen.strokeStyle = token("bg");
  pen.lineWidth = 1.6;
  pen.beginPath();
  const lines: Record<number, [number, number, number, number][]> = {
    2: [[0, 6, 7, 6]], 3: [[0, 4, 12, 4], [0, 8, 12, 8]], 4: [[2, 3, 4, 3], [8, 9, 10, 9]], 5: [[0, 6, 6, 6], [9, 6, 10.5, 6]], 6: [[0, 12, 12, 0]],
  };
  for (const [x1, y1, x2, y2] of lines[hue] ?? []) { pen.moveTo(x1, y1); pen.lineTo(x2, y2); }
  pen.stroke();
  return pen.createPattern(tile, "repeat") ?? colour;
}

let chart: Chart | undefined;

function draw() {
  const canvas = document.querySelector<HTMLCanvasElement>("#chart");
  const data = document.getElementById("chart-data")?.textContent;
  if (!canvas || !data) return;
  const { experts, cores }: Drawn = JSON.parse(data);
  chart?.destroy();
  const font = { family: getComputedStyle(document.body).fontFamily, size: 12 };
  const narrow = canvas.parentElement!.clientWidth < 560;
  chart = new Chart(canvas, {
    type: "bar",
    data: { labels: experts, datasets: cores.map((one) => ({ label: `${one.hue} ${one.label}`, data: one.counts, backgroundColor: painted(one.hue), borderColor: token("bg"), borderWidth: 1 })) },
    options: {
      maintainAspectRatio: false,
      animation: false,
      scales: {
        x: { stacked: true, ticks: { color: token("ink-2"), font }, grid: { display: false } },
        y: { stacked: true, ticks: { color: token("ink-3"), font, precision: 0 }, grid: { color: token("line") } },
      },
      plugins: { legend: { display: !narrow, position: "bottom", labels: { color: token("ink-2"), font, boxWidth: 14 } }, tooltip: { bodyFont: font, titleFont: font } },
    },
  });
}

void document.fonts.ready.then(draw);
new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
