// The recorder: chunks of two seconds, kept encrypted in the browser until the server has them, sent in order.
//
// The key comes from the server each time and is never stored: what lies on the device cannot be read without the server.
import { openDB, type DBSchema } from "idb";

import { renewToken, token } from "../post";

const SLICE = 2000;
const ROOM = 200_000_000;
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/webm"];

type Chunk = { live: string; part: number; number: number; iv: Uint8Array<ArrayBuffer>; sealed: ArrayBuffer; sha256: string; began: number; ended: number; paused: number };
type Counts = { live: string; parts: Record<string, number> };
type Mark = { live: string; question: string; part: number; at: number };
interface Kept extends DBSchema {
  chunks: { key: [string, number, number]; value: Chunk };
  lives: { key: string; value: Counts };
  marks: { key: number; value: Mark };
}
type Live = { id: string; address: string; parts: number; key: CryptoKey; counts: Counts };

const root = document.getElementById("recorder");
if (root) navigator.locks.request(`recorder:${location.pathname}`, { ifAvailable: true }, (lock) => begin(root, !!lock));

async function begin(root: HTMLElement, alone: boolean) {
  const words: Record<string, string> = JSON.parse(document.getElementById("rec-words")!.textContent!);
  const at = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
  const [start, hold, stop] = [at<HTMLButtonElement>("start"), at<HTMLButtonElement>("hold"), at<HTMLButtonElement>("stop")];
  const [clock, level, microphone] = [at("clock"), at<HTMLMeterElement>("level"), at<HTMLSelectElement>("microphone")];
  const tell = (text = "") => (at("rec-told").textContent = text);
  if (!alone) {
    start.disabled = true;
    return void tell(words.twice!);
  }
  const kept = await openDB<Kept>("fieldwork-recorder", 1, {
    upgrade(db) {
      db.createObjectStore("chunks", { keyPath: ["live", "part", "number"] });
      db.createObjectStore("lives", { keyPath: "live" });
      db.createObjectStore("marks", { autoIncrement: true });
    },
  });
  const memory: Chunk[] = []; // only where the browser's storage is full

  let live: Live | null = null;
  let recorder: MediaRecorder | null = null;
  let stream: MediaStream | null = null;
  let part = 0;
  let number = 0;
  let sliceBegan = 0;
  let pausedAt = 0;
  let slicePaused = 0;
  let recorded = 0; // ms of this part before it ran last
  let ranSince = 0;
  let keeping: Promise<void> = Promise.resolve();
  let sending: Promise<boolean> | null = null;
  let wakeLock: WakeLockSentinel | null = null;

  const running = () => recorder?.state === "recording";
  const elapsed = () => recorded + (running() ? performance.now() - ranSince : 0);
  const range = (id: string) => IDBKeyRange.bound([id, 0, 0], [id, Infinity, Infinity]);

  // ---- what the server is asked

  async function ask(address: string, body: BodyInit | null, type: string, again = true): Promise<Response | null> {
    let answer: Response;
    try {
      answer = await fetch(address, { method: "POST", body, headers: { "X-CSRF-Token": token(), "HX-Request": "true", Accept: "application/json", "Content-Type": type } });
    } catch {
      tell(words.offline!);
      return null;
    }
    if (answer.ok) return answer;
    const kind = answer.headers.get("X-Fieldwork");
    if (kind === "stale-form" && again && (await renewToken())) return ask(address, body, type, false);
    tell(kind === "refused" ? await answer.text() : kind === "signed-out" ? words.signedOut! : words.failed!);
    if (kind === "refused" && answer.status !== 507) await halt(); // consent was withdrawn, say: not one sample more
    return null;
  }

  async function adopt(answer: Response): Promise<Live> {
    const { id, address, parts, key } = await answer.json();
    const raw = Uint8Array.from(atob(key), (sign) => sign.charCodeAt(0));
    const opened = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
    return { id, address, parts, key: opened, counts: (await kept.get("lives", id)) ?? { live: id, parts: {} } };
  }

  // ---- keeping and sending

  const place = (one: { live: string; part: number; number: number }) => new TextEncoder().encode(`${one.live}/${one.part}/${one.number}`);

  async function keep(to: Live, content: ArrayBuffer, told: Pick<Chunk, "part" | "number" | "began" | "ended" | "paused">) {
    const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", content))].map((one) => one.toString(16).padStart(2, "0")).join("");
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: place({ live: to.id, ...told }) }, to.key, content);
    const chunk: Chunk = { live: to.id, ...told, iv, sealed, sha256: digest };
    to.counts.parts[told.part] = told.number;
    try {
      const both = kept.transaction(["chunks", "lives"], "readwrite");
      await Promise.all([both.objectStore("chunks").put(chunk), both.objectStore("lives").put(to.counts), both.done]);
    } catch {
      memory.push(chunk);
      tell(words.memory!);
    }
    void send();
  }

  /** Send all that waits, one after another; true when nothing waits any more. */
  function send(): Promise<boolean> {
    sending ??= pass().finally(() => (sending = null));
    return sending;
  }

  async function pass(): Promise<boolean> {
    if (!live) return true;
    for (;;) {
      const fromDisk = await kept.getAll("chunks", range(live.id), 1);
      const rest = await kept.count("chunks", range(live.id));
      const [chunk] = [...fromDisk, ...memory].sort((a, b) => a.part - b.part || a.number - b.number);
      const waiting = rest + memory.length;
      at("rec-waits").textContent = waiting > 1 ? words.waits!.replace("{n}", String(waiting)) : "";
      if (!chunk) break;
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: chunk.iv, additionalData: place(chunk) }, live.key, chunk.sealed);
      const told = new URLSearchParams({ sha256: chunk.sha256, began: String(chunk.began), ended: String(chunk.ended), paused: String(chunk.paused) });
      if (!(await ask(`${live.address}/${chunk.part}/${chunk.number}?${told}`, plain, "application/octet-stream"))) return false;
      if (memory.includes(chunk)) memory.splice(memory.indexOf(chunk), 1);
      else await kept.delete("chunks", [chunk.live, chunk.part, chunk.number]);
      if (running()) tell(words.recording!);
    }
    for (const key of await kept.getAllKeys("marks")) {
      const mark = (await kept.get("marks", key))!;
      if (mark.live !== live.id) continue;
      const fields = new URLSearchParams({ question: mark.question, part: String(mark.part), at: String(mark.at) });
      if (!(await ask(`${live.address}/mark`, fields.toString(), "application/x-www-form-urlencoded"))) return false;
      await kept.delete("marks", key);
    }
    return true;
  }

  // ---- the recorder

  async function record() {
    start.disabled = true;
    try {
      if (!navigator.mediaDevices) return void tell(words.insecure!);
      const { quota = ROOM, usage = 0 } = await navigator.storage.estimate();
      if (quota - usage < ROOM) return void tell(words.noRoom!);
      await navigator.storage.persist();
      if (!live) {
        const answer = await ask(root.dataset.begin!, null, "application/json"); // consent first: only then the microphone
        if (!answer) return;
        live = await adopt(answer);
        await kept.put("lives", live.counts);
      }
      await listen(live);
    } catch {
      tell(words.noMicrophone!);
    } finally {
      start.disabled = false;
    }
  }

  async function listen(to: Live) {
    // no echo cancelling: a call on speaker would be cancelled
    const audio = { deviceId: microphone.value || undefined, channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: true };
    stream = await navigator.mediaDevices.getUserMedia({ audio });
    await listMicrophones();
    const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
    const fresh = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 64_000 });
    part = Math.max(to.parts, ...Object.keys(to.counts.parts).map(Number), 0) + 1;
    [number, recorded, slicePaused] = [0, 0, 0];
    fresh.ondataavailable = ({ data }) => {
      if (!data.size) return;
      const ended = Date.now();
      const told = { part, number: ++number, began: sliceBegan, ended, paused: Math.round(slicePaused) };
      [sliceBegan, slicePaused] = [ended, 0];
      keeping = keeping.then(async () => keep(to, await data.arrayBuffer(), told));
    };
    stream.getAudioTracks()[0]!.onended = () => halt().then(() => tell(words.lost!));
    recorder = fresh;
    const started = new Promise((good) => (fresh.onstart = good));
    fresh.start(SLICE);
    await started;
    sliceBegan = Date.now();
    ranSince = performance.now();
    meter(stream);
    await stayAwake();
    show();
    tell(words.recording!);
  }

  function holdOrGoOn() {
    if (!recorder) return;
    if (running()) {
      recorded = elapsed();
      recorder.pause();
      pausedAt = performance.now();
    } else {
      recorder.resume();
      ranSince = performance.now();
      slicePaused += ranSince - pausedAt;
    }
    tell(running() ? words.recording! : words.paused!);
    show();
  }

  /** Stop the recorder; its last chunk is kept when this returns. */
  async function halt() {
    const one = recorder;
    if (!one) return;
    recorded = elapsed();
    recorder = null;
    if (one.state !== "inactive") {
      const stopped = new Promise((good) => one.addEventListener("stop", good, { once: true }));
      one.stop();
      await stopped;
    }
    stream?.getTracks().forEach((track) => track.stop());
    await wakeLock?.release();
    show();
  }

  async function finish() {
    stop.disabled = true;
    await halt();
    await keeping;
    tell(words.sending!);
    while (!(await send()) && live) await new Promise((good) => setTimeout(good, SLICE));
    if (live && (await ask(`${live.address}/finish`, JSON.stringify(live.counts.parts), "application/json"))) {
      await kept.delete("lives", live.id);
      live = null;
      location.reload();
    }
    stop.disabled = false;
  }

  // ---- what is seen

  function show() {
    start.hidden = !!recorder;
    start.textContent = live ? words.goOnRecording! : words.record!;
    hold.hidden = !recorder;
    hold.textContent = running() ? words.pause! : words.goOn!;
    stop.hidden = !live;
    microphone.disabled = !!recorder;
    document.querySelectorAll<HTMLButtonElement>("[data-question]").forEach((one) => (one.disabled = !recorder));
  }

  async function listMicrophones() {
    const chosen = microphone.value;
    const found = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === "audioinput" && one.deviceId);
    while (microphone.options.length > 1) microphone.remove(1);
    for (const one of found) microphone.add(new Option(one.label, one.deviceId));
    microphone.value = found.some((one) => one.deviceId === chosen) ? chosen : "";
  }

  function meter(from: MediaStream) {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(from).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      if (!recorder) {
        clearInterval(timer);
        level.value = 0;
        return void context.close();
      }
      analyser.getFloatTimeDomainData(samples);
      const peak = Math.max(...samples.map(Math.abs), 1e-4);
      level.value = running() ? Math.max(0, 100 + (20 * Math.log10(peak) * 100) / 60) : 0; // -60 dBFS to 0
    }, 100);
  }

  async function stayAwake() {
    try {
      wakeLock = await navigator.wakeLock?.request("screen");
    } catch {
      wakeLock = null; // the battery is low, or the page is not in front
    }
  }

  setInterval(() => {
    const seconds = Math.floor(elapsed() / 1000);
    const text = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((one) => String(Math.floor(one)).padStart(2, "0")).join(":");
    if (clock.textContent !== text) clock.textContent = text;
  }, 200);
  setInterval(() => live && !stop.disabled && void send(), 2 * SLICE);
  window.addEventListener("online", () => void send());
  window.addEventListener("beforeunload", (event) => recorder && event.preventDefault());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && recorder && void stayAwake());
  start.addEventListener("click", record);
  hold.addEventListener("click", holdOrGoOn);
  stop.addEventListener("click", finish);
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-question]"))
    button.addEventListener("click", async () => {
      if (!live || !recorder) return;
      document.querySelectorAll("[data-question]").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
      await kept.add("marks", { live: live.id, question: button.dataset.question!, part, at: Math.round(elapsed()) });
    });

  const left = root.dataset.live!.trim().split(" ").filter(Boolean).at(-1);
  if (left) {
    const answer = await ask(left, null, "application/json");
    if (answer) {
      live = await adopt(answer);
      tell((await kept.get("lives", live.id)) ? words.unfinished! : words.elsewhere!);
      void send();
    }
  }
  root.dataset.ready = "yes";
  show();
  await new Promise(() => undefined); // the lock is held as long as the page is open
}
