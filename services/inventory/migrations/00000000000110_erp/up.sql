-- A seller's own system: it tells us of stock (signed with our secret), and is told of it where it has an address.
CREATE TABLE erp_connections (
    id            uuid PRIMARY KEY,
    seller_id     uuid NOT NULL,
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    url           text CHECK (length(url) <= 2000),
    -- Newest first; the one before it stays good until `previous_until`, so that a change needs no pause.
    secrets       text[] NOT NULL CHECK (cardinality(secrets) BETWEEN 1 AND 2),
    previous_until  timestamptz,
    -- Attempts that failed since the last one that did not; after some of them there is a pause.
    failures      integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    paused_until  timestamptz,
    created_at    timestamptz NOT NULL,
    UNIQUE (seller_id, name)
);

-- The messages that were taken: each has its effect once. Kept for longer than a signature is good.
CREATE TABLE erp_received (
    connection_id  uuid NOT NULL REFERENCES erp_connections ON DELETE CASCADE,
    webhook_id     text NOT NULL,
    received_at    timestamptz NOT NULL,
    PRIMARY KEY (connection_id, webhook_id)
);
CREATE INDEX erp_received_at ON erp_received (received_at);

-- How far each connection has been told of each SKU: a later version is news.
CREATE TABLE erp_announced (
    connection_id  uuid NOT NULL REFERENCES erp_connections ON DELETE CASCADE,
    sku            text COLLATE "C" NOT NULL,
    version        bigint NOT NULL,
    PRIMARY KEY (connection_id, sku)
);

-- What is to be told, and what came of it.
CREATE TABLE erp_deliveries (
    position         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id               uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    connection_id    uuid NOT NULL REFERENCES erp_connections ON DELETE CASCADE,
    type             text NOT NULL,
    body             jsonb NOT NULL,
    status           text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts         integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- Pushed into the future by the worker that takes it, which makes it the lease as well.
    next_attempt_at  timestamptz,
    -- Of the last attempt.
    answer           integer,
    error            text,
    created_at       timestamptz NOT NULL,
    delivered_at     timestamptz,
    CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL)),
    CHECK ((status = 'delivered') = (delivered_at IS NOT NULL))
);
CREATE INDEX erp_deliveries_due ON erp_deliveries (connection_id, position) WHERE status = 'pending';
CREATE INDEX erp_deliveries_of_connection ON erp_deliveries (connection_id, position DESC);
CREATE INDEX erp_deliveries_created_at ON erp_deliveries (created_at);

-- Counts of many SKUs at once, as a job.
CREATE TABLE stock_imports (
    id           uuid PRIMARY KEY,
    seller_id    uuid NOT NULL,
    format       text NOT NULL CHECK (format IN ('csv', 'json')),
    dry_run      boolean NOT NULL,
    status       text NOT NULL CHECK (status IN
                 ('pending', 'applying', 'valid', 'rejected', 'applied', 'applied_with_errors')),
    -- Gone when the job is done.
    content      bytea,
    rows         integer NOT NULL DEFAULT 0,
    -- Rows that were looked at, whatever came of them: where to go on after a crash.
    processed    integer NOT NULL DEFAULT 0,
    errors       integer NOT NULL DEFAULT 0,
    -- Pushed into the future by the worker that has it in hand.
    leased_until timestamptz NOT NULL,
    created_at   timestamptz NOT NULL,
    finished_at  timestamptz,
    CHECK ((status IN ('pending', 'applying')) = (content IS NOT NULL)),
    CHECK ((finished_at IS NULL) = (content IS NOT NULL))
);
CREATE INDEX stock_imports_open ON stock_imports (leased_until) WHERE finished_at IS NULL;
CREATE INDEX stock_imports_of_seller ON stock_imports (seller_id, id DESC);
CREATE INDEX stock_imports_finished_at ON stock_imports (finished_at);

CREATE TABLE stock_import_errors (
    import_id  uuid NOT NULL REFERENCES stock_imports ON DELETE CASCADE,
    position   bigint GENERATED ALWAYS AS IDENTITY,
    -- Counted from 1 without the header; 0: the whole file.
    row        integer NOT NULL CHECK (row >= 0),
    field      text NOT NULL,
    message    text NOT NULL,
    PRIMARY KEY (import_id, position)
);
