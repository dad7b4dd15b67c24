DROP TABLE availability;
DROP TABLE products;
