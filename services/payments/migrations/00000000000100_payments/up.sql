-- One payment per order.
CREATE TABLE payments (
    id                       uuid PRIMARY KEY,
    order_id                 uuid NOT NULL UNIQUE,
    customer_id              uuid,
    amount_minor             bigint CHECK (amount_minor >= 0),
    currency                 text,
    payment_token            text,
    status                   text NOT NULL,
    void_requested           boolean NOT NULL DEFAULT false,
    decline_reason           text,
    authorization_reference  text,
    capture_reference        text,
    version                  bigint NOT NULL,
    -- The command that the next answer answers.
    cause_id                 uuid,
    -- Part of the provider's idempotency key: grows only when the provider has refused what must be done in the end.
    attempt                  integer NOT NULL DEFAULT 1,
    created_at               timestamptz NOT NULL,
    updated_at               timestamptz NOT NULL,

    CONSTRAINT status_is_known CHECK (status IN ('pending', 'authorizing', 'authorized', 'failed', 'capturing',
        'captured', 'capture_failed', 'voiding', 'voided', 'refunding', 'refunded')),
    CONSTRAINT amount_has_a_currency CHECK ((amount_minor IS NULL) = (currency IS NULL)),
    CONSTRAINT terms_come_together CHECK ((amount_minor IS NULL) = (customer_id IS NULL)),
    CONSTRAINT work_has_terms CHECK (status IN ('pending', 'voided')
        OR (amount_minor IS NOT NULL AND payment_token IS NOT NULL)),
    CONSTRAINT what_is_held_has_a_reference CHECK (authorization_reference IS NOT NULL
        OR status IN ('pending', 'authorizing', 'failed', 'voided')),
    CONSTRAINT what_is_captured_has_a_reference CHECK (
        (capture_reference IS NOT NULL) = (status IN ('captured', 'refunding', 'refunded'))),
    CONSTRAINT a_refusal_has_a_reason CHECK (decline_reason IS NOT NULL OR status NOT IN ('failed', 'capture_failed'))
);

-- What the provider is to be asked for now: a row while a payment is authorizing, capturing, voiding or refunding.
CREATE TABLE open_operations (
    payment_id       uuid PRIMARY KEY REFERENCES payments (id),
    -- How often the provider was asked in this attempt; past the first time it is asked what became of it.
    asks             integer NOT NULL DEFAULT 0,
    -- Pushed into the future by the worker that takes it, which makes it the lease as well.
    next_attempt_at  timestamptz NOT NULL,
    -- Since when nobody knows whether the provider did it.
    unknown_since    timestamptz
);
CREATE INDEX open_operations_due ON open_operations (next_attempt_at);
CREATE INDEX open_operations_unknown ON open_operations (unknown_since) WHERE unknown_since IS NOT NULL;

-- Tokens that came before the order's own command, one per sender: only the order's customer's will count, and whose
-- order it is, is not known yet. Gone as soon as the payment starts or ends.
CREATE TABLE submissions (
    order_id       uuid NOT NULL,
    customer_id    uuid NOT NULL,
    payment_token  text NOT NULL,
    received_at    timestamptz NOT NULL,
    PRIMARY KEY (order_id, customer_id)
);

-- What the provider did, as it told us: the audit trail.
CREATE TABLE transactions (
    position      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payment_id    uuid NOT NULL REFERENCES payments (id),
    -- The key that it was asked under: each answer is written down once.
    provider_key  text NOT NULL UNIQUE,
    kind          text NOT NULL CHECK (kind IN ('authorization', 'capture', 'void', 'refund')),
    succeeded     boolean NOT NULL,
    amount_minor  bigint NOT NULL,
    currency      text NOT NULL,
    reference     text NOT NULL,
    at            timestamptz NOT NULL
);
CREATE INDEX transactions_of_payment ON transactions (payment_id, position);
-- Whatever else goes wrong: money moves once each way.
CREATE UNIQUE INDEX transactions_once ON transactions (payment_id, kind) WHERE succeeded;

CREATE FUNCTION transactions_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'transactions are append-only';
END $$;

CREATE TRIGGER transactions_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON transactions
    FOR EACH STATEMENT EXECUTE FUNCTION transactions_are_final();
