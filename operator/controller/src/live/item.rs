//! An object as it is read: of `managedFields`, the larger half, only as much is kept as is asked of them.
//!
//! Eight passes at a time hold a whole stack each; as plain JSON those fields would be most of the operator's memory.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

#[derive(Deserialize)]
pub struct Items {
    pub items: Vec<Item>,
}

pub struct Item {
    pub value: Value,
    pub managers: Vec<Manager>,
}

/// Who has written which fields.
#[derive(Deserialize)]
pub struct Manager {
    #[serde(rename = "manager", default)]
    pub name: String,
    #[serde(default)]
    pub operation: String,
    #[serde(rename = "fieldsV1", default)]
    pub fields: Fields,
}

/// The two outermost levels.
pub type Fields = BTreeMap<String, BTreeMap<String, IgnoredAny>>;

struct Metadata {
    rest: Map<String, Value>,
    managers: Vec<Manager>,
}

struct ItemVisitor;
struct MetadataVisitor;

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ItemVisitor)
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MetadataVisitor)
    }
}

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Item, A::Error> {
        let (mut value, mut managers) = (Map::new(), Vec::new());
        while let Some(key) = fields.next_key::<String>()? {
            let field = if key == "metadata" {
                let metadata: Metadata = fields.next_value()?;
                managers = metadata.managers;
                Value::Object(metadata.rest)
            } else {
                fields.next_value()?
            };
            value.insert(key, field);
        }
        Ok(Item { value: Value::Object(value), managers })
    }
}

impl<'de> Visitor<'de> for MetadataVisitor {
    type Value = Metadata;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("metadata")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Metadata, A::Error> {
        let mut metadata = Metadata { rest: Map::new(), managers: Vec::new() };
        while let Some(key) = fields.next_key::<String>()? {
            if key == "managedFields" {
                metadata.managers = fields.next_value()?;
            } else {
                metadata.rest.insert(key, fields.next_value()?);
            }
        }
        Ok(metadata)
    }
}
