ALTER TABLE orders
    -- Since when every piece is back.
    ADD COLUMN returned_at      timestamptz,
    -- When the customer's bank took the money back from us.
    ADD COLUMN charged_back_at  timestamptz;

-- Since when the saga is in its state.
ALTER TABLE sagas ADD COLUMN entered_at timestamptz NOT NULL;

-- Pieces of an order that come back. The order's saga row is the lock: whoever changes a return holds it.
CREATE TABLE returns (
    id            uuid PRIMARY KEY,
    -- No foreign key: it would hold on to a month that retention takes away.
    order_id      uuid NOT NULL,
    customer_id   uuid NOT NULL,
    reason        text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    amount_minor  bigint NOT NULL CHECK (amount_minor >= 0),
    currency      text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    state         jsonb NOT NULL,
    status        text NOT NULL GENERATED ALWAYS AS (state ->> 'name') STORED,
    requested_at  timestamptz NOT NULL,
    entered_at    timestamptz NOT NULL,
    -- When it has to be looked at, whatever arrives until then.
    deadline      timestamptz,
    -- How often the command of this state has been sent again, or how long nobody has decided.
    attempts      integer NOT NULL CHECK (attempts >= 0),
    CONSTRAINT returns_status_known CHECK (status IN (
        'requested', 'awaiting_goods', 'refunding', 'restocking', 'completed', 'closed')),
    CONSTRAINT returns_deadline_until_the_end CHECK (
        (deadline IS NULL) = (status IN ('completed', 'closed')))
);
CREATE INDEX returns_of_order ON returns (order_id, id);
CREATE INDEX returns_due ON returns (deadline) WHERE deadline IS NOT NULL;

CREATE TABLE return_lines (
    return_id  uuid NOT NULL REFERENCES returns,
    line       integer NOT NULL CHECK (line BETWEEN 1 AND 50),
    sku        text NOT NULL,
    quantity   integer NOT NULL CHECK (quantity BETWEEN 1 AND 1000000),
    PRIMARY KEY (return_id, line),
    UNIQUE (return_id, sku)
);

-- The timeline is the audit of what was done and by whom: it only grows.
CREATE FUNCTION order_events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'order_events only grows';
END $$;
CREATE TRIGGER order_events_append_only BEFORE UPDATE OR DELETE ON order_events
    FOR EACH ROW EXECUTE FUNCTION order_events_append_only();
CREATE TRIGGER order_events_not_emptied BEFORE TRUNCATE ON order_events
    FOR EACH STATEMENT EXECUTE FUNCTION order_events_append_only();
