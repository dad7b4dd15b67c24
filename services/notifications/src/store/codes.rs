//! Enums and phone numbers as columns: the same words as on the wire.

use diesel::QueryResult;
use diesel::result::Error::DeserializationError;
use serde_json::Value;

use crate::domain::Phone;

pub fn code(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        other => panic!("a code is one word, not {other:?}"),
    }
}

pub fn decoded<T: serde::de::DeserializeOwned>(text: String) -> QueryResult<T> {
    serde_json::from_value(Value::String(text)).map_err(|error| DeserializationError(Box::new(error)))
}

pub fn phone(text: &str) -> QueryResult<Phone> {
    Phone::parse(text).map_err(|error| DeserializationError(Box::new(error)))
}
