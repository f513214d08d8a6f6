// The recorder: chunks of two seconds, sent in order, and kept encrypted in the browser until all of them are filed.
//
// The key comes from the server each time and is never stored: what lies on the device cannot be read without the server.
// A refusal that trying again would not mend («over») stops the sending: what lies here can be saved as a file, or deleted.
import { openDB, type DBSchema } from "idb";

import { renewToken, token } from "../post";

const SLICE = 2000;
const ASLEEP = 5000; // so much more by the wall clock than by the clock of the sound, which stands while a device sleeps
const MUTE = 10_000;
const HEARD = 0.001; // -60 dBFS
const RETRIES = 3; // of what was damaged on its way
const ROOM = 200_000_000;
const NOBODY = "00000000-0000-0000-0000-000000000000";
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/webm"];

type Chunk = { live: string; part: number; number: number; iv: Uint8Array<ArrayBuffer>; sealed: ArrayBuffer; sha256: string; began: number; ended: number; paused: number; sent: 0 | 1 };
type Counts = { live: string; parts: Record<string, number>; page?: string };
type Mark = { live: string; question: string; part: number; at: number };
interface Kept extends DBSchema {
  chunks: { key: [string, number, number]; value: Chunk; indexes: { waiting: [string, number, number, number] } };
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
  const kept = await openDB<Kept>("fieldwork-recorder", 2, {
    async upgrade(db, before, _now, change) {
      if (!before) {
        db.createObjectStore("chunks", { keyPath: ["live", "part", "number"] });
        db.createObjectStore("lives", { keyPath: "live" });
        db.createObjectStore("marks", { autoIncrement: true });
      }
      const chunks = change.objectStore("chunks");
      chunks.createIndex("waiting", ["live", "sent", "part", "number"]);
      for (let one = await chunks.openCursor(); one; one = await one.continue()) await one.update({ ...one.value, sent: 0 });
    },
  });
  const memory: Chunk[] = []; // only where the browser's storage is full

  let live: Live | null = null;
  let over = false; // the server takes no more of it
  let damaged = 0;
  let answered = 0; // with what status the server answered last; 0 without a network
  let recorder: MediaRecorder | null = null;
  let stream: MediaStream | null = null;
  let part = 0;
  let number = 0;
  let sliceBegan = 0;
  let pausedAt = 0;
  let slicePaused = 0;
  let hearing: AudioContext | null = null;
  let sliceHeard = 0; // by its clock, ms: when the slice began, less what was paused since
  let pausedHeard = 0;
  let recorded = 0; // ms of this part before it ran last
  let ranSince = 0;
  let keeping: Promise<void> = Promise.resolve();
  let sending: Promise<boolean> | null = null;
  let wakeLock: WakeLockSentinel | null = null;

  const running = () => recorder?.state === "recording";
  const elapsed = () => recorded + (running() ? performance.now() - ranSince : 0);
  const heardClock = () => (hearing?.state === "running" ? hearing.currentTime * 1000 : Date.now());
  const range = (id: string) => IDBKeyRange.bound([id, 0, 0], [id, Infinity, Infinity]);
  const waitingOf = (id: string) => IDBKeyRange.bound([id, 0, 0, 0], [id, 0, Infinity, Infinity]);

  // ---- what the server is asked

  async function ask(address: string, body: BodyInit | null, type: string, again = true): Promise<Response | null> {
    let answer: Response;
    try {
      answer = await fetch(address, { method: "POST", body, headers: { "X-CSRF-Token": token(), "HX-Request": "true", Accept: "application/json", "Content-Type": type } });
    } catch {
      answered = 0;
      tell(words.offline!);
      return null;
    }
    answered = answer.status;
    if (answer.ok) return answer;
    const kind = answer.headers.get("X-Fieldwork");
    if (kind === "stale-form" && again && (await renewToken())) return ask(address, body, type, false);
    if (answer.status === 404) await refused(answer, address, words.gone!);
    else if (kind !== "refused") tell(kind === "signed-out" ? words.signedOut! : words.failed!);
    else await refused(answer, address);
    return null;
  }

  /** What was refused comes again only where that may help: a full disk, too many at once, damage on the way, pieces to come. */
  async function refused(answer: Response, address: string, why = "") {
    why ||= await answer.text();
    tell(why);
    const passing = [429, 507].includes(answer.status) || /\/(finish|mark)$/.test(address);
    if (passing || (answer.status === 422 && ++damaged < RETRIES)) return;
    await halt(); // consent was withdrawn, say: not one sample more
    if (!live) return;
    over = true;
    tell(`${why} ${words.over!}`);
    show();
  }

