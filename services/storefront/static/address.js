// Where an order is sent.

/** What the form says, or null where it says nothing. */
export function addressOf(form) {
  const { name, street, postal_code, city, country, phone } = Object.fromEntries(
    Array.from(new FormData(form), ([field, text]) => [field, text.trim()]),
  );
  if (!name && !street && !city) return null;
  const lines = street.split("\n").map((line) => line.trim()).filter(Boolean);
  return { name, lines, postal_code, city, country: country.toUpperCase(), ...(phone && { phone }) };
}

export function showAddress(form, address) {
  const street = address.lines.join("\n");
  for (const [field, text] of Object.entries({ ...address, street, phone: address.phone ?? "" })) {
    if (form.elements[field]) form.elements[field].value = text;
  }
}
