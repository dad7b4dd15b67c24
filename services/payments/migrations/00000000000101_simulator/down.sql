DROP TABLE simulator_operations;
