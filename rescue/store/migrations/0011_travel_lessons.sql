-- What real arrivals have taught the travel times
-- depends: 0001_rescue

-- migrate: apply

-- Corrections as they were in force from the instant each was learned until the next was. `basis` says of which ways:
-- roads of an import, or straight lines.
CREATE TABLE travel_lessons (
    learned_at timestamptz PRIMARY KEY,
    basis text NOT NULL,
    since_at timestamptz NOT NULL,
    body jsonb NOT NULL
);

-- Of all attempts of a quarter of a year those that came to an arrival.
CREATE INDEX assignments_that_arrived ON assignments (offered_at) WHERE on_scene_at IS NOT NULL;

-- migrate: rollback

DROP INDEX assignments_that_arrived;
DROP TABLE travel_lessons;
