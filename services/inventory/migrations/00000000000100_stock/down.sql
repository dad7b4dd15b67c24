DROP TABLE movements;
DROP FUNCTION movements_are_final;
DROP TABLE returns;
DROP TABLE reservation_lines;
DROP TABLE reservations;
DROP TABLE stock;
DROP TABLE skus;
