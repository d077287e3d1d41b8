-- What the black box held of a lift when its case opened or became graver
-- depends: 0002_telemetry 0003_cases_without_a_lift

-- migrate: apply

-- Kept as long as the case. A case becomes graver a few times at most, so that a handful of rows is the limit.
CREATE TABLE black_boxes (
    incident_id text NOT NULL REFERENCES incidents,
    taken_at timestamptz NOT NULL,
    lift_id text NOT NULL,
    body json NOT NULL,
    PRIMARY KEY (incident_id, taken_at)
);

-- migrate: rollback

DROP TABLE black_boxes;
