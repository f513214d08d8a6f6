// A writing request from a script: carries the token, tells refusals as toasts, renews a token that a newer session made stale.
import { say, stillSignedOut } from "./toasts";

const words = () => document.getElementById("words")!.dataset;
const meta = () => document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]');

/** The token that writing requests carry. */
export const token = () => meta()?.content ?? "";

const saving = (text?: string) => {
  const place = document.getElementById("save");
  if (place) place.textContent = text ?? "";
};

/** Take the present session's token; false where nobody is signed in any more. */
export async function renewToken(): Promise<boolean> {
  const answer = await fetch("/token", { headers: { Accept: "application/json" } });
  if (!answer.ok) return false;
  meta()!.content = (await answer.json()).token;
  document.querySelectorAll<HTMLInputElement>('input[name="csrf_token"]').forEach((one) => (one.value = token()));
  return true;
}

/** What came of a request: its answer where it was done; else why not («offline», «signed-out», «refused», «conflict», «failed») and a sentence. */
export type Outcome = { answer: Response | null; why: string; told: string };

/** How many requests were begun or answered: who has asked for something else meanwhile knows that its answer may be an older one. */
export const sendings = { count: 0 };

/** Post a form and tell nothing: for a page that says itself, beside what was typed, what came of it. */
export async function send(address: string, fields: Record<string, string> | FormData = {}, options: RequestInit = {}, again = true): Promise<Outcome> {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  saving(words().saving);
  sendings.count += 1;
  let answer: Response;
  try {
    answer = await fetch(address, {
      method: "POST",
      body,
      headers: { "X-CSRF-Token": token(), "HX-Request": "true", Accept: "text/html, application/json" },
      ...options,
    });
  } catch {
    sendings.count += 1;
    saving(words().offline);
    return { answer: null, why: "offline", told: words().offline! };
  }
  sendings.count += 1;
  if (answer.ok) {
    saving(words().saved);
    const trigger = answer.headers.get("HX-Trigger");
    if (trigger) for (const [name, detail] of Object.entries(JSON.parse(trigger))) document.dispatchEvent(new CustomEvent(name, { detail }));
    return { answer, why: "", told: "" };
  }
  saving();
  const kind = answer.headers.get("X-Fieldwork");
  if (kind === "stale-form" && again && (await renewToken())) return send(address, fields, options, false);
  if (kind === "signed-out" || kind === "stale-form") return { answer: null, why: "signed-out", told: words().signedOut! };
  if (kind === "conflict") return { answer, why: "conflict", told: "" };
  return { answer: null, why: kind === "refused" ? "refused" : "failed", told: kind === "refused" ? await answer.text() : words().failed! };
}

/** Post a form; the answer, or null after telling why there is none. Nothing on the page is changed: the caller puts back what it drew first. */
export async function post(address: string, fields: Record<string, string> | FormData = {}): Promise<Response | null> {
  const { answer, why, told } = await send(address, fields);
  if (why === "signed-out") stillSignedOut(told, words().signIn!);
  else if (why) say(told || words().failed!, { kind: "warn" });
  return why ? null : answer;
}
