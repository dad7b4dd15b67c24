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

-- What it will tell unasked, as a webhook would: a charge-back.
CREATE TABLE simulator_notices (
    reference     text PRIMARY KEY,
    -- The capture whose money the bank takes back.
    capture       text NOT NULL,
    amount_minor  bigint NOT NULL,
    currency      text NOT NULL,
    due_at        timestamptz NOT NULL,
    delivered     boolean NOT NULL DEFAULT false
);
CREATE INDEX simulator_notices_due ON simulator_notices (due_at) WHERE NOT delivered;
