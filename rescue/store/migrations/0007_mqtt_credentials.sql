-- Who may sign in to the MQTT broker, and for which lifts
-- depends: 0001_rescue

-- migrate: apply

-- No secret is kept: it is derived from the key `mqtt`, the user's name and `serial`, which counts the secrets given to
-- that name. A name never loses its row, so that no serial is given twice.
CREATE TABLE mqtt_credentials (
    user_name text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('lift', 'gateway', 'crew', 'service')),
    holder text NOT NULL,
    lift_ids text[] NOT NULL,
    serial integer NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);

-- migrate: rollback

DROP TABLE mqtt_credentials;
