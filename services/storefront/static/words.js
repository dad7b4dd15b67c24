// The API's codes in human words. A code that is not here is shown as it is.

const STATUS = {
  pending: ["Checking stock", "We are putting your products aside.", "secondary"],
  awaiting_payment: ["Waiting for payment", "Your products are reserved; the payment is not here yet.", "info"],
  authorized: ["Card accepted", "Your card is charged when the time to cancel is over.", "primary"],
  confirmed: ["Confirmed", "Thank you! Your order is paid and confirmed.", "success"],
  unwinding: ["Being undone", "We are giving everything back.", "warning"],
  rejected: ["Rejected", "We could not sell you this. You pay nothing.", "danger"],
  cancelled: ["Cancelled", "The order is cancelled. You pay nothing.", "secondary"],
};

const DECLINED = {
  card_declined: "Your card was declined.",
  insufficient_funds: "There is not enough money on the card.",
  unknown_token: "The bank does not know this card.",
  capture_refused: "The bank refused to charge the card.",
};

const REASON = {
  out_of_stock: ({ shortages }) => `Not enough in stock: ${shortages.map(shortage).join(", ")}.`,
  payment_declined: ({ reason }) => DECLINED[reason] ?? reason,
  payment_timed_out: () => "No payment arrived in time.",
  reservation_expired: () => "The payment took so long that your products could not be kept for you.",
  capture_failed: ({ reason }) => DECLINED[reason] ?? reason,
  customer_cancelled: () => "You cancelled it.",
};

const EVENT = {
  "order.created.v1": "Order placed",
  "order.confirmed.v1": "Order confirmed",
  "order.rejected.v1": "Order rejected",
  "order.cancelled.v1": "Order cancelled",
  "stock.reserve.v1": "Asked to reserve the products",
  "stock.reserved.v1": "Products reserved",
  "stock.rejected.v1": "Not enough in stock",
  "stock.release.v1": "Asked to release the products",
  "stock.released.v1": "Products released",
  "stock.commit.v1": "Asked to take the products from the shelf",
  "stock.committed.v1": "Products taken from the shelf",
  "stock.commit-failed.v1": "Reservation was no longer there",
  "stock.restock.v1": "Asked to put the products back",
  "stock.restocked.v1": "Products back on the shelf",
  "payment.submitted.v1": "Card chosen",
  "payment.authorize.v1": "Asked the bank for the amount",
  "payment.authorized.v1": "Card accepted",
  "payment.failed.v1": "Card declined",
  "payment.void.v1": "Asked the bank to free the amount",
  "payment.voided.v1": "Amount freed",
  "payment.capture.v1": "Asked the bank to charge the card",
  "payment.succeeded.v1": "Card charged",
  "payment.capture-failed.v1": "The charge was refused",
  "payment.refund.v1": "Asked the bank to pay back",
  "payment.refunded.v1": "Paid back",
};

export function statusWords(status) {
  const [title, explanation, colour] = STATUS[status] ?? [status, "", "secondary"];
  return { title, explanation, colour };
}

export const reasonWords = (reason) => REASON[reason.code]?.(reason) ?? reason.code;
export const eventWords = (type) => EVENT[type] ?? type;

function shortage({ sku, wanted, available }) {
  return `${sku} (${wanted} wanted, ${Math.max(available, 0)} left)`;
}
