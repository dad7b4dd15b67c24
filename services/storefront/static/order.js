// What has become of an order: asks until it is final, and says it in human words.

import { api, forgetKey, goToLogIn, keyFor } from "./api.js";
import { formatMoney } from "./money.js";
import { byId, once, poll, showNotice, stamp } from "./page.js";
import { token } from "./session.js";
import { eventWords, reasonWords, statusWords } from "./words.js";

const orderId = byId("order").dataset.orderId;
const unpaid = ["pending", "awaiting_payment"];
const final = ["confirmed", "rejected", "cancelled"];
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium" });

async function load() {
  const [order, events] = await Promise.all([
    api("GET", `/orders/${orderId}`),
    api("GET", `/orders/${orderId}/events?limit=100`),
  ]);
  showStatus(order);
  showLines(order);
  byId("events").replaceChildren(...events.data.map(eventItem));
  byId("order").setAttribute("aria-busy", "false");
  return final.includes(order.status);
}

function showStatus({ status, reason, cancellable_until }) {
  const { title, explanation, colour } = statusWords(status);
  const badge = byId("status");
  // Only what changes, for a screen reader reads it out.
  if (badge.dataset.status !== status) {
    badge.dataset.status = status;
    badge.textContent = title;
    badge.className = `badge text-bg-${colour}`;
    byId("explanation").textContent = explanation;
    byId("reason").textContent = reason ? reasonWords(reason) : "";
    byId("reason").hidden = !reason;
  }
  const paid = sessionStorage.getItem(`shop.paid.${orderId}`);
  byId("pay").hidden = status !== "awaiting_payment" || Boolean(paid);
  // What was in a rejected order is in the cart again.
  byId("retry").hidden = status !== "rejected";
  byId("cancel").hidden = !cancellable_until && !unpaid.includes(status);
  byId("window").hidden = !cancellable_until;
  if (cancellable_until) byId("cancellable-until").textContent = clock.format(new Date(cancellable_until));
}

function showLines({ lines, total }) {
  byId("lines").replaceChildren(
    ...lines.map((line) => stamp("line", { name: line.name, quantity: line.quantity, total: formatMoney(line.total) })),
  );
  byId("total").textContent = formatMoney(total);
}

function eventItem({ type, time }) {
  const item = stamp("event", { what: eventWords(type), time: clock.format(new Date(time)) });
  item.dataset.type = type;
  item.querySelector("time").dateTime = time;
  return item;
}

async function cancel() {
  const wish = `cancellation.${orderId}`;
  await api("POST", `/orders/${orderId}/cancellations`, { body: {}, key: keyFor(wish) });
  forgetKey(wish);
  showNotice("We have stopped your order.");
}

byId("cancel-button").addEventListener("click", () => once(byId("cancel-button"), cancel));
if (token()) poll(load);
else goToLogIn();
