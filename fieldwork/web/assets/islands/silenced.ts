// Listening to a silenced stretch, in the recording and in its copy: two seconds around it, then it stops by itself.
const AROUND = 2;

const sound = document.getElementById("silenced") as HTMLAudioElement | null;
const buttons = [...document.querySelectorAll<HTMLButtonElement>("[data-src][data-from]")];
let playing: HTMLButtonElement | null = null;
let until = 0;

function stop() {
  sound?.pause();
  playing?.setAttribute("aria-pressed", "false");
  playing = null;
}

function play(button: HTMLButtonElement) {
  if (!sound) return;
  const again = playing === button;
  stop();
  if (again) return;
  playing = button;
  button.setAttribute("aria-pressed", "true");
  const from = Math.max(0, Number(button.dataset.from) / 1000 - AROUND);
  until = Number(button.dataset.to) / 1000 + AROUND;
  const begin = () => {
    if (playing !== button) return;
    sound.currentTime = from;
    sound.play().catch(stop);
  };
  if (sound.getAttribute("src") === button.dataset.src && sound.readyState > 0) begin();
  else {
    sound.addEventListener("loadedmetadata", begin, { once: true });
    sound.src = button.dataset.src!;
    sound.load();
  }
}

for (const button of buttons) button.addEventListener("click", () => play(button));
sound?.addEventListener("timeupdate", () => sound.currentTime >= until && stop());
sound?.addEventListener("ended", stop);
sound?.addEventListener("error", stop);
