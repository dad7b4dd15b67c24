-- The books of the simulated provider. They stand here only so that they outlive the pod: nothing but the simulator
-- reads or writes them, over a connection of its own, never in a payment's transaction.
CREATE TABLE simulator_operations (
    key           text PRIMARY KEY,
    kind          text NOT NULL CHECK (kind IN ('authorization', 'capture', 'void', 'refund')),
    -- The operation that this one is about: the authorisation of a capture or a void, the capture of a refund.
    target        text REFERENCES simulator_operations (reference),
    reference     text NOT NULL UNIQUE,
    -- What an authorisation will do when it is captured.
    refuses_capture  boolean NOT NULL DEFAULT false,
    approved      boolean NOT NULL,
    decline_reason  text,
    amount_minor  bigint,
    currency      text,
    performed_at  timestamptz NOT NULL,
    CHECK (approved = (decline_reason IS NULL))
);
-- What a real provider would refuse too: capturing, voiding or giving back the same money twice.
CREATE UNIQUE INDEX simulator_once ON simulator_operations (target, kind) WHERE approved;
