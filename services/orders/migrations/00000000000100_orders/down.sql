DROP TABLE order_events;
DROP TABLE sagas;
DROP TABLE order_lines;
ALTER TABLE carts DROP CONSTRAINT carts_frozen_by_order;
DROP TABLE orders;
DROP TABLE cart_items;
DROP TABLE carts;
DROP TABLE products;
