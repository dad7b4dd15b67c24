// The list of products.

import { api } from "./api.js";
import { addPiece } from "./basket.js";
import { formatMoney } from "./money.js";
import { byId, once, showNotice, showProblem, stamp } from "./page.js";

let next = null;

async function load() {
  const after = next ? `&after=${encodeURIComponent(next)}` : "";
  const page = await api("GET", `/products?limit=24${after}`);
  next = page.next;
  byId("products").append(...page.data.map(card));
  byId("more").hidden = !next;
  byId("none").hidden = byId("products").children.length > 0;
}

function card(product) {
  const { sku, name, description, available } = product;
  const soldOut = available <= 0;
  const availability = soldOut ? "Sold out" : `${available} in stock`;
  const node = stamp("product", { sku, name, description, availability, price: formatMoney(product.price) });
  node.querySelector("article").dataset.sku = sku;
  const button = node.querySelector("button");
  button.setAttribute("aria-label", `Add ${name} to the cart`);
  button.disabled = soldOut;
  button.addEventListener("click", () => once(button, () => add(product)));
  return node;
}

async function add({ sku, name }) {
  await addPiece(sku);
  showNotice(`${name} is in your cart.`);
}

byId("more").addEventListener("click", () => once(byId("more"), load));
load()
  .catch(showProblem)
  .finally(() => byId("products").setAttribute("aria-busy", "false"));
