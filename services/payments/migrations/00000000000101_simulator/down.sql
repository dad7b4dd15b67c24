DROP TABLE simulator_notices;
DROP TABLE simulator_operations;
