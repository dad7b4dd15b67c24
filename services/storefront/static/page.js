// What every page has: the bar at the top, messages for people, and templates that are filled with text.

import { showBadge } from "./basket.js";
import { endSession, token, userName } from "./session.js";

export const byId = (id) => document.getElementById(id);

/** Puts texts into the elements named by data-field. Always as text, for some of it was written by strangers. */
export function fill(node, fields) {
  for (const [field, text] of Object.entries(fields)) {
    node.querySelector(`[data-field="${field}"]`).textContent = text;
  }
  return node;
}

/** A new copy of a template's one element. */
export function stamp(template, fields) {
  return fill(byId(template).content.firstElementChild.cloneNode(true), fields);
}

export function showProblem(error) {
  const box = byId("problem");
  const lines = [error.message, error.detail, ...(error.errors ?? []).map(({ field, message }) => `${field}: ${message}`)];
  box.replaceChildren(...lines.filter(Boolean).map(paragraph));
  box.hidden = false;
  byId("notice").hidden = true;
  box.scrollIntoView({ block: "nearest" });
}

export function showNotice(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = false;
  clearProblem();
}

export function clearProblem() {
  byId("problem").hidden = true;
}

/** Runs `work` while the control is disabled, so that two clicks are one; a failure is shown. */
export async function once(control, work) {
  control.disabled = true;
  clearProblem();
  try {
    await work();
  } catch (error) {
    showProblem(error);
  } finally {
    control.disabled = false;
  }
}

/** Asks again every second until `ask` says that it is done; a failure is shown and asked again later. */
export async function poll(ask) {
  for (let failed = false; ; ) {
    try {
      const done = await ask();
      // Only its own message: that of a button stays.
      if (failed) clearProblem();
      if (done) return;
      failed = false;
    } catch (error) {
      showProblem(error);
      if (error.status >= 400 && error.status < 500 && error.status !== 429) return;
      failed = true;
    }
    const pause = failed ? 3_000 : 1_000;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function paragraph(text) {
  const line = document.createElement("p");
  line.className = "mb-0";
  line.textContent = text;
  return line;
}

function showSession() {
  const loggedIn = Boolean(token());
  byId("logged-in").hidden = !loggedIn;
  byId("logged-in").classList.toggle("d-flex", loggedIn);
  byId("logged-out").hidden = loggedIn;
  byId("user-name").textContent = userName() ?? "";
  byId("log-out").addEventListener("click", () => {
    endSession();
    location.assign("/");
  });
}

showSession();
showBadge();
