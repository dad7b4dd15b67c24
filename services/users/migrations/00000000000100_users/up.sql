-- Who is registered. E-mail addresses are kept in their normal form (lower case), so that UNIQUE means one person each.
CREATE TABLE users (
    id          uuid PRIMARY KEY,
    email       text NOT NULL UNIQUE CHECK (email = lower(email) AND length(email) <= 254),
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    roles       text[] NOT NULL CHECK (
        cardinality(roles) > 0 AND roles <@ ARRAY['customer', 'seller', 'support', 'admin']
    ),
    created_at  timestamptz NOT NULL
);

-- Beside the user, not in it: who reads a profile never reads a hash.
CREATE TABLE credentials (
    user_id        uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    password_hash  text NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
    changed_at     timestamptz NOT NULL
);
