//! As the migrations leave it.

diesel::table! {
    products (id) {
        id -> Uuid,
        sku -> Text,
        seller_id -> Uuid,
        name -> Text,
        description -> Text,
        price_minor -> Int8,
        currency -> Text,
        on_sale -> Bool,
        version -> Int8,
        published_at -> Timestamptz,
    }
}

diesel::table! {
    availability (sku) {
        sku -> Text,
        available -> Int8,
        version -> Int8,
    }
}

diesel::allow_tables_to_appear_in_same_query!(products, availability);
