//! Amounts and dates as people of a language write them.

use chrono::Datelike;
use contracts::api::users::Locale;
use kernel::{Money, Timestamp};

/// The currency's code, never its sign: three of ours write `$`.
pub fn amount(money: Money, locale: Locale) -> String {
    let digits = usize::try_from(money.currency.exponent()).expect("a currency has few decimals");
    let all = format!("{:0>width$}", money.amount_minor.unsigned_abs(), width = digits + 1);
    let (whole, decimals) = all.split_at(all.len() - digits);
    let (thousands, point) = match locale {
        Locale::En => (',', '.'),
        Locale::Es => ('.', ','),
    };
    let mut number = String::from(if money.amount_minor < 0 { "-" } else { "" });
    for (at, digit) in whole.char_indices() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            number.push(thousands);
        }
        number.push(digit);
    }
    if digits > 0 {
        number.push(point);
        number.push_str(decimals);
    }
    match locale {
        Locale::En => format!("{} {number}", money.currency),
        Locale::Es => format!("{number} {}", money.currency),
    }
}

/// The day in UTC, written out, for 3/4/2026 is two days.
pub fn day(at: Timestamp, locale: Locale) -> String {
    const ENGLISH: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    const SPANISH: [&str; 12] = [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ];
    let month = usize::try_from(at.month0()).expect("there are 12 months");
    match locale {
        Locale::En => format!("{} {} {}", at.day(), ENGLISH[month], at.year()),
        Locale::Es => format!("{} de {} de {}", at.day(), SPANISH[month], at.year()),
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;

    fn both(amount_minor: i64, currency: Currency) -> (String, String) {
        let money = Money::new(amount_minor, currency);
        (amount(money, Locale::En), amount(money, Locale::Es))
    }

    #[test]
    fn amounts_have_the_decimals_of_their_currency_and_the_signs_of_the_language() {
        let pair = |en: &str, es: &str| (en.to_owned(), es.to_owned());
        assert_eq!(both(1_990, Currency::Eur), pair("EUR 19.90", "19,90 EUR"));
        assert_eq!(both(5, Currency::Usd), pair("USD 0.05", "0,05 USD"));
        assert_eq!(both(123_456_789, Currency::Mxn), pair("MXN 1,234,567.89", "1.234.567,89 MXN"));
        assert_eq!(both(1_000, Currency::Jpy), pair("JPY 1,000", "1.000 JPY"));
        assert_eq!(both(0, Currency::Jpy), pair("JPY 0", "0 JPY"));
        assert_eq!(both(-1_990, Currency::Eur), pair("EUR -19.90", "-19,90 EUR"));
    }

    #[test]
    fn days_are_written_out() {
        let at: Timestamp = "2026-03-04T23:59:59Z".parse().unwrap();
        assert_eq!(day(at, Locale::En), "4 March 2026");
        assert_eq!(day(at, Locale::Es), "4 de marzo de 2026");
    }

    proptest! {
        #[test]
        fn no_digit_is_lost(minor in any::<i64>()) {
            let (en, es) = both(minor, Currency::Eur);
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            prop_assert_eq!(digits(&en), format!("{:0>3}", minor.unsigned_abs()));
            prop_assert_eq!(digits(&en), digits(&es));
        }
    }
}
