// Uploading recordings: what is chosen, whose voice is in it, then one file after another, resumable by the tus protocol.
//
// What goes on after a reload stands on the server: the page lists it, and the same file chosen again goes on from there.
// So no file's name (it may hold a person's) is ever kept by the browser.
import { Upload, type DetailedError, type HttpRequest, type HttpResponse } from "tus-js-client";

import { renewToken, token } from "../post";
import { say, stillSignedOut } from "../toasts";

const PIECE = 8 * 1024 * 1024; // each is a request that is let in anew
const CHAT = 300_000; // so much of a chat's text is read for the order of its messages
const UNDO = 10_000;
const RETRIES = [0, 1000, 3000, 5000, 10_000];

const root = document.getElementById("upload");
if (root) begin(root);

type Planned = { name: string; kind: string; speaker: string; told?: string; archive?: boolean };
type Plan = { files: Planned[]; left: { name: string; reason: string }[]; archives?: { name: string; told: string }[] };
type Chosen = { file: File; planned: Planned; row: HTMLElement };
type Waiting = { row: HTMLElement; name: string; file?: File; address: string; upload?: Upload; message?: string };

function begin(root: HTMLElement) {
  const words: Record<string, string> = JSON.parse(document.getElementById("upload-words")!.textContent!);
  const global = document.getElementById("words")!.dataset;
  const language = document.documentElement.lang;
  const at = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
  const [form, list, left, queue] = [at<HTMLFormElement>("chosen"), at("chosen-list"), at("left-list"), at("queue")];
  const [pause, underWay, told] = [at<HTMLButtonElement>("pause"), at("under-way"), at("told")];
  // browsers have no Kazakh names of units, so all of them come with the page
  const decimal = (value: number, digits: number) => (language === "en" ? value.toFixed(digits) : value.toFixed(digits).replace(".", ","));
  const unit = (name: string, value: number, digits = 0) => fill(words[name]!, { n: decimal(value, digits) });
  const size = (bytes: number) => (bytes < 1e6 ? unit("kilobytes", Math.ceil(bytes / 1e3)) : unit("megabytes", bytes / 1e6, bytes < 1e7 ? 1 : 0));
  const duration = (seconds: number) => (seconds < 90 ? unit("seconds", seconds) : unit("minutes", seconds / 60));
  const fill = (text: string, values: Record<string, string>) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  const unsorted = root.dataset.unsorted !== undefined;
  let sorting = false; // an archive is on its way from an expert's page: what is in it is confirmed on another
  let chosen: Chosen[] = [];
  let current: Waiting | null = null;
  let paused = false;
  const waiting: Waiting[] = [];

  for (const row of queue.querySelectorAll<HTMLElement>("[data-upload]")) adopt(row);

  // ---- choosing

  for (const id of ["files", "folder"]) {
    const input = at<HTMLInputElement>(id);
    input.addEventListener("change", () => {
      choose([...(input.files ?? [])].map((file) => [file.webkitRelativePath || file.name, file]));
      input.value = "";
    });
  }
  const drop = at("drop");
  for (const name of ["dragover", "dragenter"])
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("is-over");
    });
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("is-over"));
  drop.addEventListener("drop", async (event) => {
    event.preventDefault();
    const entries = [...event.dataTransfer!.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
    choose((await Promise.all(entries.map((entry) => within(entry)))).flat());
  });
  at("forget").addEventListener("click", () => {
    forget();
    at("files").focus();
  });

  /** Ask the server what the files are by their names; those that an unfinished upload waits for go on at once. */
  async function choose(files: [string, File][]) {
    const fresh = files.filter(([, file]) => !goesOn(file));
    if (fresh.length) await plan(fresh);
    next();
  }

  function goesOn(file: File): boolean {
    const found = waiting.find((one) => !one.file && one.name === file.name && Number(one.row.dataset.size) === file.size);
    if (!found) return false;
    found.file = file;
    tell(found, words.waiting!);
    return true;
  }

  async function plan(files: [string, File][]) {
    const texts: Record<string, string> = {};
    for (const [name, file] of files) if (/\.txt$/i.test(name)) texts[name] = await file.slice(0, CHAT).text();
    const answer = await send(root.dataset.plan!, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ names: files.map(([name]) => name), texts }),
    });
    if (!answer) return;
    const planned: Plan = await answer.json();
    const byName = new Map(files);
    forget();
    const archives = (planned.archives ?? []).map((one) => ({ ...one, kind: "mixed", speaker: "", archive: true }));
    const all: Planned[] = [...planned.files, ...archives];
    for (const one of all) addChosen(one, byName.get(one.name)!);
    for (const one of planned.left) {
      const row = copy("one-left");
      row.querySelector("[data-name]")!.textContent = one.name;
      row.querySelector("[data-reason]")!.textContent = one.reason;
      left.append(row);
    }
    if (!all.length) say(words.nothing!, { kind: "warn" });
    form.hidden = !all.length && !planned.left.length;
    form.querySelector<HTMLButtonElement>("[type=submit]")!.disabled = !all.length;
    // where nothing is to be said of the files yet, they are sent at once
    if (unsorted && all.length && !planned.left.length) form.requestSubmit();
    else at("chosen-h").focus();
  }

  function addChosen(planned: Planned, file: File) {
    const row = copy("one-chosen");
    row.querySelector("[data-name]")!.textContent = file.name;
    row.querySelector("[data-size]")!.textContent = size(file.size);
    const voice = row.querySelector("select")!;
    voice.value = planned.speaker || (planned.kind === "mixed" ? "both" : "other");
    voice.setAttribute("aria-label", fill(words.voiceOf!, { name: file.name }));
    if (planned.archive) voice.parentElement!.textContent = words.archive!;
    else if (unsorted) voice.parentElement!.remove();
    const one = { file, planned, row };
    const out = row.querySelector<HTMLElement>("[data-drop]")!;
    out.setAttribute("aria-label", fill(words.leaveOut!, { name: file.name }));
    out.addEventListener("click", () => {
      chosen = chosen.filter((other) => other !== one);
      row.remove();
      if (!chosen.length) forget();
    });
    chosen.push(one);
    list.append(row);
  }

  function forget() {
    chosen = [];
    list.replaceChildren();
    left.replaceChildren();
    form.hidden = true;
  }

  // ---- announcing: all of them first, so that what the server cannot take is known before hours of uploading

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector<HTMLButtonElement>("[type=submit]")!;
    button.disabled = true;
    for (const one of [...chosen]) {
      const address = await announce(one);
      if (!address) break;
      chosen = chosen.filter((other) => other !== one);
      one.row.remove();
      add(one.file, address);
      sorting ||= Boolean(one.planned.archive);
    }
    button.disabled = false;
    if (!chosen.length) {
      forget();
      underWay.hidden = false;
      pause.focus();
    }
    next();
  });

  async function announce({ file, planned, row }: Chosen): Promise<string | null> {
    if (planned.told) return announceTold(file, planned.told);
    const voice = row.querySelector("select")!.value;
    const kind = planned.kind === "message" ? "message" : voice === "both" ? "mixed" : "track";
    const speaker = voice === "expert" || voice === "interviewer" ? voice : "";
    const sequel = at<HTMLInputElement>("sequel").checked ? "yes" : "no";
    const metadata = Object.entries({ filename: file.name, kind, speaker, sequel }).map(([key, value]) => `${key} ${base64(value)}`);
    const headers = { "Tus-Resumable": "1.0.0", "Upload-Length": String(file.size), "Upload-Metadata": metadata.join(",") };
    const answer = await send(root.dataset.files!, { method: "POST", headers });
    return answer && answer.headers.get("Location");
  }

  /** A file of which nobody has said yet which interview it belongs to: it goes with what it tells of itself. */
  async function announceTold(file: File, told: string): Promise<string | null> {
    const metadata = Object.entries({ filename: file.name, told }).map(([key, value]) => `${key} ${base64(value)}`);
    const headers = { "Tus-Resumable": "1.0.0", "Upload-Length": String(file.size), "Upload-Metadata": metadata.join(",") };
    const answer = await send(root.dataset.archives ?? root.dataset.files!, { method: "POST", headers });
    return answer && answer.headers.get("Location");
  }

  // ---- under way

  function add(file: File, address: string) {
    const row = copy("one-file");
    row.dataset.upload = address;
    row.dataset.name = file.name;
    row.dataset.size = String(file.size);
    row.querySelector("[data-name]")!.textContent = file.name;
    row.querySelector("[role=progressbar]")!.setAttribute("aria-label", file.name);
    queue.append(row);
    adopt(row).file = file;
  }

  function adopt(row: HTMLElement): Waiting {
    const one: Waiting = { row, name: row.dataset.name!, address: row.dataset.upload! };
    waiting.push(one);
    const button = row.querySelector<HTMLElement>("[data-cancel]")!;
    button.setAttribute("aria-label", fill(words.cancelIt!, { name: one.name }));
    button.addEventListener("click", () => cancel(one));
    row.querySelector("[data-go]")?.addEventListener("click", () => goOn(one));
    if (row.querySelector("[data-go]")) tell(one, words.waiting!);
    return one;
  }

  /** Begin with the first file that has not failed, unless one is under way: voice messages keep their order. */
  function next() {
    const ready = waiting.filter((one) => one.file && !one.message);
    underWay.hidden = !waiting.length;
    pause.hidden = !ready.length && !current;
    if (current || paused) return;
    current = ready[0] ?? null;
    if (current) start(current);
  }

  function start(one: Waiting) {
    one.row.dataset.state = "running";
    const began = { at: 0, bytes: -1 };
    one.upload = new Upload(one.file!, {
      uploadUrl: new URL(one.address, location.href).href,
      chunkSize: PIECE,
      retryDelays: RETRIES,
      storeFingerprintForResuming: false,
      headers: { "HX-Request": "true", Accept: "application/json" },
      onBeforeRequest: (request: HttpRequest) => request.setHeader("X-CSRF-Token", token()),
      onAfterResponse: async (_: HttpRequest, response: HttpResponse) => {
        if (response.getHeader("X-Fieldwork") === "stale-form") await renewToken();
      },
      onShouldRetry: (error) => mayRetry(error as DetailedError),
      onProgress: (sent, all) => {
        if (began.bytes < 0) Object.assign(began, { at: performance.now(), bytes: sent });
        show(one, sent, all, (sent - began.bytes) / ((performance.now() - began.at) / 1000));
      },
      onSuccess: () => done(one),
      onError: (error) => broken(one, error as DetailedError),
    });
    one.upload.start();
  }

  function mayRetry(error: DetailedError): boolean {
    const status = error.originalResponse?.getStatus() ?? 0;
    if (status === 403) return error.originalResponse?.getHeader("X-Fieldwork") === "stale-form";
    return status === 0 || status === 409 || (status >= 500 && status !== 507);
  }

  function show(one: Waiting, sent: number, all: number, speed: number) {
    bar(one.row, (100 * sent) / all);
    one.row.querySelector(".upf__s")!.textContent = fill(words.of!, { done: size(sent), all: size(all) });
    const seconds = (all - sent) / speed;
    if (!Number.isFinite(seconds) || speed <= 0) return;
    tell(one, seconds < 3 ? words.soon! : fill(words.left!, { speed: size(speed), time: duration(Math.ceil(seconds)) }));
  }

  function done(one: Waiting) {
    told.textContent = `${one.name}: ${words.arrived!}`;
    remove(one);
    document.dispatchEvent(new CustomEvent("fieldwork:arrived"));
    if (!waiting.length) told.textContent = words.nothingWaits!;
    if (!waiting.length && sorting) return location.assign(root.dataset.sorting!);
    next();
  }

  function broken(one: Waiting, error: DetailedError) {
    const answer = error.originalResponse;
    const kind = answer?.getHeader("X-Fieldwork");
    if (kind === "signed-out") stillSignedOut(global.signedOut!, global.signIn!);
    one.message =
      kind === "refused" ? answer!.getBody() : kind === "signed-out" ? words.signedOut! : answer ? words.failed! : words.offline!;
    stop(one, one.message, true);
    if (!answer) window.addEventListener("online", () => one.message && goOn(one), { once: true });
    // what is wrong with one file need not be wrong with the next; a full disk, or no connection, is
    if (!answer || answer.getStatus() >= 500 || kind === "signed-out") paused = true;
    tellPause();
    next();
  }

  function stop(one: Waiting, message: string, bad = false) {
    one.row.dataset.state = bad ? "stopped" : "waiting";
    tell(one, message, bad);
    const go = one.row.querySelector<HTMLButtonElement>("[data-go]");
    if (go) go.hidden = !bad;
    if (current === one) current = null;
  }

  function goOn(one: Waiting) {
    one.message = undefined;
    paused = false;
    stop(one, words.waiting!);
    tellPause();
    next();
  }

  pause.addEventListener("click", async () => {
    paused = !paused;
    tellPause();
    if (!paused) {
      for (const one of waiting) if (one.message) goOn(one);
      return next();
    }
    const one = current;
    if (!one) return;
    await one.upload?.abort();
    stop(one, words.paused!);
  });

  function tellPause() {
    pause.textContent = paused ? words.goOn! : words.pause!;
    pause.setAttribute("aria-pressed", String(paused));
  }

  /** Taken from the list at once, from the server when nobody has taken it back for ten seconds. */
  async function cancel(one: Waiting) {
    const undo = one.row.querySelector<HTMLButtonElement>("[data-undo]");
    const others = [...one.row.querySelectorAll<HTMLElement>("[data-cancel], [data-go]")];
    await one.upload?.abort();
    stop(one, words.cancelled!);
    one.message = words.cancelled!;
    one.row.dataset.state = "cancelled";
    others.forEach((button) => (button.hidden = true));
    const timer = setTimeout(() => terminate(one), undo ? UNDO : 0);
    if (undo) {
      undo.hidden = false;
      undo.focus();
      undo.onclick = () => {
        clearTimeout(timer);
        undo.hidden = true;
        others.forEach((button) => (button.hidden = button.hasAttribute("data-go")));
        goOn(one);
      };
    }
    next();
  }

  async function terminate(one: Waiting) {
    if (!(await send(one.address, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }, [404, 410]))) return stop(one, words.failed!, true);
    remove(one);
    document.dispatchEvent(new CustomEvent("fieldwork:arrived"));
    next();
  }

  function remove(one: Waiting) {
    one.row.remove();
    waiting.splice(waiting.indexOf(one), 1);
    if (current === one) current = null;
  }

  // ---- telling

  function tell(one: Waiting, text: string, bad = false) {
    const place = one.row.querySelector<HTMLElement>("[data-told]")!;
    place.textContent = text;
    place.classList.toggle("upf__t--bad", bad);
    if (bad) told.textContent = `${one.name}: ${text}`;
  }

  function bar(row: HTMLElement, share: number) {
    row.querySelector("[role=progressbar]")!.setAttribute("aria-valuenow", String(Math.floor(share)));
    row.querySelector(".bar__p")!.setAttribute("width", String(share));
  }

  function copy(id: string): HTMLElement {
    return at<HTMLTemplateElement>(id).content.firstElementChild!.cloneNode(true) as HTMLElement;
  }

  /** A request of the protocol, or for the plan; null after telling why it was refused. */
  async function send(address: string, options: RequestInit, fine: number[] = [], again = true): Promise<Response | null> {
    const headers = { ...options.headers, "X-CSRF-Token": token(), "HX-Request": "true", Accept: "application/json" };
    let answer: Response;
    try {
      answer = await fetch(address, { ...options, headers });
    } catch {
      say(global.offline!, { kind: "warn" });
      return null;
    }
    if (answer.ok || fine.includes(answer.status)) return answer;
    const kind = answer.headers.get("X-Fieldwork");
    if (kind === "stale-form" && again && (await renewToken())) return send(address, options, fine, false);
    if (kind === "signed-out" || kind === "stale-form") stillSignedOut(global.signedOut!, global.signIn!);
    else say(kind === "refused" ? await answer.text() : global.failed!, { kind: "warn" });
    return null;
  }
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** The files of what was dropped, folders walked through, each with its path. */
async function within(entry: FileSystemEntry, path = ""): Promise<[string, File][]> {
  const name = path + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((good, bad) => (entry as FileSystemFileEntry).file(good, bad));
    return [[name, file]];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: [string, File][] = [];
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((good, bad) => reader.readEntries(good, bad));
    if (!entries.length) return found;
    for (const one of entries) found.push(...(await within(one, `${name}/`)));
  }
}

// what somebody has begun to choose is not taken from under their hand
document.addEventListener("change", (event) => {
  const groups = (event.target as Element).closest<HTMLElement>("#groups");
  if (groups) groups.dataset.touched = "";
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const target = event.target as HTMLElement;
  if (target.id === "groups" && (target.dataset.touched !== undefined || target.contains(document.activeElement))) event.preventDefault();
});

// while something is asked («delete for good?») the list below stays as it is
document.addEventListener("htmx:beforeRequest", (event) => {
  const target = event.target as Element;
  if (target.id === "arrivals" && target.querySelector("dialog[open]")) event.preventDefault();
});
