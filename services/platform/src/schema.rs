//! The tables that every database has.

diesel::table! {
    outbox (position) {
        position -> BigInt,
        id -> Uuid,
        #[sql_name = "type"]
        kind -> Text,
        aggregateid -> Text,
        payload -> Jsonb,
        occurred_at -> Timestamptz,
    }
}

diesel::table! {
    inbox (consumer, event_id) {
        consumer -> Text,
        event_id -> Uuid,
        received_at -> Timestamptz,
        traceparent -> Nullable<Text>,
    }
}

diesel::table! {
    idempotency_keys (principal, route, key) {
        principal -> Uuid,
        route -> Text,
        key -> Text,
        request_hash -> Bytea,
        status -> SmallInt,
        body -> Jsonb,
        location -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}
