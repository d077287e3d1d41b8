-- What the desk's decisions rested on, and the seals over the heads of all timelines
-- depends: 0004_black_boxes

-- migrate: apply

-- One row a decision that touched a case. Packed already, so the database need not try.
CREATE TABLE decisions (
    decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    decided_at timestamptz NOT NULL,
    incident_ids text[] NOT NULL,
    body bytea,
    left_out text NOT NULL,
    CHECK ((body IS NULL) = (left_out <> ''))
);

ALTER TABLE decisions ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX decisions_by_case ON decisions USING gin (incident_ids);
CREATE INDEX decisions_by_age ON decisions (decided_at);

-- What many decisions rested on alike: the crews of a moment, the centre's limits. `hash` is that of the unpacked body.
CREATE TABLE decision_parts (
    hash text PRIMARY KEY,
    body bytea NOT NULL,
    used_at timestamptz NOT NULL
);

ALTER TABLE decision_parts ALTER COLUMN body SET STORAGE EXTERNAL;

-- The entries since the last seal are sought by time. They are written in the order of time, so that a mark for each
-- stretch of the table is enough, and writing an entry costs nothing more.
CREATE INDEX timeline_by_time ON timeline USING brin (at) WITH (pages_per_range = 16, autosummarize = on);

-- A chain over the cases: each seal covers the heads of the timelines that have grown, and the seal before it.
CREATE TABLE seals (
    number bigint PRIMARY KEY,
    sealed_at timestamptz NOT NULL,
    previous text NOT NULL,
    digest text NOT NULL,
    key_id text NOT NULL,
    signature text NOT NULL
);

CREATE TABLE sealed_heads (
    number bigint NOT NULL REFERENCES seals,
    incident_id text NOT NULL,
    entries integer NOT NULL,
    head text NOT NULL,
    PRIMARY KEY (number, incident_id)
);

CREATE INDEX sealed_heads_by_case ON sealed_heads (incident_id, number);

CREATE FUNCTION refuse_to_break_seals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'seals are append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER seals_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_break_seals();
CREATE TRIGGER sealed_heads_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sealed_heads
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_break_seals();

-- migrate: rollback

DROP TABLE sealed_heads, seals, decision_parts, decisions;
DROP INDEX timeline_by_time;
DROP FUNCTION refuse_to_break_seals;
