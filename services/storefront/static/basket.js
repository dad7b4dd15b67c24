// The shopper's cart: found again by its id, made when the first piece goes in.

import { api } from "./api.js";
import { token } from "./session.js";

const CART = "shop.cart";
const PIECES = "shop.pieces";

/** The open cart, or null. A frozen one has become an order; its id is kept, for a rejected order gives it back. */
export async function findCart() {
  const id = sessionStorage.getItem(CART);
  if (!id || !token()) return null;
  try {
    const cart = await api("GET", `/carts/${id}`);
    return cart.frozen ? leave() : remember(cart);
  } catch (problem) {
    if (problem.status !== 404) throw problem;
    return leave();
  }
}

export async function addPiece(sku) {
  const cart = (await findCart()) ?? remember(await api("POST", "/carts"));
  const there = cart.lines.find((line) => line.sku === sku)?.quantity ?? 0;
  return setQuantity(cart.id, sku, there + 1);
}

export async function setQuantity(cartId, sku, quantity) {
  return remember(await api("PUT", itemPath(cartId, sku), { body: { quantity } }));
}

export async function removeLine(cartId, sku) {
  return remember(await api("DELETE", itemPath(cartId, sku)));
}

/** The cart has become an order: there is nothing in it for now. */
export function leave() {
  sessionStorage.removeItem(PIECES);
  showBadge();
  return null;
}

/** As last seen: no request for a number in a corner. */
export function showBadge() {
  document.getElementById("cart-badge").textContent = sessionStorage.getItem(PIECES) ?? "0";
}

function itemPath(cartId, sku) {
  return `/carts/${cartId}/items/${encodeURIComponent(sku)}`;
}

function remember(cart) {
  sessionStorage.setItem(CART, cart.id);
  sessionStorage.setItem(PIECES, cart.lines.reduce((sum, line) => sum + line.quantity, 0));
  showBadge();
  return cart;
}
