// Log in, or register and be logged in.

import { api } from "./api.js";
import { mergeGuestCart } from "./basket.js";
import { byId, once } from "./page.js";
import { beginSession } from "./session.js";

async function logIn({ email, password }) {
  beginSession(await api("POST", "/sessions", { body: { email, password } }));
  await mergeGuestCart();
  location.assign(next());
}

async function register({ name, email, password }) {
  await api("POST", "/users", { body: { name, email, password } });
  await logIn({ email, password });
}

/** Where the shopper came from; never another site, whatever the link said. */
function next() {
  const wanted = new URL(new URLSearchParams(location.search).get("next") ?? "/", location.origin);
  return wanted.origin === location.origin ? wanted.pathname : "/";
}

function onSubmit(id, work) {
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    once(form.querySelector("button"), async () => {
      try {
        await work(Object.fromEntries(new FormData(form)));
      } catch (problem) {
        mark(form, problem.errors ?? []);
        throw problem;
      }
    });
  });
}

/** Shows which fields are wrong, and goes to the first of them. */
function mark(form, errors) {
  const wrong = new Set(errors.map(({ field }) => field));
  for (const input of form.querySelectorAll("input")) {
    input.classList.toggle("is-invalid", wrong.has(input.name));
    input.setAttribute("aria-invalid", String(wrong.has(input.name)));
  }
  form.querySelector(".is-invalid")?.focus();
}

onSubmit("login", logIn);
onSubmit("register", register);
