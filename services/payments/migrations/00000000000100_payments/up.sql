-- One payment per order. Its id says when it began, the audit trail what happened when.
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
    -- The provider holds the money until then.
    capture_before           timestamptz,
    capture_reference        text,
    -- What the ledger adds up to: kept by a trigger of transactions, never written by hand.
    captured_minor           bigint NOT NULL DEFAULT 0 CHECK (captured_minor >= 0),
    refunded_minor           bigint NOT NULL DEFAULT 0 CHECK (refunded_minor >= 0),
    -- What the customer's bank has taken from us.
    charged_back_minor       bigint NOT NULL DEFAULT 0 CHECK (charged_back_minor >= 0),
    version                  bigint NOT NULL,
    -- The command that the next answer answers.
    cause_id                 uuid,
    -- Part of the provider's idempotency key: grows only when the provider has refused what must be done in the end.
    attempt                  integer NOT NULL DEFAULT 1,

    CONSTRAINT status_is_known CHECK (status IN ('pending', 'authorizing', 'authorized', 'failed', 'capturing',
        'captured', 'capture_failed', 'voiding', 'voided', 'refunding', 'partially_refunded', 'refunded', 'charged_back')),
    CONSTRAINT amount_has_a_currency CHECK ((amount_minor IS NULL) = (currency IS NULL)),
    CONSTRAINT terms_come_together CHECK ((amount_minor IS NULL) = (customer_id IS NULL)),
    CONSTRAINT work_has_terms CHECK (status IN ('pending', 'voided')
        OR (amount_minor IS NOT NULL AND payment_token IS NOT NULL)),
    CONSTRAINT what_is_held_has_a_reference CHECK (authorization_reference IS NOT NULL
        OR status IN ('pending', 'authorizing', 'failed', 'voided')),
    CONSTRAINT what_is_captured_has_a_reference CHECK ((capture_reference IS NOT NULL)
        = (status IN ('captured', 'refunding', 'partially_refunded', 'refunded', 'charged_back'))),
    CONSTRAINT a_refusal_has_a_reason CHECK (decline_reason IS NOT NULL OR status NOT IN ('failed', 'capture_failed')),
    CONSTRAINT no_more_is_taken_than_the_order_says CHECK (captured_minor <= amount_minor OR captured_minor = 0),
    CONSTRAINT no_more_goes_back_than_was_taken CHECK (refunded_minor <= captured_minor)
);
-- How a provider's notice finds its payment.
CREATE INDEX payments_by_authorization ON payments (authorization_reference);
CREATE INDEX payments_by_capture ON payments (capture_reference);

-- What the provider is to be asked for now: a row while a payment is authorizing, capturing, voiding or refunding.
CREATE TABLE open_operations (
    payment_id       uuid PRIMARY KEY REFERENCES payments (id),
    -- How often the provider was asked in this attempt; past the first time it is asked what became of it.
    asks             integer NOT NULL DEFAULT 0,
    -- Pushed into the future by the worker that takes it, which makes it the lease as well. None: a person must find out.
    next_attempt_at  timestamptz,
    -- Since when nobody knows whether the provider did it.
    unknown_since    timestamptz
);
CREATE INDEX open_operations_due ON open_operations (next_attempt_at);
CREATE INDEX open_operations_unknown ON open_operations (payment_id) WHERE unknown_since IS NOT NULL;

-- Tokens that came before the order's own command, one per sender: only the order's customer's will count, and whose
-- order it is, is not known yet. Gone as soon as the payment starts or ends.
CREATE TABLE submissions (
    order_id       uuid NOT NULL,
    customer_id    uuid NOT NULL,
    payment_token  text NOT NULL,
    received_at    timestamptz NOT NULL,
    PRIMARY KEY (order_id, customer_id)
);

