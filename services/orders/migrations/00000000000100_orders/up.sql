-- What catalog sells, as last heard. Messages come in any order: a part that was not heard of yet is NULL, of version -1.
CREATE TABLE products (
    sku               text PRIMARY KEY,
    name              text,
    on_sale           boolean NOT NULL,
    -- Of the name, and of whether it is on sale.
    version           bigint NOT NULL,
    unit_price_minor  bigint CHECK (unit_price_minor >= 0),
    currency          text CHECK (currency ~ '^[A-Z]{3}$'),
    price_version     bigint NOT NULL
);

-- What inventory has of each SKU, as last heard; it may say so before catalog does.
CREATE TABLE availability (
    sku        text PRIMARY KEY,
    available  bigint NOT NULL CHECK (available >= 0),
    version    bigint NOT NULL
);

CREATE TABLE carts (
    id           uuid PRIMARY KEY,
    customer_id  uuid,
    -- SHA-256 of the secret that opens a guest's cart.
    token_hash   bytea CHECK (octet_length(token_hash) = 32),
    version      bigint NOT NULL CHECK (version > 0),
    -- The order that it became; nobody changes it until that order is rejected or cancelled.
    frozen_by    uuid UNIQUE,
    -- The customer's cart that took over what was in this guest's; kept so that a merge can be repeated.
    merged_into  uuid REFERENCES carts,
    created_at   timestamptz NOT NULL,
    changed_at   timestamptz NOT NULL,
    CONSTRAINT carts_have_one_owner CHECK ((customer_id IS NULL) <> (token_hash IS NULL)),
    CONSTRAINT carts_of_guests_are_merged CHECK (merged_into IS NULL OR token_hash IS NOT NULL)
);
CREATE INDEX carts_open ON carts (customer_id, id DESC) WHERE frozen_by IS NULL;
CREATE INDEX carts_of_guests ON carts (changed_at) WHERE token_hash IS NOT NULL;
-- For the foreign key, when a guest's cart is deleted.
CREATE INDEX carts_merged ON carts (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE cart_items (
    cart_id           uuid NOT NULL REFERENCES carts ON DELETE CASCADE,
    sku               text NOT NULL REFERENCES products,
    quantity          integer NOT NULL CHECK (quantity BETWEEN 1 AND 1000000),
    -- What the shopper put it in for, or has accepted since.
    seen_price_minor  bigint NOT NULL CHECK (seen_price_minor >= 0),
    seen_currency     text NOT NULL CHECK (seen_currency ~ '^[A-Z]{3}$'),
    -- The order in which the shopper put them in.
    position          bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (cart_id, sku)
);

-- Orders and what belongs to them lie in one partition per month of their ids. No foreign keys between them: one
-- statement writes them together, and a key would hold on to a month that retention takes away.
CREATE TABLE orders (
    id           uuid PRIMARY KEY,
    customer_id  uuid NOT NULL,
    cart_id      uuid NOT NULL,
    total_minor  bigint NOT NULL CHECK (total_minor >= 0),
    currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- From where it is best sent.
    region       text,
    created_at   timestamptz NOT NULL
) PARTITION BY RANGE (id);
CREATE INDEX orders_of_customer ON orders (customer_id, id DESC);

-- Prices are those of the moment of checkout.
CREATE TABLE order_lines (
    order_id          uuid NOT NULL,
    line              integer NOT NULL CHECK (line BETWEEN 1 AND 50),
    sku               text NOT NULL,
    name              text NOT NULL,
    quantity          integer NOT NULL CHECK (quantity BETWEEN 1 AND 1000000),
    unit_price_minor  bigint NOT NULL CHECK (unit_price_minor >= 0),
    PRIMARY KEY (order_id, line),
    UNIQUE (order_id, sku)
) PARTITION BY RANGE (order_id);

-- Where it is sent: personal data, which no message carries. Without a row: nowhere (yet).
CREATE TABLE addresses (
    order_id  uuid PRIMARY KEY,
    address   jsonb NOT NULL
) PARTITION BY RANGE (order_id);

CREATE TABLE sagas (
    order_id  uuid PRIMARY KEY,
    state     jsonb NOT NULL,
    status    text NOT NULL GENERATED ALWAYS AS (state -> 'state' ->> 'name') STORED,
    version   bigint NOT NULL CHECK (version > 0),
    -- When it has to be looked at, whatever arrives until then.
    deadline  timestamptz,
    -- How often the command of this state has been sent again.
    attempts  integer NOT NULL CHECK (attempts >= 0),
    -- How far the goods are. In this row, so that one lock is between shipping and cancelling.
    fulfilment          jsonb NOT NULL DEFAULT '{"name": "open"}',
    fulfilment_version  bigint NOT NULL DEFAULT 0 CHECK (fulfilment_version >= 0),
    CONSTRAINT sagas_status_known CHECK (status IN (
        'reserving', 'authorizing', 'window', 'committing', 'capturing', 'voiding', 'releasing', 'restocking',
        'refunding', 'confirmed', 'rejected', 'cancelled')),
    -- No saga that goes on without anything that would wake it, and none that is woken after its end.
    CONSTRAINT sagas_deadline_until_the_end CHECK (
        (deadline IS NULL) = (status IN ('confirmed', 'rejected', 'cancelled'))),
    CONSTRAINT sagas_ship_what_is_paid CHECK (fulfilment ->> 'name' = 'open' OR status = 'confirmed')
) PARTITION BY RANGE (order_id);
CREATE INDEX sagas_due ON sagas (deadline) WHERE deadline IS NOT NULL;

-- Every event and command of the order, received and sent.
CREATE TABLE order_events (
    position     bigint GENERATED ALWAYS AS IDENTITY,
    order_id     uuid NOT NULL,
    id           uuid NOT NULL,
    type         text NOT NULL,
    source       text NOT NULL,
    occurred_at  timestamptz NOT NULL,
    data         jsonb NOT NULL,
    PRIMARY KEY (order_id, position),
    UNIQUE (order_id, id)
) PARTITION BY RANGE (order_id);
