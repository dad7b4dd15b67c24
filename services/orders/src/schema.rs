//! The tables of this role, as the migrations make them; those that only SQL by hand touches are left out.

diesel::table! {
    carts (id) {
        id -> Uuid,
        customer_id -> Nullable<Uuid>,
        token_hash -> Nullable<Bytea>,
        version -> BigInt,
        frozen_by -> Nullable<Uuid>,
        merged_into -> Nullable<Uuid>,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}