-- Wishes to give money back, and what became of them; one at a time is under way.
CREATE TABLE refunds (
    payment_id      uuid NOT NULL REFERENCES payments (id),
    -- `order`, the id of a return, or `elsewhere` and the provider's reference: each counts once.
    reason          text NOT NULL,
    -- In the order of asking.
    place           integer NOT NULL,
    amount_minor    bigint NOT NULL CHECK (amount_minor >= 0),
    state           text NOT NULL CHECK (state IN ('open', 'done', 'refused')),
    decline_reason  text,
    PRIMARY KEY (payment_id, reason),
    CHECK ((state = 'refused') = (decline_reason IS NOT NULL))
);

-- What the provider did, as it told us. By the month in which the payment began, so that its unique keys need no time.
CREATE SEQUENCE transaction_positions;
CREATE TABLE transactions (
    payment_id    uuid NOT NULL REFERENCES payments (id),
    position      bigint NOT NULL DEFAULT nextval('transaction_positions'),
    -- The key that it was asked under: each answer is written down once.
    provider_key  text NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('authorization', 'capture', 'void', 'refund')),
    succeeded     boolean NOT NULL,
    amount_minor  bigint NOT NULL CHECK (amount_minor >= 0),
    currency      text NOT NULL,
    reference     text NOT NULL,
    at            timestamptz NOT NULL,
    PRIMARY KEY (payment_id, position),
    UNIQUE (payment_id, provider_key)
) PARTITION BY RANGE (payment_id);
CREATE INDEX transactions_by_time ON transactions (at);
CREATE INDEX transactions_by_reference ON transactions (reference);
-- Whatever else goes wrong: money is held, taken and let go once. It may go back in parts: see the trigger.
CREATE UNIQUE INDEX transactions_once ON transactions (payment_id, kind) WHERE succeeded AND kind <> 'refund';

CREATE FUNCTION rows_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% are append-only', TG_ARGV[0];
END $$;
CREATE TRIGGER transactions_are_final BEFORE UPDATE OR DELETE ON transactions
    FOR EACH ROW EXECUTE FUNCTION rows_are_final('transactions');
CREATE TRIGGER transactions_stay BEFORE TRUNCATE ON transactions
    FOR EACH STATEMENT EXECUTE FUNCTION rows_are_final('transactions');

-- The payment's row is locked by the update, so two refunds at once can't both find room.
CREATE FUNCTION transactions_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE payments SET
        captured_minor = captured_minor + CASE WHEN NEW.kind = 'capture' THEN NEW.amount_minor ELSE 0 END,
        refunded_minor = refunded_minor + CASE WHEN NEW.kind = 'refund' THEN NEW.amount_minor ELSE 0 END
    WHERE id = NEW.payment_id;
    RETURN NULL;
END $$;
CREATE TRIGGER transactions_add_up AFTER INSERT ON transactions
    FOR EACH ROW WHEN (NEW.succeeded AND NEW.kind IN ('capture', 'refund')) EXECUTE FUNCTION transactions_add_up();

-- What providers have told us unasked: each counts once.
CREATE TABLE notices (
    provider     text NOT NULL,
    id           text NOT NULL,
    received_at  timestamptz NOT NULL,
    PRIMARY KEY (provider, id)
);

-- Electronic invoices: immutable, numbered without gaps.
CREATE TABLE invoice_counters (
    year  integer PRIMARY KEY,
    last  bigint NOT NULL
);
CREATE TABLE invoices (
    number        text PRIMARY KEY,
    payment_id    uuid NOT NULL UNIQUE REFERENCES payments (id),
    order_id      uuid NOT NULL UNIQUE,
    customer_id   uuid NOT NULL,
    amount_minor  bigint NOT NULL,
    currency      text NOT NULL,
    issued_at     timestamptz NOT NULL
);
CREATE INDEX invoices_by_time ON invoices (issued_at);
CREATE TRIGGER invoices_are_final BEFORE UPDATE OR DELETE ON invoices
    FOR EACH ROW EXECUTE FUNCTION rows_are_final('invoices');
CREATE TRIGGER invoices_stay BEFORE TRUNCATE ON invoices
    FOR EACH STATEMENT EXECUTE FUNCTION rows_are_final('invoices');

