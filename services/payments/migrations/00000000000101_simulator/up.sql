-- The books of the simulated provider. They stand here only so that they outlive the pod: nothing but the simulator
-- reads or writes them, over a connection of its own, never in a payment's transaction.
CREATE TABLE simulator_operations (
    key           text PRIMARY KEY,
    -- What its list is ordered by.
    position      bigint NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
    kind          text NOT NULL CHECK (kind IN ('authorization', 'capture', 'void', 'refund')),
    -- The operation that this one is about: the authorisation of a capture or a void, the capture of a refund.
    target        text REFERENCES simulator_operations (reference),
    reference     text NOT NULL UNIQUE,
    -- What an authorisation will do when it is captured.
    refuses_capture  boolean NOT NULL DEFAULT false,
    charges_back     boolean NOT NULL DEFAULT false,
    -- Of an authorisation: nothing is held after it.
    capture_before   timestamptz,
    approved      boolean NOT NULL,
    decline_reason  text,
    amount_minor  bigint,
    currency      text,
    performed_at  timestamptz NOT NULL,
    CHECK (approved = (decline_reason IS NULL))
);
-- What a real provider would refuse too: capturing the same money twice.
CREATE UNIQUE INDEX simulator_once ON simulator_operations (target, kind) WHERE approved AND kind = 'capture';
CREATE INDEX simulator_of_target ON simulator_operations (target) WHERE approved;

-- What it will tell unasked, as a webhook would.
CREATE TABLE simulator_notices (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind          text NOT NULL CHECK (kind IN ('authorized', 'declined', 'captured', 'refunded', 'voided', 'charged_back')),
    -- The authorisation or the capture that it is about.
    about         text NOT NULL,
    reference     text NOT NULL,
    -- Of the call whose outcome it is, where it is one.
    key           text,
    amount_minor  bigint,
    currency      text,
    due_at        timestamptz NOT NULL,
    delivered     boolean NOT NULL DEFAULT false,
    CHECK ((amount_minor IS NULL) = (currency IS NULL)),
    CHECK (amount_minor IS NOT NULL OR kind NOT IN ('captured', 'refunded', 'charged_back'))
);
CREATE INDEX simulator_notices_due ON simulator_notices (due_at) WHERE NOT delivered;
