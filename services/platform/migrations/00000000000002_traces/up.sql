-- What a message was handled in, for an answer that comes later; null where nothing is traced. Old pods leave it out.
ALTER TABLE inbox ADD COLUMN traceparent text;