-- Every command, call, answer, notice and decision of a person. See docs/adr/0016-one-sealer-chains-the-audit-trail.md.
CREATE SEQUENCE audit_positions;
CREATE TABLE audit_trail (
    -- Taken while the payment is locked, so entries of one payment have the order in which they happened.
    position  bigint NOT NULL DEFAULT nextval('audit_positions'),
    at        timestamptz NOT NULL,
    order_id  uuid,
    kind      text NOT NULL,
    actor     text NOT NULL,
    -- JSON, but as text: what was hashed is what is kept, to the byte.
    content   text NOT NULL,
    -- The sealer's: its place in the chain, and SHA-256 over the hash before it and all of the above.
    sequence  bigint,
    previous  bytea,
    hash      bytea,
    PRIMARY KEY (position, at),
    CHECK ((sequence IS NULL) = (hash IS NULL) AND (sequence IS NULL) = (previous IS NULL))
) PARTITION BY RANGE (at);
CREATE INDEX audit_trail_unsealed ON audit_trail (position) WHERE sequence IS NULL;
CREATE INDEX audit_trail_sealed ON audit_trail (sequence);
CREATE INDEX audit_trail_of_order ON audit_trail (order_id, position);

CREATE FUNCTION audit_trail_is_sealed_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.sequence IS NULL AND NEW.sequence IS NOT NULL
            AND (OLD.position, OLD.at, OLD.order_id, OLD.kind, OLD.actor, OLD.content)
                IS NOT DISTINCT FROM (NEW.position, NEW.at, NEW.order_id, NEW.kind, NEW.actor, NEW.content) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only';
END $$;
CREATE TRIGGER audit_trail_is_final BEFORE UPDATE OR DELETE ON audit_trail
    FOR EACH ROW EXECUTE FUNCTION audit_trail_is_sealed_once();
CREATE TRIGGER audit_trail_stays BEFORE TRUNCATE ON audit_trail
    FOR EACH STATEMENT EXECUTE FUNCTION audit_trail_is_sealed_once();

-- The end of the chain: what is cut off behind it is missed.
CREATE TABLE audit_head (
    alone     boolean PRIMARY KEY DEFAULT true CHECK (alone),
    sequence  bigint NOT NULL,
    hash      bytea NOT NULL
);
INSERT INTO audit_head (sequence, hash) VALUES (0, decode(repeat('00', 32), 'hex'));

-- What became of orders, as orders says: reconciliation compares it with what was captured.
CREATE TABLE order_outcomes (
    order_id      uuid PRIMARY KEY,
    outcome       text NOT NULL CHECK (outcome IN ('confirmed', 'rejected', 'cancelled')),
    -- Of a confirmed order.
    amount_minor  bigint,
    currency      text,
    at            timestamptz NOT NULL
);
CREATE INDEX order_outcomes_by_time ON order_outcomes (at);
CREATE TABLE completed_returns (
    return_id     uuid PRIMARY KEY,
    order_id      uuid NOT NULL,
    amount_minor  bigint NOT NULL,
    currency      text NOT NULL,
    at            timestamptz NOT NULL
);
CREATE INDEX completed_returns_by_time ON completed_returns (at);

-- What the provider's own books say, copied line by line.
CREATE TABLE provider_books (
    reference     text NOT NULL,
    kind          text NOT NULL,
    amount_minor  bigint,
    currency      text,
    -- Ours, where the provider keeps it.
    order_id      uuid,
    at            timestamptz NOT NULL,
    PRIMARY KEY (reference, kind)
);
CREATE INDEX provider_books_by_time ON provider_books (at);
CREATE TABLE reconciliations (
    provider      text PRIMARY KEY,
    -- Up to where the books are copied.
    cursor        text,
    -- Everything that the provider did before this is in the copy; none: it keeps no list.
    copied_until  timestamptz,
    ran_at        timestamptz NOT NULL
);
CREATE TABLE differences (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL,
    -- What it is about: an order, a return or the provider's reference.
    subject    text NOT NULL,
    order_id   uuid,
    reference  text,
    detail     text NOT NULL,
    -- When the thing happened that has no counterpart.
    since      timestamptz NOT NULL,
    found_at   timestamptz NOT NULL,
    UNIQUE (kind, subject)
);
