// The moment of a mention: its turn is played from its beginning.
import { the } from "./shared";

/** Show the button where the mention's turn has sound. */
export function hearable(mark: HTMLElement) {
  const turn = mark.closest<HTMLElement>("[data-turn]")!;
  the("listen").hidden = !turn.dataset.sound;
  the("listen").querySelector("span")!.textContent = `${the("listen").dataset.told} ${turn.dataset.told ?? ""}`;
}

/** Listen to the button. */
export function soundOn(present: () => HTMLElement | null) {
  const audio = the<HTMLAudioElement>("sound");
  the("listen").addEventListener("click", () => {
    const { sound, from } = present()!.closest<HTMLElement>("[data-turn]")!.dataset;
    if (!audio.paused) return audio.pause();
    const begin = () => {
      audio.currentTime = Number(from) / 1000;
      void audio.play().catch(() => undefined);
    };
    if (audio.src === new URL(sound!, location.href).href && audio.readyState > 0) return begin();
    audio.src = sound!;
    audio.addEventListener("loadedmetadata", begin, { once: true });
  });
}
