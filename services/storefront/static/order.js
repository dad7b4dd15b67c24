// What has become of an order: asks until it is final, and says it in human words.

import { addressOf, showAddress } from "./address.js";
import { api, forgetKey, goToLogIn, keyFor } from "./api.js";
import { formatMoney } from "./money.js";
import { byId, once, poll, showNotice, stamp } from "./page.js";
import { token } from "./session.js";
import { eventWords, reasonWords, returnWords, statusWords } from "./words.js";

const orderId = byId("order").dataset.orderId;
const unpaid = ["pending", "awaiting_payment"];
const shipped = ["fulfilling", "completed"];
const final = ["completed", "returned", "rejected", "cancelled"];
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium" });

async function load() {
  const [order, events, returns] = await Promise.all([
    api("GET", `/orders/${orderId}`),
    api("GET", `/orders/${orderId}/events?limit=100`),
    api("GET", `/orders/${orderId}/returns`),
  ]);
  showStatus(order);
  showLines(order);
  showShipping(order);
  showReturns(order, returns);
  byId("events").replaceChildren(...events.data.map(eventItem));
  byId("order").setAttribute("aria-busy", "false");
  // A confirmed order is shipped some day, and what was shipped may come back: but nobody waits at the page for that.
  return final.includes(order.status) || order.status === "confirmed" || (order.status === "fulfilling" && !returns.some(underWay));
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

/** The address may be changed until the products are on their way. What is being written is left alone. */
function showShipping({ version, status, address, shipment }) {
  byId("shipment").hidden = !shipment;
  if (shipment) byId("shipment").textContent = ["Sent", shipment.carrier, shipment.tracking].filter(Boolean).join(" · ");
  const form = byId("address");
  byId("address-section").hidden = !address && status !== "confirmed";
  form.dataset.version = version;
  byId("address-button").hidden = shipped.includes(status) || final.includes(status);
  if (address && !form.contains(document.activeElement)) showAddress(form, address);
}

function showReturns({ status, lines }, returns) {
  byId("returnable").hidden = !shipped.includes(status);
  if (byId("return-lines").children.length === 0) byId("return-lines").replaceChildren(...lines.map(returnLine));
  byId("returns-section").hidden = returns.length === 0;
  byId("returns").replaceChildren(
    ...returns.map((item) => {
      const what = item.lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(", ");
      const node = stamp("return", { what, amount: formatMoney(item.amount), state: returnWords(item) });
      node.dataset.status = item.status;
      return node;
    }),
  );
}

function returnLine({ sku, name, quantity }) {
  const node = stamp("return-line", { name });
  const input = node.querySelector("input");
  input.dataset.sku = sku;
  input.max = quantity;
  return node;
}

const underWay = ({ status }) => !["completed", "closed"].includes(status);

async function askForReturn() {
  const pieces = [...byId("return-lines").querySelectorAll("input")].map((input) => ({ sku: input.dataset.sku, quantity: input.valueAsNumber }));
  const body = { lines: pieces.filter(({ quantity }) => quantity > 0), reason: byId("return-reason").value };
  const wish = `return.${orderId}.${JSON.stringify(body)}`;
  await api("POST", `/orders/${orderId}/returns`, { body, key: keyFor(wish) });
  forgetKey(wish);
  byId("return-form").reset();
  showNotice("We have your request, and will answer it.");
  await load();
}

async function changeAddress() {
  const form = byId("address");
  await api("PUT", `/orders/${orderId}/address`, { body: addressOf(form), version: form.dataset.version });
  showNotice("We send it there.");
  await load();
}

async function cancel() {
  const wish = `cancellation.${orderId}`;
  await api("POST", `/orders/${orderId}/cancellations`, { body: {}, key: keyFor(wish) });
  forgetKey(wish);
  showNotice("We have stopped your order.");
}

byId("return-form").addEventListener("submit", (event) => {
  event.preventDefault();
  once(byId("return-button"), askForReturn);
});
byId("address").addEventListener("submit", (event) => {
  event.preventDefault();
  once(byId("address-button"), changeAddress);
});
byId("cancel-button").addEventListener("click", () => once(byId("cancel-button"), cancel));
if (token()) poll(load);
else goToLogIn();
