//! As the migrations leave it; what only raw statements touch is left out.

diesel::table! {
    skus (sku) {
        sku -> Text,
        seller_id -> Uuid,
        on_hand -> Int8,
        reserved -> Int8,
        low_threshold -> Int8,
        version -> Int8,
    }
}

diesel::table! {
    stock (sku, region) {
        sku -> Text,
        region -> Text,
        on_hand -> Int8,
        reserved -> Int8,
    }
}

diesel::table! {
    reservations (order_id) {
        order_id -> Uuid,
        state -> Text,
        expires_at -> Nullable<Timestamptz>,
        shortages -> Nullable<Jsonb>,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    reservation_lines (order_id, sku, region) {
        order_id -> Uuid,
        sku -> Text,
        region -> Text,
        pieces -> Int8,
        committed -> Int8,
        returned -> Int8,
    }
}

diesel::table! {
    returns (return_id) {
        return_id -> Uuid,
        order_id -> Uuid,
        at -> Timestamptz,
    }
}

diesel::table! {
    movements (at, id) {
        id -> Int8,
        at -> Timestamptz,
        sku -> Text,
        region -> Text,
        kind -> Text,
        on_hand_delta -> Int8,
        reserved_delta -> Int8,
        reason -> Nullable<Text>,
        note -> Nullable<Text>,
        actor -> Nullable<Text>,
        order_id -> Nullable<Uuid>,
        return_id -> Nullable<Uuid>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(skus, stock);
