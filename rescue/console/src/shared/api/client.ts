// Speaking to the service: the cookie goes along by itself, answers are JSON, refusals are problem documents.
//
// What changes something is sent with an idempotency key, and so may be sent again when no answer came.

import type { Problem } from "./types";

const API = "/api/v1";
const ANSWER_WITHIN_MS = 10_000;
const PAUSES_MS = [300, 1000, 2500];
const MOST_PAGES = 20;

/** The service said no, and why. `status` 0: it said nothing at all. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly problem: Problem | null = null,
  ) {
    super(detail);
  }

  /** Nobody is logged in any more. */
  get isSessionOver(): boolean {
    return this.status === 401;
  }

  /** It may be that the same words are taken in a moment. */
  get mayPass(): boolean {
    return this.status === 0 || this.status === 503;
  }
}

type Query = Readonly<Record<string, string | number | boolean>>;
interface Page<Item> {
  items: Item[];
  next: string | null;
}

let bearer: string | null = null;
let onSessionOver: () => void = () => undefined;

/** From now on speak with this token in place of the session's cookie. */
export function speakFor(token: string | null): void {
  bearer = token;
}

/** Whom to tell when an answer says that the session is over. */
export function whenSessionIsOver(tell: () => void): void {
  onSessionOver = tell;
}

/** A name for one change, under which it is done once however often it is sent. */
export function newKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

/** Read one thing. Raises Refusal. */
export function read<Answer>(path: string, query: Query = {}): Promise<Answer> {
  const words = Object.entries(query).map(([name, value]) => [name, String(value)]);
  const search = new URLSearchParams(words).toString();
  return ask<Answer>("GET", search ? `${path}?${search}` : path);
}

/** Read a list to its end, as far as a screen can show it. Raises Refusal. */
export async function readAll<Item>(path: string, query: Query = {}): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page: Page<Item> = await read<Page<Item>>(path, cursor === null ? query : { ...query, cursor });
    items.push(...page.items);
    cursor = page.next;
    if (cursor === null) break;
  }
  return items;
}

/** Change something, trying again for a few seconds while nobody answers. Raises Refusal. */
export async function change<Answer>(path: string, body: object = {}, key = newKey()): Promise<Answer> {
  for (const pause_ms of PAUSES_MS) {
    try {
      return await ask<Answer>("POST", path, body, { "Idempotency-Key": key });
    } catch (error) {
      if (!(error instanceof Refusal) || !error.mayPass) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause_ms));
    }
  }
  return ask<Answer>("POST", path, body, { "Idempotency-Key": key });
}

/** Ask without trying again. Raises Refusal. */
export async function ask<Answer>(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await send(path.startsWith("/api") || path === "/readyz" ? path : API + path, {
    method,
    headers: { ...headers, ...(body && { "Content-Type": "application/json" }), ...credentials() },
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    ...(body && { body: JSON.stringify(body) }),
  });
  if (response.ok) return (response.status === 204 ? null : await response.json()) as Answer;
  throw await refusalOf(response, path);
}

function credentials(): Record<string, string> {
  return bearer === null ? {} : { Authorization: `Bearer ${bearer}` };
}

async function send(path: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(path, options);
  } catch (error) {
    throw new Refusal(0, error instanceof Error ? error.message : String(error));
  }
}

async function refusalOf(response: Response, path: string): Promise<Refusal> {
  const problem = (await response.json().catch(() => null)) as Problem | null;
  const refusal = new Refusal(response.status, problem?.detail ?? response.statusText, problem);
  // At the door itself a 401 says that the password is wrong.
  if (refusal.isSessionOver && path !== "/session") onSessionOver();
  return refusal;
}
