-- How people are reached, as users says. Personal data: it leaves this database only to the one it belongs to.
CREATE TABLE contacts (
    user_id  uuid PRIMARY KEY,
    email    text NOT NULL,
    name     text NOT NULL,
    locale   text NOT NULL CHECK (locale IN ('en', 'es')),
    roles    text[] NOT NULL,
    -- Of the message that said so: an earlier one that comes later changes nothing.
    version  bigint NOT NULL
);

-- What people have chosen; who has no row has chosen nothing.
CREATE TABLE preferences (
    user_id   uuid PRIMARY KEY,
    locale    text NOT NULL CHECK (locale IN ('en', 'es')),
    phone     text CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
    email     boolean NOT NULL,
    sms       boolean NOT NULL,
    web_push  boolean NOT NULL,
    version   bigint NOT NULL,
    CONSTRAINT sms_needs_a_phone CHECK (phone IS NOT NULL OR NOT sms)
);

-- Browsers that want to be told.
CREATE TABLE push_subscriptions (
    id          uuid PRIMARY KEY,
    user_id     uuid NOT NULL,
    endpoint    text NOT NULL UNIQUE CHECK (length(endpoint) <= 1024),
    p256dh      bytea NOT NULL CHECK (length(p256dh) = 65),
    auth        bytea NOT NULL CHECK (length(auth) = 16),
    created_at  timestamptz NOT NULL
);
CREATE INDEX push_subscriptions_of_user ON push_subscriptions (user_id, id);

-- News that came before the person whom it is for; gone when they are known, or when it is too old to be news.
CREATE TABLE waiting_news (
    event_id     uuid PRIMARY KEY,
    user_id      uuid NOT NULL,
    message      jsonb NOT NULL,
    received_at  timestamptz NOT NULL
);
CREATE INDEX waiting_news_received_at ON waiting_news (received_at);

-- What people were told, by month: ids are ordered by time. The key that makes it once is in deliveries.
CREATE TABLE notifications (
    id          uuid PRIMARY KEY,
    event_id    uuid NOT NULL,
    user_id     uuid NOT NULL,
    order_id    uuid,
    channel     text NOT NULL CHECK (channel IN ('email', 'sms', 'web_push')),
    template    text NOT NULL,
    locale      text NOT NULL,
    subject     text NOT NULL,
    -- The event itself: the text is made of it when it is sent.
    message     jsonb NOT NULL,
    status      text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sent', 'failed')),
    attempts    integer NOT NULL DEFAULT 0,
    -- Why it was given up; holds nobody's address.
    reason      text,
    created_at  timestamptz NOT NULL,
    settled_at  timestamptz,
    CONSTRAINT settled_has_a_time CHECK ((settled_at IS NULL) = (status = 'pending')),
    CONSTRAINT failed_has_a_reason CHECK ((reason IS NOT NULL) = (status = 'failed'))
) PARTITION BY RANGE (id);
CREATE INDEX notifications_of_user ON notifications (user_id, id);

-- One per event, channel and template, however often the event comes; while it is to be sent, also whose turn it is.
CREATE TABLE deliveries (
    event_id         uuid NOT NULL,
    channel          text NOT NULL,
    template         text NOT NULL,
    notification_id  uuid NOT NULL UNIQUE,
    attempts         integer NOT NULL DEFAULT 0,
    -- Pushed into the future by the worker that takes it, which makes it the lease as well; none: sent or given up.
    next_attempt_at  timestamptz,
    created_at       timestamptz NOT NULL,
    PRIMARY KEY (event_id, channel, template)
);
CREATE INDEX deliveries_due ON deliveries (channel, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX deliveries_created_at ON deliveries (created_at);

-- Where messages go that are only to be looked at: the newest thousand.
CREATE TABLE sink_messages (
    position         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notification_id  uuid NOT NULL,
    channel          text NOT NULL,
    recipient        text NOT NULL,
    subject          text NOT NULL,
    text             text NOT NULL,
    html             text,
    received_at      timestamptz NOT NULL
);
