//! As the migrations leave it; what only raw statements touch is left out.

diesel::table! {
    stock (sku) {
        sku -> Text,
        seller_id -> Uuid,
        on_hand -> Int8,
        reserved -> Int8,
        version -> Int8,
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
