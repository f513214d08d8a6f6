// The chain of evidence: steps among siblings by keys, and the second of sound that a quotation was said at.
const place = () => document.querySelector<HTMLElement>("[data-trail]");
let sound: HTMLAudioElement | undefined;

const button = () => place()?.querySelector<HTMLButtonElement>("[data-sound]") ?? undefined;

function stop() {
  sound?.pause();
  button()?.setAttribute("aria-pressed", "false");
}

function play(from: HTMLButtonElement) {
  if (sound && !sound.paused) return stop();
  sound ??= new Audio();
  const [begin, end] = [Number(from.dataset.from) / 1000, Number(from.dataset.to) / 1000];
  const start = () => {
    sound!.currentTime = begin;
    void sound!.play().then(() => from.setAttribute("aria-pressed", "true")).catch(() => from.closest(".ts")?.classList.add("is-silent"));
  };
  sound.ontimeupdate = () => { if (sound!.currentTime >= end) stop(); };
  const address = new URL(from.dataset.sound!, location.href).href;
  if (sound.src === address && sound.readyState > 0) return start();
  sound.src = address;
  sound.addEventListener("loadedmetadata", start, { once: true });
}

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const heard = target.closest<HTMLButtonElement>("[data-sound]");
  if (heard) play(heard);
  if (target.closest("[data-trail-close]")) close();
});

let opener: HTMLElement | null = null;

function close() {
  stop();
  place()!.replaceChildren();
  document.querySelectorAll(".is-open").forEach((one) => one.classList.remove("is-open"));
  opener?.focus();
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const asked = (event as CustomEvent).detail.elt as HTMLElement;
  if (!place()?.contains(asked)) opener = asked;
  stop();
});
document.addEventListener("htmx:afterSwap", (event) => {
  const trail = place();
  if (!trail || event.target !== trail) return;
  const core = trail.querySelector<HTMLElement>("[data-of-core]")?.dataset.ofCore ?? "";
  document.querySelectorAll(".is-open").forEach((one) => one.classList.remove("is-open"));
  document.getElementById(`core-${core}`)?.classList.add("is-open");
  // a step keeps the place of the fingers; a trail that has just been opened is where one goes on reading
  const kept = document.activeElement?.id && trail.contains(document.activeElement);
  if (!kept) trail.focus({ preventScroll: false });
});

document.addEventListener("keydown", (event) => {
  const trail = place();
  if (!trail?.firstElementChild || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if ((event.target as Element).closest("input, textarea, select, dialog, [data-core], summary")) return;
  if (!trail.contains(document.activeElement) && document.activeElement !== document.body && !trail.hasAttribute("data-whole")) return;
  const steps = [...trail.querySelectorAll<HTMLElement>("[data-step]")];
  const on = steps.findIndex((one) => one.contains(document.activeElement));
  const step = steps[on < 0 ? steps.length - 1 : on];
  const deeds: Record<string, () => void> = {
    ArrowUp: () => steps[Math.max(0, (on < 0 ? steps.length : on) - 1)]?.querySelector<HTMLElement>("a, button")?.focus(),
    ArrowDown: () => steps[Math.min(steps.length - 1, on + 1)]?.querySelector<HTMLElement>("a, button")?.focus(),
    ArrowLeft: () => step?.querySelector<HTMLElement>("[data-before]")?.click(),
    ArrowRight: () => step?.querySelector<HTMLElement>("[data-after]")?.click(),
    Space: () => { const found = button(); if (found) play(found); },
    Escape: () => { if (trail.querySelector("[data-trail-close]")) close(); },
  };
  if (event.code === "Space" && (event.target as Element).closest("a, button")) return;
  const deed = deeds[event.code];
  if (!deed) return;
  event.preventDefault();
  deed();
});

export {};
