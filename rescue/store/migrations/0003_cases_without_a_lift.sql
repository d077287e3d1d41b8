-- Parent cases, which are about many lifts, and their members
-- depends: 0001_rescue

-- migrate: apply

-- A parent case has no lift of its own. One open case a lift: of those that are about one.
ALTER TABLE incidents ALTER COLUMN lift_id DROP NOT NULL;
DROP INDEX one_open_incident_per_lift;
CREATE UNIQUE INDEX one_open_incident_per_lift ON incidents (lift_id) WHERE is_open AND lift_id IS NOT NULL;

-- Which lifts an event of many has befallen: apart from the case, for there may be fifteen thousand of them.
CREATE TABLE outage_members (
    parent_id text NOT NULL REFERENCES incidents,
    lift_id text NOT NULL,
    condition text NOT NULL,
    building text NOT NULL,
    company_id text,
    joined_at timestamptz NOT NULL,
    left_at timestamptz,
    PRIMARY KEY (parent_id, lift_id)
);

-- migrate: rollback

DROP TABLE outage_members;
DROP INDEX one_open_incident_per_lift;
CREATE UNIQUE INDEX one_open_incident_per_lift ON incidents (lift_id) WHERE is_open;
DELETE FROM incidents WHERE lift_id IS NULL;
ALTER TABLE incidents ALTER COLUMN lift_id SET NOT NULL;
