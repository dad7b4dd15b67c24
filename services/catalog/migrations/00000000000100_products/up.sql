CREATE TABLE products (
    id            uuid PRIMARY KEY,
    sku           text COLLATE "C" NOT NULL UNIQUE,
    seller_id     uuid NOT NULL,
    name          text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    description   text NOT NULL CHECK (char_length(description) <= 5000),
    price_minor   bigint NOT NULL CHECK (price_minor BETWEEN 1 AND 1000000000000),
    currency      text NOT NULL,
    -- Withdrawn, it is not listed any more.
    on_sale       boolean NOT NULL,
    -- Orders what is said of the SKU; the product's ETag.
    version       bigint NOT NULL CHECK (version > 0),
    published_at  timestamptz NOT NULL
);

-- What inventory says of each SKU; it may say so before the product is here, so nothing is referenced.
CREATE TABLE availability (
    sku        text COLLATE "C" PRIMARY KEY,
    available  bigint NOT NULL CHECK (available >= 0),
    version    bigint NOT NULL
);
