// The API's codes in human words. A code that is not here is shown as it is.

const STATUS = {
  pending: ["Checking stock", "We are putting your products aside.", "secondary"],
  awaiting_payment: ["Waiting for payment", "Your products are reserved; the payment is not here yet.", "info"],
  authorized: ["Card accepted", "Your card is charged when the time to cancel is over.", "primary"],
  confirmed: ["Confirmed", "Thank you! Your order is paid and confirmed.", "success"],
  fulfilling: ["On its way", "Your products have left our warehouse.", "success"],
  completed: ["Delivered", "Your order has arrived.", "success"],
  returned: ["Returned", "Everything came back, and so did your money.", "secondary"],
  unwinding: ["Being undone", "We are giving everything back.", "warning"],
  rejected: ["Rejected", "We could not sell you this. You pay nothing.", "danger"],
  cancelled: ["Cancelled", "The order is cancelled. You pay nothing.", "secondary"],
};

const DECLINED = {
  card_declined: "Your card was declined.",
  insufficient_funds: "There is not enough money on the card.",
  unknown_token: "The bank does not know this card.",
  capture_refused: "The bank refused to charge the card.",
  expired_card: "The card has expired.",
  authentication_required: "The bank wants you to prove that it is you; that is not possible here yet.",
  authorization_expired: "The bank did not hold the amount any longer.",
  charged_back: "Your bank has taken the money back.",
  nothing_left: "Everything has been paid back already.",
};

const REASON = {
  out_of_stock: ({ shortages }) => `Not enough in stock: ${shortages.map(shortage).join(", ")}.`,
  payment_declined: ({ reason }) => DECLINED[reason] ?? reason,
  payment_timed_out: () => "No payment arrived in time.",
  reservation_expired: () => "The payment took so long that your products could not be kept for you.",
  capture_failed: ({ reason }) => DECLINED[reason] ?? reason,
  customer_cancelled: () => "You cancelled it.",
  abandoned: () => "We had to stop it by hand.",
};

const EVENT = {
  "action.order-cancelled": "Cancelled by you",
  "action.address-changed": "You changed the address",
  "action.order-shipped": "The shop sent it",
  "action.order-delivered": "The carrier delivered it",
  "action.saga-retried": "The shop looked into it",
  "action.saga-abandoned": "The shop gave it up",
  "action.return-requested": "Return asked for by you",
  "action.return-approved": "The shop approved the return",
  "action.return-refused": "The shop refused the return",
  "action.return-received": "Your return arrived",
  "action.return-withdrawn": "Return withdrawn by you",
  "order.created.v1": "Order placed",
  "order.confirmed.v1": "Order confirmed",
  "order.rejected.v1": "Order rejected",
  "order.cancelled.v1": "Order cancelled",
  "order.shipped.v1": "Handed to the carrier",
  "order.completed.v1": "Delivered",
  "return.requested.v1": "Return asked for",
  "return.approved.v1": "Return approved",
  "return.closed.v1": "Return closed",
  "return.completed.v1": "Return completed",
  "stock.reserve.v1": "Asked to reserve the products",
  "stock.reserved.v1": "Products reserved",
  "stock.rejected.v1": "Not enough in stock",
  "stock.release.v1": "Asked to release the products",
  "stock.released.v1": "Products released",
  "stock.renew.v1": "Asked to keep the products longer",
  "stock.commit.v1": "Asked to take the products from the shelf",
  "stock.committed.v1": "Products taken from the shelf",
  "stock.commit-failed.v1": "Reservation was no longer there",
  "stock.restock.v1": "Asked to put the products back",
  "stock.restocked.v1": "Products back on the shelf",
  "stock.return.v1": "Asked to put returned products on the shelf",
  "stock.returned.v1": "Returned products are on the shelf",
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
  "payment.refund-part.v1": "Asked the bank to pay a part back",
  "payment.part-refunded.v1": "A part was paid back",
  "payment.part-refund-failed.v1": "A part could not be paid back",
  "payment.chargeback-received.v1": "Your bank took the money back",
};

const CHANGE = {
  price_changed: ({ sku, from, to }, money) => `${sku} costs ${money(to)} instead of ${money(from)}.`,
  unavailable: ({ sku, wanted, available }) => `Of ${sku} only ${Math.max(available, 0)} are left; you want ${wanted}.`,
  withdrawn: ({ sku }) => `${sku} is not sold any more: take it out.`,
};

const RETURN = {
  requested: "We are looking at it.",
  awaiting_goods: "Approved: send the products to us.",
  refunding: "The products are here; your money is on its way.",
  restocking: "Your money is back.",
  completed: "Done: your money is back.",
  closed: "Closed.",
};

const RETURN_END = {
  refused: ({ note }) => `We could not take it: ${note}`,
  withdrawn: () => "You changed your mind.",
  goods_never_came: () => "The products never arrived.",
  refund_failed: () => "The money could not be paid back; you get the products again.",
};

export function statusWords(status) {
  const [title, explanation, colour] = STATUS[status] ?? [status, "", "secondary"];
  return { title, explanation, colour };
}

export const reasonWords = (reason) => REASON[reason.code]?.(reason) ?? reason.code;
export const changeWords = (change, money) => CHANGE[change.code]?.(change, money) ?? change.code;
export const returnWords = ({ status, end_reason }) => (end_reason && RETURN_END[end_reason.code]?.(end_reason)) ?? RETURN[status] ?? status;
export const eventWords = (type) => EVENT[type] ?? type;

function shortage({ sku, wanted, available }) {
  return `${sku} (${wanted} wanted, ${Math.max(available, 0)} left)`;
}