  async function adopt(answer: Response): Promise<Live> {
    const { id, address, parts, key } = await answer.json();
    const raw = Uint8Array.from(atob(key), (sign) => sign.charCodeAt(0));
    const opened = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
    return { id, address, parts, key: opened, counts: { live: id, parts: {}, ...(await kept.get("lives", id)), page: location.pathname } };
  }

  // ---- keeping and sending

  const place = (one: { live: string; part: number; number: number }) => new TextEncoder().encode(`${one.live}/${one.part}/${one.number}`);

  const opened = (to: Live, chunk: Chunk) => crypto.subtle.decrypt({ name: "AES-GCM", iv: chunk.iv, additionalData: place(chunk) }, to.key, chunk.sealed);

  async function keep(to: Live, content: ArrayBuffer, told: Pick<Chunk, "part" | "number" | "began" | "ended" | "paused">) {
    const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", content))].map((one) => one.toString(16).padStart(2, "0")).join("");
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: place({ live: to.id, ...told }) }, to.key, content);
    const chunk: Chunk = { live: to.id, ...told, iv, sealed, sha256: digest, sent: 0 };
    to.counts.parts[told.part] = told.number;
    const put = async () => {
      const both = kept.transaction(["chunks", "lives"], "readwrite");
      await Promise.all([both.objectStore("chunks").put(chunk), both.objectStore("lives").put(to.counts), both.done]);
    };
    try {
      await put().catch(async () => {
        for (const one of await kept.getAll("chunks", range(to.id))) if (one.sent) await kept.delete("chunks", [one.live, one.part, one.number]);
        await put(); // in the room of those that the server has
      });
    } catch {
      memory.push(chunk);
      tell(words.memory!);
    }
    void send();
  }

  /** Everything of a recording that lies here goes from here. */
  async function forget(id: string) {
    await kept.delete("chunks", range(id));
    await kept.delete("lives", id);
    for (const key of await kept.getAllKeys("marks")) if ((await kept.get("marks", key))?.live === id) await kept.delete("marks", key);
  }

  /** Give the person what lies here as files, one for each part. */
  async function save() {
    if (!live) return;
    await keeping;
    const all = [...(await kept.getAll("chunks", range(live.id))), ...memory].sort((a, b) => a.number - b.number);
    for (const one of [...new Set(all.map((chunk) => chunk.part))].sort((a, b) => a - b)) {
      const pieces = await Promise.all(all.filter((chunk) => chunk.part === one).map((chunk) => opened(live!, chunk)));
      const link = document.createElement("a");
      const mp4 = new TextDecoder("latin1").decode(pieces[0]!.slice(4, 8)) === "ftyp";
      link.href = URL.createObjectURL(new Blob(pieces, { type: mp4 ? "audio/mp4" : "audio/webm" }));
      link.download = `${root.dataset.code}-${one}.${mp4 ? "m4a" : "webm"}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    }
  }

  /** Send all that waits, one after another; true when nothing waits any more. */
  function send(): Promise<boolean> {
    sending ??= pass().finally(() => (sending = null));
    return sending;
  }

  async function pass(): Promise<boolean> {
    if (!live || over) return true;
    for (;;) {
      const fromDisk = await kept.getAllFromIndex("chunks", "waiting", waitingOf(live.id), 1);
      const rest = await kept.countFromIndex("chunks", "waiting", waitingOf(live.id));
      const [chunk] = [...fromDisk, ...memory].sort((a, b) => a.part - b.part || a.number - b.number);
      const waiting = rest + memory.length;
      at("rec-waits").textContent = waiting > 1 ? words.waits!.replace("{n}", String(waiting)) : "";
      if (!chunk) break;
      const plain = await opened(live, chunk);
      const told = new URLSearchParams({ sha256: chunk.sha256, began: String(chunk.began), ended: String(chunk.ended), paused: String(chunk.paused) });
      if (!(await ask(`${live.address}/${chunk.part}/${chunk.number}?${told}`, plain, "application/octet-stream"))) return false;
      damaged = 0;
      if (memory.includes(chunk)) memory.splice(memory.indexOf(chunk), 1);
      else await kept.put("chunks", { ...chunk, sent: 1 });
      if (running()) tell(words.recording!);
    }
    for (const key of await kept.getAllKeys("marks")) {
      const mark = (await kept.get("marks", key))!;
      if (mark.live !== live.id) continue;
      const fields = new URLSearchParams({ question: mark.question, part: String(mark.part), at: String(mark.at) });
      const taken = await ask(`${live.address}/mark`, fields.toString(), "application/x-www-form-urlencoded");
      if (!taken && ![404, 422].includes(answered)) return false; // a question that the guide has lost: no mark, and no harm
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
      const heard = heardClock() - sliceHeard;
      const slept = heard >= 0 && Date.now() - sliceBegan - slicePaused - heard > ASLEEP;
      const ended = slept ? Math.round(sliceBegan + slicePaused + heard) : Date.now();
      const told = { part, number: ++number, began: sliceBegan, ended, paused: Math.round(slicePaused) };
      [sliceBegan, slicePaused, sliceHeard] = [ended, 0, heardClock()];
      keeping = keeping.then(async () => keep(to, await data.arrayBuffer(), told));
      if (!slept) return;
      fresh.ondataavailable = null;
      void wake(to);
    };
    stream.getAudioTracks()[0]!.onended = () => halt().then(() => tell(words.lost!));
    recorder = fresh;
    const started = new Promise((good) => (fresh.onstart = good));
    fresh.start(SLICE);
    await started;
    hearing = meter(stream);
    void hearing.resume(); // never waited for: recording does not hang on its level
    [sliceBegan, sliceHeard] = [Date.now(), heardClock()];
    ranSince = performance.now();
    await stayAwake();
    show();
    tell(words.recording!);
  }

  /** The device slept: what comes is another part, so that the gap is known. */
  async function wake(to: Live) {
    await halt();
    try {
      await listen(to);
      tell(words.slept!);
    } catch {
      tell(words.lost!);
    }
  }

  function holdOrGoOn() {
    if (!recorder) return;
    if (running()) {
      recorded = elapsed();
      recorder.pause();
      [pausedAt, pausedHeard] = [Date.now(), heardClock()];
    } else {
      recorder.resume();
      ranSince = performance.now();
      slicePaused += Date.now() - pausedAt;
      sliceHeard += heardClock() - pausedHeard;
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
    if (one.state === "paused") {
      slicePaused += Date.now() - pausedAt;
      sliceHeard += heardClock() - pausedHeard;
    }
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
    while (!(await send()) && live && !over) await new Promise((good) => setTimeout(good, SLICE));
    if (live && !over && (await ask(`${live.address}/finish`, JSON.stringify(live.counts.parts), "application/json"))) {
      await forget(live.id);
      live = null;
      location.reload();
    }
    stop.disabled = false;
  }

  /** Of a recording that the server takes no more of: file what it has. What lies here stays here. */
  async function fileArrived() {
    if (live && (await ask(`${live.address}/finish`, "{}", "application/json"))) location.reload();
  }

  // ---- what is seen

  function show() {
    start.hidden = !!recorder || over;
    start.textContent = live ? words.goOnRecording! : words.record!;
    hold.hidden = !recorder;
    hold.textContent = running() ? words.pause! : words.goOn!;
    stop.hidden = !live || over;
    at("rec-over").hidden = !over;
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
    let heard = Date.now();
    const timer = setInterval(() => {
      if (stream !== from || !recorder) {
        clearInterval(timer);
        level.value = 0;
        at("rec-mute").hidden = true;
        return void context.close();
      }
      analyser.getFloatTimeDomainData(samples);
      const peak = Math.max(...samples.map(Math.abs), 1e-4);
      if (peak > HEARD || !running()) heard = Date.now();
      at("rec-mute").hidden = Date.now() - heard < MUTE;
      level.value = running() ? Math.max(0, 100 + (20 * Math.log10(peak) * 100) / 60) : 0; // -60 dBFS to 0
    }, 100);
    return context;
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
  at("rec-save").addEventListener("click", save);
  at("rec-file").addEventListener("click", fileArrived);
  at("rec-forget").addEventListener("click", async () => {
    if (live) await forget(live.id);
    location.reload();
  });
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-question]"))
    button.addEventListener("click", async () => {
      if (!live || !recorder) return;
      document.querySelectorAll("[data-question]").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
      await kept.add("marks", { live: live.id, question: button.dataset.question!, part, at: Math.round(elapsed()) });
    });

  const unfinished = root.dataset.live!.trim().split(" ").filter(Boolean);
  const left = unfinished.at(-1);
  if (left) {
    const answer = await ask(left, null, "application/json");
    if (answer) {
      live = await adopt(answer);
      tell((await kept.get("lives", live.id)) ? words.unfinished! : words.elsewhere!);
      void send();
    }
  } else await lookForRest();

  /** What lies here of a recording that ended without this device: it can be saved where it is filed; else nobody can read it. */
  async function lookForRest() {
    for (const one of await kept.getAll("lives")) {
      if (one.page !== location.pathname) continue;
      const answer = await fetch(root.dataset.key!.replace(NOBODY, one.live), { method: "POST", headers: { "X-CSRF-Token": token(), "HX-Request": "true", Accept: "application/json" } }).catch(() => null);
      if (answer?.status === 404 || answer?.status === 410) await forget(one.live);
      if (!answer?.ok || live) continue;
      live = await adopt(answer);
      over = true;
      tell(words.rest!);
    }
  }
  root.dataset.ready = "yes";
  show();
  await new Promise(() => undefined); // the lock is held as long as the page is open
}
