-- What is sold, whose it is, and its level over all regions: the sum of its rows in `stock`. Whoever changes a level
-- locks this row first and the shelves after it, so the versions of a SKU have neither gaps nor twins.
-- Room is left in its pages, for its rows are changed all day and moved only where a page is full.
CREATE TABLE skus (
    sku            text COLLATE "C" PRIMARY KEY,
    seller_id      uuid NOT NULL,
    on_hand        bigint NOT NULL DEFAULT 0,
    reserved       bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    low_threshold  bigint NOT NULL DEFAULT 0 CHECK (low_threshold >= 0),
    version        bigint NOT NULL DEFAULT 0,
    CHECK (on_hand - reserved >= 0)
) WITH (fillfactor = 70);
CREATE INDEX skus_of_seller ON skus (seller_id, sku);

-- How much of each SKU is on the shelf of a region and how much of that is promised. `available` is the difference.
CREATE TABLE stock (
    sku       text COLLATE "C" NOT NULL REFERENCES skus,
    region    text COLLATE "C" NOT NULL,
    on_hand   bigint NOT NULL DEFAULT 0 CHECK (on_hand >= 0),
    reserved  bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    PRIMARY KEY (sku, region),
    CONSTRAINT nothing_is_sold_twice CHECK (on_hand - reserved >= 0)
) WITH (fillfactor = 70);

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

-- What an order was given of each shelf, and where these pieces are now: still reserved, gone, or gone and back.
-- The CHECKs let no piece move twice in the same way, whatever the code above believes.
CREATE TABLE reservation_lines (
    order_id   uuid NOT NULL REFERENCES reservations,
    sku        text COLLATE "C" NOT NULL,
    region     text COLLATE "C" NOT NULL,
    pieces     bigint NOT NULL CHECK (pieces > 0),
    reserved   bigint NOT NULL CHECK (reserved >= 0),
    committed  bigint NOT NULL DEFAULT 0 CHECK (committed >= 0),
    returned   bigint NOT NULL DEFAULT 0 CHECK (returned >= 0),
    PRIMARY KEY (order_id, sku, region),
    FOREIGN KEY (sku, region) REFERENCES stock,
    CHECK (reserved + committed <= pieces),
    CHECK (returned <= committed)
);

-- The returns whose pieces are on the shelf again: each comes back once.
CREATE TABLE returns (
    return_id  uuid PRIMARY KEY,
    order_id   uuid NOT NULL REFERENCES reservations,
    at         timestamptz NOT NULL
);

-- The ledger: every change of a shelf, who or which order made it. It adds up to the level, so no month of it ever goes.
CREATE TABLE movements (
    id              bigint GENERATED ALWAYS AS IDENTITY,
    at              timestamptz NOT NULL,
    sku             text COLLATE "C" NOT NULL,
    region          text COLLATE "C" NOT NULL,
    kind            text NOT NULL CHECK (kind IN
                    ('adjusted', 'reserved', 'released', 'expired', 'committed', 'restocked', 'returned')),
    on_hand_delta   bigint NOT NULL,
    reserved_delta  bigint NOT NULL,
    reason          text
                    CHECK (reason IN ('received', 'counted', 'damaged', 'lost', 'returned', 'correction')),
    note            text,
    actor           text,
    order_id        uuid REFERENCES reservations,
    return_id       uuid REFERENCES returns,
    PRIMARY KEY (at, id),
    FOREIGN KEY (sku, region) REFERENCES stock,
    CHECK (on_hand_delta <> 0 OR reserved_delta <> 0),
    CHECK ((kind = 'adjusted') = (actor IS NOT NULL)),
    CHECK ((actor IS NULL) = (reason IS NULL)),
    CHECK ((actor IS NULL) = (order_id IS NOT NULL)),
    CHECK ((kind = 'returned') = (return_id IS NOT NULL))
) PARTITION BY RANGE (at);
CREATE INDEX movements_of_sku ON movements (sku, at, id);

CREATE FUNCTION movements_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'movements are only ever added';
END $$;

CREATE TRIGGER movements_are_final BEFORE UPDATE OR DELETE ON movements
    FOR EACH ROW EXECUTE FUNCTION movements_are_final();
CREATE TRIGGER movements_stay BEFORE TRUNCATE ON movements
    FOR EACH STATEMENT EXECUTE FUNCTION movements_are_final();
