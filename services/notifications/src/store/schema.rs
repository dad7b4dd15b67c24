//! The tables as the migrations make them.

diesel::table! {
    contacts (user_id) {
        user_id -> Uuid,
        email -> Text,
        name -> Text,
        locale -> Text,
        roles -> Array<Text>,
        version -> BigInt,
    }
}

diesel::table! {
    preferences (user_id) {
        user_id -> Uuid,
        locale -> Text,
        phone -> Nullable<Text>,
        email -> Bool,
        sms -> Bool,
        web_push -> Bool,
        version -> BigInt,
    }
}

diesel::table! {
    push_subscriptions (id) {
        id -> Uuid,
        user_id -> Uuid,
        endpoint -> Text,
        p256dh -> Bytea,
        auth -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    waiting_news (event_id) {
        event_id -> Uuid,
        user_id -> Uuid,
        message -> Jsonb,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    notifications (id) {
        id -> Uuid,
        event_id -> Uuid,
        user_id -> Uuid,
        order_id -> Nullable<Uuid>,
        channel -> Text,
        template -> Text,
        locale -> Text,
        subject -> Text,
        message -> Jsonb,
        status -> Text,
        attempts -> Integer,
        reason -> Nullable<Text>,
        created_at -> Timestamptz,
        settled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    deliveries (event_id, channel, template) {
        event_id -> Uuid,
        channel -> Text,
        template -> Text,
        notification_id -> Uuid,
        attempts -> Integer,
        next_attempt_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    sink_messages (position) {
        position -> BigInt,
        notification_id -> Uuid,
        channel -> Text,
        recipient -> Text,
        subject -> Text,
        text -> Text,
        html -> Nullable<Text>,
        received_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(contacts, preferences, push_subscriptions);
