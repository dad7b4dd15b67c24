DROP TRIGGER order_events_not_emptied ON order_events;
DROP TRIGGER order_events_append_only ON order_events;
DROP FUNCTION order_events_append_only();
DROP TABLE return_lines;
DROP TABLE returns;
ALTER TABLE sagas DROP COLUMN entered_at;
ALTER TABLE orders DROP COLUMN returned_at, DROP COLUMN charged_back_at;
