ALTER TABLE notes ADD COLUMN text_before text;
