//! Amounts of CPU and memory, as strings with a pattern.
//!
//! Not Kubernetes' int-or-string `Quantity`: that type has no maximum length, and rules over it cost too much.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Cores, or thousandths of one: `1`, `0.5`, `50m`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cpu(pub String);

/// Bytes: `64Mi`, `1Gi`, `500M`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Memory(pub String);

impl JsonSchema for Cpu {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Cpu".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "maxLength": 12,
            "pattern": r"^([0-9]{1,6}m|[0-9]{1,4}(\.[0-9]{1,3})?)$",
        })
    }
}

impl JsonSchema for Memory {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Memory".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "maxLength": 16,
            "pattern": r"^[1-9][0-9]{0,11}(k|M|G|T|Ki|Mi|Gi|Ti)?$",
        })
    }
}
