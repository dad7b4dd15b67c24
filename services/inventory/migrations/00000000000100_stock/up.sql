-- How much of each SKU is on the shelf and how much of that is promised. `available` is the difference.
CREATE TABLE stock (
    sku        text COLLATE "C" PRIMARY KEY,
    seller_id  uuid NOT NULL,
    on_hand    bigint NOT NULL DEFAULT 0 CHECK (on_hand >= 0),
    reserved   bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    version    bigint NOT NULL DEFAULT 0,
    CONSTRAINT nothing_is_sold_twice CHECK (on_hand - reserved >= 0)
);

-- One per order, for ever: the row is what makes every command about the order have its effect once.
CREATE TABLE reservations (
    order_id    uuid PRIMARY KEY,
    state       text NOT NULL
                CHECK (state IN ('held', 'rejected', 'released', 'expired', 'committed', 'restocked')),
    expires_at  timestamptz,
    shortages   jsonb,
    changed_at  timestamptz NOT NULL,
    CHECK (state IN ('rejected', 'released') OR expires_at IS NOT NULL),
    CHECK (state <> 'rejected' OR shortages IS NOT NULL)
);
CREATE INDEX reservations_held ON reservations (expires_at) WHERE state = 'held';

CREATE TABLE reservation_lines (
    order_id  uuid NOT NULL REFERENCES reservations,
    sku       text COLLATE "C" NOT NULL REFERENCES stock,
    pieces    bigint NOT NULL CHECK (pieces > 0),
    PRIMARY KEY (order_id, sku)
);

-- The ledger: every change of a level, who or which order made it. It adds up to the level.
CREATE TABLE movements (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sku             text COLLATE "C" NOT NULL REFERENCES stock,
    kind            text NOT NULL
                    CHECK (kind IN ('adjusted', 'reserved', 'released', 'expired', 'committed', 'restocked')),
    on_hand_delta   bigint NOT NULL,
    reserved_delta  bigint NOT NULL,
    order_id        uuid REFERENCES reservations,
    actor           uuid,
    at              timestamptz NOT NULL,
    CHECK (on_hand_delta <> 0 OR reserved_delta <> 0),
    CHECK ((kind = 'adjusted') = (actor IS NOT NULL)),
    CHECK ((actor IS NULL) = (order_id IS NOT NULL))
);
CREATE INDEX movements_sku ON movements (sku, id);
-- An order moves a SKU at most once in each way, whatever the code above believes.
CREATE UNIQUE INDEX movements_once ON movements (order_id, sku, kind);

CREATE FUNCTION movements_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'movements are only ever added';
END $$;

CREATE TRIGGER movements_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON movements
    FOR EACH STATEMENT EXECUTE FUNCTION movements_are_final();
