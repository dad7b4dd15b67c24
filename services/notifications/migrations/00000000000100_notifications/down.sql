DROP TABLE sink_messages;
DROP TABLE deliveries;
DROP TABLE notifications;
DROP TABLE waiting_news;
DROP TABLE push_subscriptions;
DROP TABLE preferences;
DROP TABLE contacts;
