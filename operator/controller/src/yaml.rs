//! YAML in and out. The only module that knows `serde_yaml`, which is archived: this is where it would be replaced.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads exactly one document; the error names the field's path where there is one.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_yaml::from_str(text).map_err(|error| error.to_string())
}

pub fn write<T: Serialize>(value: &T) -> Result<String, String> {
    serde_yaml::to_string(value).map_err(|error| error.to_string())
}
