//! The tables as the migrations make them.

diesel::table! {
    payments (id) {
        id -> Uuid,
        order_id -> Uuid,
        customer_id -> Nullable<Uuid>,
        amount_minor -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        payment_token -> Nullable<Text>,
        status -> Text,
        void_requested -> Bool,
        decline_reason -> Nullable<Text>,
        authorization_reference -> Nullable<Text>,
        capture_reference -> Nullable<Text>,
        version -> BigInt,
        cause_id -> Nullable<Uuid>,
        attempt -> Integer,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    open_operations (payment_id) {
        payment_id -> Uuid,
        asks -> Integer,
        next_attempt_at -> Timestamptz,
        unknown_since -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    submissions (order_id, customer_id) {
        order_id -> Uuid,
        customer_id -> Uuid,
        payment_token -> Text,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    transactions (position) {
        position -> BigInt,
        payment_id -> Uuid,
        provider_key -> Text,
        kind -> Text,
        succeeded -> Bool,
        amount_minor -> BigInt,
        currency -> Text,
        reference -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    simulator_operations (key) {
        key -> Text,
        position -> BigInt,
        kind -> Text,
        target -> Nullable<Text>,
        reference -> Text,
        refuses_capture -> Bool,
        charges_back -> Bool,
        capture_before -> Nullable<Timestamptz>,
        approved -> Bool,
        decline_reason -> Nullable<Text>,
        amount_minor -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        performed_at -> Timestamptz,
    }
}

diesel::table! {
    simulator_notices (reference) {
        reference -> Text,
        capture -> Text,
        amount_minor -> BigInt,
        currency -> Text,
        due_at -> Timestamptz,
        delivered -> Bool,
    }
}
