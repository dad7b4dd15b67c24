//! The tables of users.

diesel::table! {
    users (id) {
        id -> Uuid,
        email -> Text,
        name -> Text,
        roles -> Array<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    credentials (user_id) {
        user_id -> Uuid,
        password_hash -> Text,
        changed_at -> Timestamptz,
    }
}

diesel::joinable!(credentials -> users (user_id));
diesel::allow_tables_to_appear_in_same_query!(users, credentials);
