-- What catalog sells, as last heard: names and prices for carts.
CREATE TABLE products (
    sku               text PRIMARY KEY,
    name              text NOT NULL,
    unit_price_minor  bigint NOT NULL CHECK (unit_price_minor >= 0),
    currency          text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    version           bigint NOT NULL,
    published_at      timestamptz NOT NULL
);

CREATE TABLE carts (
    id           uuid PRIMARY KEY,
    customer_id  uuid NOT NULL,
    -- The order that it became; nobody changes it until that order is rejected or cancelled.
    frozen_by    uuid UNIQUE,
    created_at   timestamptz NOT NULL
);

CREATE TABLE cart_items (
    cart_id   uuid NOT NULL REFERENCES carts ON DELETE CASCADE,
    sku       text NOT NULL REFERENCES products,
    quantity  integer NOT NULL CHECK (quantity BETWEEN 1 AND 1000000),
    -- The order in which the shopper put them in.
    position  bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (cart_id, sku)
);

CREATE TABLE orders (
    id           uuid PRIMARY KEY,
    customer_id  uuid NOT NULL,
    cart_id      uuid NOT NULL REFERENCES carts,
    total_minor  bigint NOT NULL CHECK (total_minor >= 0),
    currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    created_at   timestamptz NOT NULL
);
CREATE INDEX orders_of_customer ON orders (customer_id, id DESC);

-- Deferred: the cart is frozen before the order is there.
ALTER TABLE carts ADD CONSTRAINT carts_frozen_by_order
    FOREIGN KEY (frozen_by) REFERENCES orders DEFERRABLE INITIALLY DEFERRED;

-- Prices are those of the moment of checkout.
CREATE TABLE order_lines (
    order_id          uuid NOT NULL REFERENCES orders,
    line              integer NOT NULL CHECK (line BETWEEN 1 AND 50),
    sku               text NOT NULL,
    name              text NOT NULL,
    quantity          integer NOT NULL CHECK (quantity BETWEEN 1 AND 1000000),
    unit_price_minor  bigint NOT NULL CHECK (unit_price_minor >= 0),
    PRIMARY KEY (order_id, line),
    UNIQUE (order_id, sku)
);

CREATE TABLE sagas (
    order_id  uuid PRIMARY KEY REFERENCES orders,
    state     jsonb NOT NULL,
    status    text NOT NULL GENERATED ALWAYS AS (state -> 'state' ->> 'name') STORED,
    version   bigint NOT NULL CHECK (version > 0),
    -- When it has to be looked at, whatever arrives until then.
    deadline  timestamptz,
    -- How often the command of this state has been sent again.
    attempts  integer NOT NULL CHECK (attempts >= 0),
    CONSTRAINT sagas_status_known CHECK (status IN (
        'reserving', 'authorizing', 'window', 'committing', 'capturing', 'voiding', 'releasing', 'restocking',
        'refunding', 'confirmed', 'rejected', 'cancelled')),
    -- No saga that goes on without anything that would wake it, and none that is woken after its end.
    CONSTRAINT sagas_deadline_until_the_end CHECK (
        (deadline IS NULL) = (status IN ('confirmed', 'rejected', 'cancelled')))
);
CREATE INDEX sagas_due ON sagas (deadline) WHERE deadline IS NOT NULL;

-- Every event and command of the order, received and sent.
CREATE TABLE order_events (
    position     bigint GENERATED ALWAYS AS IDENTITY,
    order_id     uuid NOT NULL REFERENCES orders,
    id           uuid NOT NULL,
    type         text NOT NULL,
    source       text NOT NULL,
    occurred_at  timestamptz NOT NULL,
    data         jsonb NOT NULL,
    PRIMARY KEY (order_id, position),
    UNIQUE (order_id, id)
);
