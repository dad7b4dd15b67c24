// The shopper's cart: found again by its id, made when the first piece goes in. Guests have one too: a token opens it,
// and when they log in it goes into their own.

import { api } from "./api.js";

const CART = "shop.cart";
const VERSION = "shop.cart-version";
const GUEST = "shop.cart-token";
const PIECES = "shop.pieces";

/** The open cart, or null. A frozen one has become an order; its id is kept, for a rejected order gives it back. */
export async function findCart() {
  const id = sessionStorage.getItem(CART);
  if (!id) return null;
  try {
    const cart = await onCart("GET", `/carts/${id}`);
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
  return remember(await onCart("PUT", itemPath(cartId, sku), { body: { quantity }, version: version() }));
}

export async function removeLine(cartId, sku) {
  return remember(await onCart("DELETE", itemPath(cartId, sku), { version: version() }));
}

/** The shopper has seen today's prices and takes them. */
export async function acceptPrices({ id, lines }) {
  const prices = lines.map(({ sku, unit_price }) => ({ sku, unit_price }));
  return remember(await onCart("POST", `/carts/${id}/acknowledgements`, { body: { prices }, version: version() }));
}

/** After a log-in: what a guest has put together goes into the shopper's own cart. */
export async function mergeGuestCart() {
  const [id, cartToken] = [sessionStorage.getItem(CART), sessionStorage.getItem(GUEST)];
  if (!id || !cartToken) return;
  try {
    remember(await api("POST", `/carts/${id}/merges`, { cartToken, version: version() }));
  } catch (problem) {
    // It is no more, or does not fit to what is there: the shopper's own cart is the one that counts.
    if (problem.status < 400 || problem.status >= 500) throw problem;
    sessionStorage.removeItem(CART);
    leave();
  }
  sessionStorage.removeItem(GUEST);
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

function onCart(method, path, options = {}) {
  return api(method, path, { cartToken: sessionStorage.getItem(GUEST), ...options });
}

function version() {
  return sessionStorage.getItem(VERSION);
}

function itemPath(cartId, sku) {
  return `/carts/${cartId}/items/${encodeURIComponent(sku)}`;
}

function remember(cart) {
  sessionStorage.setItem(CART, cart.id);
  sessionStorage.setItem(VERSION, cart.version);
  // Told once, when the cart of a guest is made.
  if (cart.cart_token) sessionStorage.setItem(GUEST, cart.cart_token);
  sessionStorage.setItem(PIECES, cart.lines.reduce((sum, line) => sum + line.quantity, 0));
  showBadge();
  return cart;
}
