//! Enums and money as columns: the same words as on the wire.

use contracts::api::payments::PaymentToken;
use diesel::QueryResult;
use diesel::result::Error::DeserializationError;
use kernel::{Currency, Money};
use serde_json::Value;

pub fn code(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        other => panic!("a code is one word, not {other:?}"),
    }
}

pub fn decoded<T: serde::de::DeserializeOwned>(text: String) -> QueryResult<T> {
    serde_json::from_value(Value::String(text)).map_err(|error| DeserializationError(Box::new(error)))
}

pub fn money(amount_minor: i64, currency: &str) -> QueryResult<Money> {
    let currency: Currency = currency.parse().map_err(|error| DeserializationError(Box::new(error)))?;
    Ok(Money::new(amount_minor, currency))
}

pub fn token(text: &str) -> QueryResult<PaymentToken> {
    PaymentToken::parse(text).map_err(|error| DeserializationError(Box::new(error)))
}
