// Amounts come in minor units; the ISO 4217 exponent says where the decimal point goes. Never a float.

const EXPONENTS = { EUR: 2, USD: 2, GBP: 2, MXN: 2, COP: 2, JPY: 0 };

/** {amount_minor: 1999, currency: "EUR"} is €19.99. */
export function formatMoney({ amount_minor, currency }, language = document.documentElement.lang) {
  const exponent = EXPONENTS[currency] ?? 2;
  const digits = String(Math.abs(amount_minor)).padStart(exponent + 1, "0");
  const whole = digits.slice(0, digits.length - exponent);
  const fraction = exponent ? `.${digits.slice(-exponent)}` : "";
  const decimal = `${amount_minor < 0 ? "-" : ""}${whole}${fraction}`;
  const format = new Intl.NumberFormat(language, {
    style: "currency",
    currency,
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  });
  return format.format(decimal);
}
