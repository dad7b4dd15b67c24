//! Amounts of money in minor units; never a float.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Quantity;

/// An ISO 4217 currency that the shop sells in, with its exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    Eur,
    Usd,
    Gbp,
    Mxn,
    Cop,
    Jpy,
}

impl Currency {
    pub fn code(self) -> &'static str {
        match self {
            Self::Eur => "EUR",
            Self::Usd => "USD",
            Self::Gbp => "GBP",
            Self::Mxn => "MXN",
            Self::Cop => "COP",
            Self::Jpy => "JPY",
        }
    }

    /// Digits after the decimal point, as ISO 4217 has it.
    pub fn exponent(self) -> u32 {
        match self {
            Self::Jpy => 0,
            Self::Eur | Self::Usd | Self::Gbp | Self::Mxn | Self::Cop => 2,
        }
    }
}

impl std::str::FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, MoneyError> {
        [Self::Eur, Self::Usd, Self::Gbp, Self::Mxn, Self::Cop, Self::Jpy]
            .into_iter()
            .find(|currency| currency.code() == code)
            .ok_or_else(|| MoneyError::UnknownCurrency(code.to_owned()))
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in the currency's minor unit: 1999 EUR is 19.99 euros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Money {
    pub amount_minor: i64,
    pub currency: Currency,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("{0} is not a currency this shop sells in")]
    UnknownCurrency(String),
    #[error("{left} and {right} can't be added up")]
    MixedCurrencies { left: Currency, right: Currency },
    #[error("the amount is too large")]
    Overflow,
}

impl Money {
    pub fn new(amount_minor: i64, currency: Currency) -> Self {
        Self { amount_minor, currency }
    }

    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::MixedCurrencies { left: self.currency, right: other.currency });
        }
        let amount_minor = self.amount_minor.checked_add(other.amount_minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { amount_minor, ..self })
    }

    pub fn times(self, quantity: Quantity) -> Result<Self, MoneyError> {
        let amount_minor =
            self.amount_minor.checked_mul(quantity.get().into()).ok_or(MoneyError::Overflow)?;
        Ok(Self { amount_minor, ..self })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn currencies_do_not_mix() {
        let mixed = Money::new(1, Currency::Eur).plus(Money::new(1, Currency::Usd));
        assert_eq!(mixed, Err(MoneyError::MixedCurrencies { left: Currency::Eur, right: Currency::Usd }));
    }

    #[test]
    fn an_overflow_is_an_error() {
        let all = Money::new(i64::MAX, Currency::Eur);
        assert_eq!(all.plus(Money::new(1, Currency::Eur)), Err(MoneyError::Overflow));
        assert_eq!(all.times(Quantity::new(2).unwrap()), Err(MoneyError::Overflow));
    }

    proptest! {
        #[test]
        fn many_times_is_as_often_added(amount in 0_i64..1_000_000, pieces in 1_i64..50) {
            let one = Money::new(amount, Currency::Mxn);
            let added = (1..pieces).try_fold(one, |sum, _| sum.plus(one)).unwrap();
            prop_assert_eq!(one.times(Quantity::new(pieces).unwrap()).unwrap(), added);
        }
    }

    #[test]
    fn money_travels_as_minor_units_and_code() {
        let json = serde_json::to_string(&Money::new(1999, Currency::Eur)).unwrap();
        assert_eq!(json, r#"{"amount_minor":1999,"currency":"EUR"}"#);
    }
}
