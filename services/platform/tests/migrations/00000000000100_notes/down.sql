DROP TABLE chapters;
DROP TABLE stories;
DROP TABLE ledger;
DROP TABLE notes;
