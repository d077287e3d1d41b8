// Speaking to the service: the cookie goes along by itself, answers are JSON, refusals are problem documents.

const API = "/api/v1";
const ANSWER_WITHIN_MS = 5000;
const MOST_PAGES = 10;

/** The service said no, and why. `status` 0: it said nothing at all. */
export class Refusal extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

let bearer = null;

/** From now on speak with this token in place of the session's cookie. */
export function speakFor(token) {
  bearer = token;
}

async function ask(method, path, body, headers = {}) {
  if (bearer !== null) headers.Authorization = `Bearer ${bearer}`;
  const options = { method, headers, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    headers["Content-Type"] = "application/json";
  }
  const response = await fetch(API + path, options).catch((error) => {
    throw new Refusal(0, error.message);
  });
  const said = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Refusal(response.status, said?.detail ?? response.statusText);
  return said;
}

/** Read one thing. */
export function read(path, query = {}) {
  const search = new URLSearchParams(query).toString();
  return ask("GET", search ? `${path}?${search}` : path);
}

/** Read a list to its end, as far as a page can show it. */
export async function readAll(path, query = {}) {
  const items = [];
  let cursor = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await read(path, cursor === null ? query : { ...query, cursor });
    items.push(...page.items);
    cursor = page.next;
    if (cursor === null) break;
  }
  return items;
}

/** Change something; sent again with the same key it is done once. */
export function change(path, body = {}) {
  return ask("POST", path, body, { "Idempotency-Key": crypto.getRandomValues(new Uint32Array(4)).join("-") });
}

/** How the service itself is; it says so also when it is not ready, with another status. */
export async function readHealth() {
  const response = await fetch("/readyz", { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }).catch((error) => {
    throw new Refusal(0, error.message);
  });
  return response.json();
}

/** Who is logged in here. */
export function whoAmI() {
  return read("/session");
}

/** Log in, or be refused. */
export function logIn(username, password) {
  return ask("POST", "/session", { username, password });
}

/** End the session. */
export function logOut() {
  return ask("DELETE", "/session");
}
