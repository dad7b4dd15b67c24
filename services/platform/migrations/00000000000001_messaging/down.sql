DROP TABLE idempotency_keys;
DROP TABLE inbox;
DROP TABLE outbox;
DROP FUNCTION outbox_wake();
