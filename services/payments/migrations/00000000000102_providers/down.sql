DROP TABLE payment_methods;
DROP TABLE provider_notices;
