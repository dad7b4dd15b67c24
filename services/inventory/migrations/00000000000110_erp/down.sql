DROP TABLE stock_import_errors;
DROP TABLE stock_imports;
DROP TABLE erp_deliveries;
DROP TABLE erp_announced;
DROP TABLE erp_received;
DROP TABLE erp_connections;
