// The simulated provider's card form. As with a real one, the number stays here: what leaves the browser is a token.

const BRANDS = [
  ["visa", /^4/, [13, 16, 19]],
  ["mastercard", /^(5[1-5]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720))/, [16]],
  ["amex", /^3[47]/, [15]],
];

// What the provider does with its test cards; it does not know any other.
const TOKENS = {
  4242424242424242: "tok_approved",
  4000000000000002: "tok_declined",
  4000000000009995: "tok_insufficient_funds",
  4000000000006660: "tok_timeout",
  4000000000003006: "tok_late",
  4000000000000341: "tok_capture_fails",
  4000000000000259: "tok_chargeback",
};

export function brandOf(digits) {
  return BRANDS.find(([, beginning]) => beginning.test(digits))?.[0] ?? null;
}

/** ISO/IEC 7812: from the right, every second digit doubled, and the sum is a multiple of ten. */
export function passesLuhn(digits) {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const doubled = place % 2 ? 2 * digit : Number(digit);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return digits.length > 0 && sum % 10 === 0;
}

/** `MM/YY`; a card is good until the end of its month. */
export function isExpired(text, now = new Date()) {
  const [month, year] = parseExpiry(text) ?? [];
  return month ? now >= new Date(2000 + year, month) : false;
}

/** What is wrong, by field; nothing: the card may be tried. */
export function wrongFields({ number, expiry, code }, now = new Date()) {
  const digits = number.replaceAll(/[ -]/g, "");
  const brand = brandOf(digits);
  const lengths = BRANDS.find(([name]) => name === brand)?.[2] ?? [];
  const wrong = {};
  if (!/^\d+$/.test(digits) || !passesLuhn(digits)) wrong.number = "This is no card number.";
  else if (!brand) wrong.number = "We take Visa, Mastercard and American Express.";
  else if (!lengths.includes(digits.length)) wrong.number = "This number is too short or too long.";
  if (!parseExpiry(expiry)) wrong.expiry = "Write the month and the year: MM/YY.";
  else if (isExpired(expiry, now)) wrong.expiry = "The card has expired.";
  if (!new RegExp(brand === "amex" ? "^\\d{4}$" : "^\\d{3}$").test(code)) {
    wrong.code = brand === "amex" ? "The four digits on the front." : "The three digits on the back.";
  }
  return wrong;
}

/** What the shop is told instead of the number. */
export function tokenFor(number) {
  return TOKENS[number.replaceAll(/[ -]/g, "")] ?? "tok_unknown";
}

function parseExpiry(text) {
  const [, month, year] = /^\s*(\d{1,2})\s*\/\s*(\d{2})\s*$/.exec(text) ?? [];
  return month >= 1 && month <= 12 ? [Number(month), Number(year)] : null;
}
