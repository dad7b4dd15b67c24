//! The tables as the migrations make them, but for columns that only triggers and the reconciliation use.

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
        capture_before -> Nullable<Timestamptz>,
        capture_reference -> Nullable<Text>,
        charged_back_minor -> BigInt,
        version -> BigInt,
        cause_id -> Nullable<Uuid>,
        attempt -> Integer,
    }
}

diesel::table! {
    open_operations (payment_id) {
        payment_id -> Uuid,
        asks -> Integer,
        next_attempt_at -> Nullable<Timestamptz>,
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
    transactions (payment_id, position) {
        payment_id -> Uuid,
        position -> BigInt,
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
    simulator_notices (id) {
        id -> BigInt,
        kind -> Text,
        about -> Text,
        reference -> Text,
        key -> Nullable<Text>,
        amount_minor -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        due_at -> Timestamptz,
        delivered -> Bool,
    }
}

diesel::table! {
    refunds (payment_id, reason) {
        payment_id -> Uuid,
        reason -> Text,
        place -> Integer,
        amount_minor -> BigInt,
        state -> Text,
        decline_reason -> Nullable<Text>,
    }
}

diesel::table! {
    notices (provider, id) {
        provider -> Text,
        id -> Text,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    invoices (number) {
        number -> Text,
        payment_id -> Uuid,
        order_id -> Uuid,
        customer_id -> Uuid,
        amount_minor -> BigInt,
        currency -> Text,
        issued_at -> Timestamptz,
    }
}

diesel::table! {
    audit_trail (position, at) {
        position -> BigInt,
        at -> Timestamptz,
        order_id -> Nullable<Uuid>,
        kind -> Text,
        actor -> Text,
        content -> Text,
        sequence -> Nullable<BigInt>,
        previous -> Nullable<Bytea>,
        hash -> Nullable<Bytea>,
    }
}

diesel::table! {
    audit_head (alone) {
        alone -> Bool,
        sequence -> BigInt,
        hash -> Bytea,
    }
}

diesel::table! {
    order_outcomes (order_id) {
        order_id -> Uuid,
        outcome -> Text,
        amount_minor -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        at -> Timestamptz,
    }
}

diesel::table! {
    completed_returns (return_id) {
        return_id -> Uuid,
        order_id -> Uuid,
        amount_minor -> BigInt,
        currency -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    differences (id) {
        id -> BigInt,
        kind -> Text,
        subject -> Text,
        order_id -> Nullable<Uuid>,
        reference -> Nullable<Text>,
        detail -> Text,
        since -> Timestamptz,
        found_at -> Timestamptz,
    }
}

diesel::table! {
    provider_notices (provider, event_id) {
        provider -> Text,
        event_id -> Text,
        kind -> Text,
        event -> Nullable<Json>,
        state -> Text,
        attempts -> Integer,
        next_attempt_at -> Timestamptz,
        failure -> Nullable<Text>,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    payment_methods (id) {
        id -> Uuid,
        customer_id -> Uuid,
        provider -> Text,
        token -> Text,
        source -> Binary,
        brand -> Text,
        last4 -> Nullable<Text>,
        expiry_month -> Nullable<SmallInt>,
        expiry_year -> Nullable<SmallInt>,
        created_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(open_operations, payments);
