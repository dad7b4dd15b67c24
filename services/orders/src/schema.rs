//! The tables of this role, as the migrations make them; those that only SQL by hand touches are left out.

diesel::table! {
    products (sku) {
        sku -> Text,
        name -> Text,
        unit_price_minor -> BigInt,
        currency -> Text,
        version -> BigInt,
        published_at -> Timestamptz,
    }
}

diesel::table! {
    carts (id) {
        id -> Uuid,
        customer_id -> Uuid,
        frozen_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    cart_items (cart_id, sku) {
        cart_id -> Uuid,
        sku -> Text,
        quantity -> Integer,
        position -> BigInt,
    }
}

diesel::joinable!(cart_items -> carts (cart_id));
diesel::joinable!(cart_items -> products (sku));
diesel::allow_tables_to_appear_in_same_query!(carts, cart_items, products);
