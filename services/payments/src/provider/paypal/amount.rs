//! Amounts as PayPal writes them: decimal strings, with as many digits as the currency has.

use kernel::{Currency, Money};

pub fn value(amount: Money) -> String {
    let exponent = usize::try_from(amount.currency.exponent()).expect("an exponent is small");
    let sign = if amount.amount_minor < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", amount.amount_minor.unsigned_abs(), width = exponent + 1);
    match digits.split_at(digits.len() - exponent) {
        (whole, "") => format!("{sign}{whole}"),
        (whole, parts) => format!("{sign}{whole}.{parts}"),
    }
}

/// `None` for a currency that the shop does not sell in, and for a finer amount than the currency has.
pub fn money(value: &str, currency: &str) -> Option<Money> {
    let currency: Currency = currency.parse().ok()?;
    let exponent = usize::try_from(currency.exponent()).ok()?;
    let (negative, value) = match value.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, value),
    };
    let (whole, parts) = value.split_once('.').unwrap_or((value, ""));
    let parts = parts.trim_end_matches('0');
    if whole.is_empty() || parts.len() > exponent {
        return None;
    }
    let digits = format!("{whole}{parts:0<exponent$}");
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let minor: i64 = Some(digits).filter(|_| is_plain)?.parse().ok()?;
    Some(Money::new(if negative { -minor } else { minor }, currency))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_amount_has_the_digits_of_its_currency() {
        for (minor, currency, text) in [
            (1990, Currency::Eur, "19.90"),
            (5, Currency::Usd, "0.05"),
            (100, Currency::Mxn, "1.00"),
            (0, Currency::Gbp, "0.00"),
            (1990, Currency::Jpy, "1990"),
            (-250, Currency::Eur, "-2.50"),
        ] {
            assert_eq!(value(Money::new(minor, currency)), text);
            assert_eq!(money(text, currency.code()), Some(Money::new(minor, currency)));
        }
    }

    #[test]
    fn what_is_no_amount_is_none() {
        for (text, currency) in [
            ("1.005", "EUR"),
            ("1.5", "JPY"),
            ("1", "XXX"),
            ("", "EUR"),
            (".5", "EUR"),
            ("1e3", "EUR"),
            ("+1", "EUR"),
        ] {
            assert_eq!(money(text, currency), None, "{text} {currency}");
        }
        assert_eq!(money("5.00", "JPY"), Some(Money::new(5, Currency::Jpy)));
    }

    proptest! {
        #[test]
        fn every_amount_survives_the_way_there_and_back(minor in any::<i32>(), yen in any::<bool>()) {
            let amount = Money::new(minor.into(), if yen { Currency::Jpy } else { Currency::Eur });
            prop_assert_eq!(money(&value(amount), amount.currency.code()), Some(amount));
        }
    }
}
