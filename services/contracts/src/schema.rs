//! JSON Schema of every message, and an AsyncAPI document of who says what to whom; `docs/events` is written from it.

mod asyncapi;
pub mod breaking;

pub use asyncapi::asyncapi;

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};

use crate::messages::{catalog, gateway, inventory, notifications, orders, payments, users};
use crate::{Message, Role};

/// A moment as it travels, where a field's type is chrono's.
#[derive(JsonSchema)]
#[schemars(transparent)]
pub(crate) struct Moment(
    #[schemars(extend("format" = "date-time"))]
    #[expect(dead_code, reason = "only its schema is wanted")]
    String,
);

/// One type of message.
pub struct EventSchema {
    pub kind: &'static str,
    pub from: Role,
    /// Of the whole envelope.
    pub schema: Value,
}

impl EventSchema {
    fn of<M: Message>() -> Self {
        Self { kind: M::TYPE, from: M::FROM, schema: envelope::<M>() }
    }
}

macro_rules! schemas_of {
    ($($module:ident { $($message:ident),+ $(,)? })+) => {
        vec![$($(EventSchema::of::<$module::$message>()),+),+]
    };
}

/// Of every message on the bus.
pub fn all() -> Vec<EventSchema> {
    schemas_of! {
        catalog { ProductPriceChanged, ProductPublished, ProductWithdrawn }
        gateway { PaymentSubmitted }
        inventory {
            StockLevelChanged, StockLow, StockReserved, StockRejected, StockReleased, StockCommitted,
            StockCommitFailed, StockRestocked, StockReturned,
        }
        notifications { NotificationSent, NotificationFailed }
        orders {
            OrderCreated, OrderConfirmed, OrderRejected, OrderCancelled, OrderShipped, OrderCompleted,
            ReturnRequested, ReturnApproved, ReturnClosed, ReturnCompleted, ReserveStock, RenewReservation,
            ReleaseStock, CommitStock, RestockItems, ReturnItems, AuthorizePayment, VoidPayment, CapturePayment,
            RefundPayment, RefundPart,
        }
        payments {
            PaymentAuthorized, PaymentFailed, PaymentVoided, PaymentSucceeded, PaymentCaptureFailed,
            PaymentRefunded, PartRefunded, PartRefundFailed, ChargebackReceived, InvoiceIssued,
        }
        users { UserRegistered }
    }
}

/// Other members may be there: a reader ignores what it does not know.
fn envelope<M: Message>() -> Value {
    let text = || json!({ "type": "string" });
    let id = || json!({ "type": "string", "format": "uuid" });
    let mut data = data_schema::<M>();
    let (title, description) = (data["title"].take(), data["description"].take());
    if let Some(data) = data.as_object_mut() {
        data.retain(|name, _| !["$schema", "title", "description"].contains(&name.as_str()));
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{}.json", M::TYPE),
        "title": title,
        "type": "object",
        "properties": {
            "specversion": { "const": "1.0" },
            "id": id(),
            "source": { "const": format!("/shop/{}", M::FROM) },
            "type": { "const": M::TYPE },
            "subject": text(),
            "time": { "type": "string", "format": "date-time" },
            "correlationid": text(),
            "causationid": id(),
            "traceparent": text(),
            "aggregateversion": { "type": "integer", "format": "int64" },
            "data": data,
        },
        "required": ["specversion", "id", "source", "type", "subject", "time", "aggregateversion", "data"],
    });
    if description.is_string() {
        schema["description"] = description;
    }
    schema
}

fn data_schema<M: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    SchemaGenerator::new(settings).into_root_schema_for::<M>().to_value()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::*;

    #[test]
    fn every_message_has_its_schema_once() {
        let sources = [
            include_str!("messages/catalog.rs"),
            include_str!("messages/gateway.rs"),
            include_str!("messages/inventory.rs"),
            include_str!("messages/notifications.rs"),
            include_str!("messages/orders.rs"),
            include_str!("messages/payments.rs"),
            include_str!("messages/users.rs"),
        ]
        .concat();
        let declared: BTreeSet<&str> = sources
            .lines()
            .filter(|line| line.contains(" = \"") && line.contains("\" from "))
            .filter_map(|line| line.split('"').nth(1))
            .collect();
        let listed: Vec<&str> = all().iter().map(|event| event.kind).collect();
        assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), declared);
        assert_eq!(listed.len(), declared.len());
    }

    #[test]
    fn no_committed_schema_is_broken() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/events");
        let now: BTreeMap<&str, Value> = all().into_iter().map(|event| (event.kind, event.schema)).collect();
        let mut found = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let kind = path.file_stem().unwrap().to_str().unwrap().to_owned();
            if kind == "asyncapi" {
                continue;
            }
            let committed = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            let schema = now.get(kind.as_str()).unwrap_or_else(|| panic!("{kind} is no longer said"));
            assert_eq!(breaking::changes(&committed, schema), Vec::<String>::new(), "{kind}: make it a v2");
            found += 1;
        }
        assert_eq!(found, now.len(), "each has a committed schema: run `make generate`");
    }
}
