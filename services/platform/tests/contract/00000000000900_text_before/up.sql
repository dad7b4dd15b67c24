ALTER TABLE notes DROP COLUMN text_before;
