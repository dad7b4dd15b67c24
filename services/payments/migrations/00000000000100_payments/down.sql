DROP TABLE transactions;
DROP FUNCTION transactions_are_final();
DROP TABLE submissions;
DROP TABLE open_operations;
DROP TABLE payments;
