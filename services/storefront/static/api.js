// The API as the pages see it: the token goes with every request, an error comes back as a Problem.

import { expireSession, token } from "./session.js";

/** What the API says went wrong (RFC 9457), or that it could not be reached. */
export class Problem extends Error {
  constructor({ title, status = 0, code = "unreachable", detail, errors = [], changes = [] }) {
    super(title);
    Object.assign(this, { status, code, detail, errors, changes });
  }
}

/** Gives the answer's content. `key` is the Idempotency-Key of a request that moves money or stock. */
export async function api(method, path, { body, key, version, cartToken } = {}) {
  const headers = { accept: "application/json" };
  if (token()) headers.authorization = `Bearer ${token()}`;
  if (body !== undefined) headers["content-type"] = "application/json";
  if (key) headers["idempotency-key"] = key;
  // What the shopper has seen: a change of anything newer is refused.
  if (version !== undefined) headers["if-match"] = `"${version}"`;
  if (cartToken) headers["cart-token"] = cartToken;

  const answer = await send(`/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (answer.ok) return answer.status === 204 ? null : await answer.json().catch(() => null);

  const problem = await problemOf(answer);
  if (answer.status === 401 && token()) {
    expireSession();
    goToLogIn();
  }
  throw problem;
}

export function goToLogIn() {
  location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
}

/** The same key for the same wish, also after a reload or a lost answer, until `forgetKey`. */
export function keyFor(wish) {
  const name = `shop.key.${wish}`;
  const key = sessionStorage.getItem(name) ?? randomKey();
  sessionStorage.setItem(name, key);
  return key;
}

export function forgetKey(wish) {
  sessionStorage.removeItem(`shop.key.${wish}`);
}

async function send(url, request) {
  try {
    return await fetch(url, { ...request, signal: AbortSignal.timeout(15_000) });
  } catch {
    throw new Problem({ title: "The shop can't be reached. Check your connection and try again." });
  }
}

async function problemOf(answer) {
  const body = await answer.json().catch(() => null);
  const unknown = { title: `The shop could not answer (${answer.status}). Please try again.`, code: "unknown" };
  return new Problem({ ...unknown, ...body, status: answer.status });
}

/** Not randomUUID, which browsers offer over HTTPS and to localhost only. */
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
