-- What the provider told us unasked: kept before it is answered 2xx, and worked off afterwards. Its own event id is
-- part of the key, so what comes again is nothing new.
CREATE TABLE provider_notices (
    provider         text NOT NULL,
    event_id         text NOT NULL,
    kind             text NOT NULL,
    -- As it came; gone when it has been worked off, for it may name a person.
    event            json,
    state            text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'handled', 'ignored', 'failed')),
    attempts         integer NOT NULL DEFAULT 0,
    next_attempt_at  timestamptz NOT NULL,
    failure          text,
    received_at      timestamptz NOT NULL,
    PRIMARY KEY (provider, event_id),
    CONSTRAINT open_notices_have_their_event CHECK (event IS NOT NULL OR state IN ('handled', 'ignored')),
    CONSTRAINT a_failure_has_a_reason CHECK (failure IS NOT NULL OR state <> 'failed')
);
CREATE INDEX provider_notices_due ON provider_notices (next_attempt_at) WHERE state = 'waiting';
CREATE INDEX provider_notices_failed ON provider_notices (received_at) WHERE state = 'failed';
CREATE INDEX provider_notices_over ON provider_notices (received_at) WHERE state IN ('handled', 'ignored');

-- Means of payment that customers have saved at the provider: tokens, never numbers.
CREATE TABLE payment_methods (
    id            uuid PRIMARY KEY,
    customer_id   uuid NOT NULL,
    provider      text NOT NULL,
    -- What the provider wants to be paid with; it leaves this service for nobody but the provider.
    token         text NOT NULL,
    -- SHA-256 of what it was saved from: saved twice, it is still one.
    source        bytea NOT NULL,
    brand         text NOT NULL,
    last4         text CHECK (last4 ~ '^[0-9]{4}$'),
    expiry_month  smallint CHECK (expiry_month BETWEEN 1 AND 12),
    expiry_year   smallint CHECK (expiry_year BETWEEN 2000 AND 2999),
    created_at    timestamptz NOT NULL,
    UNIQUE (customer_id, provider, source),
    CONSTRAINT an_expiry_is_whole CHECK ((expiry_month IS NULL) = (expiry_year IS NULL))
);
