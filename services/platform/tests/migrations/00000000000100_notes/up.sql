CREATE TABLE notes (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    text         text NOT NULL CHECK (text <> 'refused'),
    -- What the release before wrote; removed by a contract migration.
    text_before  text
);
CREATE TABLE ledger (at timestamptz NOT NULL, text text NOT NULL CHECK (text <> 'refused')) PARTITION BY RANGE (at);
CREATE INDEX ledger_at ON ledger (at);
CREATE TABLE stories (id uuid PRIMARY KEY, text text NOT NULL DEFAULT 'untold') PARTITION BY RANGE (id);
CREATE TABLE chapters (
    story_id  uuid NOT NULL REFERENCES stories,
    number    integer NOT NULL,
    PRIMARY KEY (story_id, number)
) PARTITION BY RANGE (story_id);
