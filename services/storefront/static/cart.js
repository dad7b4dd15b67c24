// The cart: change it, or make an order of it.

import { addressOf } from "./address.js";
import { api, forgetKey, goToLogIn, keyFor } from "./api.js";
import { acceptPrices, findCart, leave, removeLine, setQuantity } from "./basket.js";
import { formatMoney } from "./money.js";
import { byId, fill, once, showProblem, stamp } from "./page.js";
import { token } from "./session.js";
import { changeWords } from "./words.js";

let cart = null;

/** Rows stay where they are, so that the one in use keeps its focus. */
function show(current) {
  cart = current;
  const lines = cart?.lines ?? [];
  byId("empty").hidden = lines.length > 0;
  byId("cart").hidden = lines.length === 0;
  byId("total").textContent = cart?.total ? formatMoney(cart.total) : "";
  showChanges(cart?.changes ?? []);

  const gone = new Map([...byId("lines").children].map((row) => [row.dataset.sku, row]));
  for (const line of lines) {
    const row = gone.get(line.sku) ?? byId("lines").appendChild(newRow(line));
    gone.delete(line.sku);
    fill(row, { unit_price: formatMoney(line.unit_price), total: formatMoney(line.total) });
    row.querySelector("input").value = line.quantity;
  }
  gone.forEach((row) => row.remove());
}

function newRow({ sku, name }) {
  const row = stamp("line", { sku, name });
  row.dataset.sku = sku;
  const [quantity, remove] = [row.querySelector("input"), row.querySelector("button")];
  quantity.setAttribute("aria-label", `Quantity of ${name}`);
  quantity.addEventListener("change", () => change(quantity, sku));
  remove.setAttribute("aria-label", `Remove ${name}`);
  remove.addEventListener("click", async () => {
    await once(remove, async () => show(await removeLine(cart.id, sku)));
    byId("heading").focus();
  });
  return row;
}

async function change(quantity, sku) {
  if (!quantity.reportValidity()) return;
  // No order of a cart that is about to change.
  await once(byId("check-out"), async () => show(await setQuantity(cart.id, sku, quantity.valueAsNumber)));
}

/** What is not as the shopper saw it: told before anything is ordered. */
function showChanges(changes) {
  byId("changes").hidden = changes.length === 0;
  byId("change-list").replaceChildren(...changes.map((change) => stamp("change", { what: changeWords(change, formatMoney) })));
  byId("accept").hidden = !changes.some(({ code }) => code === "price_changed");
}

async function checkOut() {
  if (!token()) return goToLogIn();
  const address = addressOf(byId("address"));
  const body = { cart_id: cart.id, expected_total: cart.total, ...(address && { address }) };
  // Another content is another wish: the shopper may have corrected the address.
  const wish = `order.${cart.id}.${cart.version}.${JSON.stringify(address)}`;
  let order;
  try {
    order = await api("POST", "/orders", { body, key: keyFor(wish) });
  } catch (problem) {
    if (problem.code !== "cart-changed") throw problem;
    show(await findCart());
    throw problem;
  }
  forgetKey(wish);
  leave();
  location.assign(`/checkout/${order.id}`);
}

byId("accept").addEventListener("click", () => once(byId("accept"), async () => show(await acceptPrices(cart))));
byId("check-out").addEventListener("click", () => once(byId("check-out"), checkOut));
findCart().then(show, showProblem);
