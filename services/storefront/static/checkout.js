// The order's summary, and the card that pays for it.

import { api, forgetKey, goToLogIn, keyFor } from "./api.js";
import { tokenFor, wrongFields } from "./card.js";
import { formatMoney } from "./money.js";
import { byId, once, poll, stamp } from "./page.js";
import { token } from "./session.js";

const orderId = byId("checkout").dataset.orderId;
const unpaid = ["pending", "awaiting_payment"];

/** Done when the order waits for a card, or needs none (any more). */
async function load() {
  const order = await api("GET", `/orders/${orderId}`);
  if (!unpaid.includes(order.status)) {
    location.replace(`/orders/${orderId}`);
    return true;
  }
  byId("lines").replaceChildren(
    ...order.lines.map((line) => stamp("line", { name: line.name, quantity: line.quantity, total: formatMoney(line.total) })),
  );
  byId("total").textContent = formatMoney(order.total);
  byId("checkout").setAttribute("aria-busy", "false");
  const ready = order.status === "awaiting_payment";
  byId("pay-button").disabled = !ready;
  return ready;
}

async function pay() {
  const [number, expiry, code] = ["number", "expiry", "code"].map((field) => byId(field).value);
  if (!mark(wrongFields({ number, expiry, code }))) return;
  const payment_token = tokenFor(number);
  const wish = `payment.${orderId}.${payment_token}`;
  await api("POST", "/payments", { body: { order_id: orderId, payment_token }, key: keyFor(wish) });
  forgetKey(wish);
  sessionStorage.setItem(`shop.paid.${orderId}`, "yes");
  location.assign(`/orders/${orderId}`);
}

/** Shows what is wrong, and goes to the first of it. False: something is. */
function mark(wrong) {
  for (const field of ["number", "expiry", "code"]) {
    byId(`${field}-wrong`).textContent = wrong[field] ?? "";
    byId(field).classList.toggle("is-invalid", field in wrong);
    byId(field).setAttribute("aria-invalid", String(field in wrong));
  }
  const [first] = Object.keys(wrong);
  if (first) byId(first).focus();
  return !first;
}

byId("pay").addEventListener("submit", (event) => {
  event.preventDefault();
  once(byId("pay-button"), pay);
});
if (token()) poll(load);
else goToLogIn();
