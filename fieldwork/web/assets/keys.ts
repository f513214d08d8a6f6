// Shortcuts. A page declares them in its markup: data-key="KeyC" clicks (or focuses) the element; event.code, so that
// Russian and Kazakh layouts work. «?» lists those that the page has, then those of every page; the words are the
// elements' own labels. Ctrl+K opens the palette, «/» the search, Z takes back what the newest toast tells.
const typing = (element: Element | null) =>
  !!element?.closest("input, textarea, select, [contenteditable=true]") && !element.closest("[data-keys-while-typing]");
const visible = (element: HTMLElement | null) => !!element && element.getClientRects().length > 0;

/** Listen for shortcuts. */
export function keys() {
  document.addEventListener("keydown", (event) => {
    if (event.code === "KeyK" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) return openPalette(event);
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(document.activeElement)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "?" || (event.shiftKey && (event.code === "Digit7" || event.code === "Slash"))) return list(event);
    if (event.shiftKey && event.key !== "/") return;
    if (event.code === "KeyZ" && undo(event)) return;
    const code = event.key === "/" ? "Slash" : event.code;
    const target = [...document.querySelectorAll<HTMLElement>(`[data-key="${code}"]:not([disabled])`)].find(visible);
    if (!target) return code === "Slash" ? openPalette(event) : undefined;
    event.preventDefault();
    if (target.matches("input, textarea, select")) {
      target.focus();
      if (target instanceof HTMLInputElement) target.select();
    } else target.click();
  });
  document.addEventListener("click", (event) => {
    const opener = (event.target as Element).closest("[data-palette]");
    if (opener && !event.ctrlKey && !event.metaKey) openPalette(event);
    if ((event.target as Element).closest("[data-shortcuts]")) list(event);
  });
}

/** Press «undo» of the newest toast that has it. */
function undo(event: KeyboardEvent): boolean {
  const button = [...document.querySelectorAll<HTMLButtonElement>("#toasts form button")].at(-1);
  if (!button) return false;
  event.preventDefault();
  button.click();
  return true;
}

/** The palette is there at once, so that what is typed goes into it; its script is fetched when it is first asked for. */
async function openPalette(event: Event) {
  const palette = document.querySelector<HTMLDialogElement>("#palette");
  if (!palette) return;
  event.preventDefault();
  if (palette.open) return;
  const input = palette.querySelector("input")!;
  input.value = "";
  palette.showModal();
  input.focus();
  await import(palette.dataset.script!);
  palette.dispatchEvent(new CustomEvent("fieldwork:open"));
}

const NAMES: Record<string, string> = { Space: "␣", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Enter: "↵", Slash: "/" };
const named = (code: string) => code.split(" ").map((one) => NAMES[one] ?? one.replace(/^(Key|Digit)/, "")).join(" ");

/** What a key does, told by the element itself. */
export const labelled = (one: HTMLElement) => {
  const told = one.dataset.keyLabel ?? one.getAttribute("aria-label");
  if (told) return told;
  const copy = one.cloneNode(true) as HTMLElement;
  copy.querySelectorAll("kbd, .vh, svg").forEach((piece) => piece.remove());
  return copy.textContent?.trim().replace(/\s+/g, " ") ?? "";
};

function list(event: Event) {
  const dialog = document.querySelector<HTMLDialogElement>("#keys");
  if (!dialog || dialog.open) return;
  event.preventDefault();
  const told = new Set<string>();
  const rows = [...document.querySelectorAll<HTMLElement>("[data-key]:not([data-key-global])")].flatMap((one) => {
    const name = `${named(one.dataset.key!)} ${labelled(one)}`;
    if (told.has(name) || one.closest("dialog")) return [];
    told.add(name);
    const item = document.createElement("li");
    const key = document.createElement("kbd");
    key.textContent = named(one.dataset.key!);
    item.append(key, ` ${labelled(one)}`);
    return [item];
  });
  dialog.querySelector<HTMLElement>("[data-empty]")!.hidden = rows.length > 0;
  dialog.querySelector("[data-own]")!.replaceChildren(...rows);
  dialog.showModal();
}
