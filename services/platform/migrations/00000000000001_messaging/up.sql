-- Events that wait for the broker; written in the transaction of the change that they tell of.
-- By month, so that the space of rows that came and went goes too. A sequence, not an identity: before version 17
-- partitioned tables have none.
CREATE SEQUENCE outbox_position;
CREATE TABLE outbox (
    position      bigint NOT NULL DEFAULT nextval('outbox_position'),
    id            uuid NOT NULL,
    type          text NOT NULL,
    aggregateid   text NOT NULL,
    payload       jsonb NOT NULL,
    occurred_at   timestamptz NOT NULL,
    PRIMARY KEY (position, occurred_at)
) PARTITION BY RANGE (occurred_at);
ALTER SEQUENCE outbox_position OWNED BY outbox.position;

-- Once per statement, not per row: the relay looks at the table, not at the notification.
CREATE FUNCTION outbox_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY outbox;
    RETURN NULL;
END $$;

CREATE TRIGGER outbox_wake AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION outbox_wake();

-- What has been handled; written in the transaction of the effect.
CREATE TABLE inbox (
    consumer     text NOT NULL,
    event_id     uuid NOT NULL,
    received_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, event_id)
);
CREATE INDEX inbox_received_at ON inbox (received_at);

-- Answers to requests that carried an Idempotency-Key; written in the transaction of the effect.
CREATE TABLE idempotency_keys (
    principal     uuid NOT NULL,
    route         text NOT NULL,
    key           text NOT NULL,
    request_hash  bytea NOT NULL,
    status        smallint NOT NULL,
    body          jsonb NOT NULL,
    location      text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (principal, route, key)
);
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);
