-- Credentials for the MQTT broker. Whoever changes them says so on the channel `mqtt_access` in the same transaction.

-- name: list_mqtt_credentials
SELECT * FROM mqtt_credentials ORDER BY user_name;

-- name: give_mqtt_credentials
-- A name that had one before is given the next serial, so that its old secret opens nothing. One that has a valid one is
-- left alone and does not come back, unless it is to be renewed.
INSERT INTO mqtt_credentials (user_name, kind, holder, lift_ids, serial, created_at)
SELECT user_name, $2, holder, CASE WHEN $2 = 'lift' THEN ARRAY[holder] ELSE $4::text[] END, 1, $5
FROM unnest($1::text[], $3::text[]) AS given (user_name, holder)
ON CONFLICT (user_name) DO UPDATE SET
    lift_ids = excluded.lift_ids,
    serial = mqtt_credentials.serial + 1,
    created_at = excluded.created_at,
    revoked_at = NULL
WHERE mqtt_credentials.revoked_at IS NOT NULL OR $6
RETURNING user_name, serial;

-- name: revoke_mqtt_credentials
UPDATE mqtt_credentials SET revoked_at = $2 WHERE user_name = ANY($1) AND revoked_at IS NULL RETURNING user_name;

-- name: mqtt_grants
-- Areas and companies as the registry has them now; whom it no longer knows is granted nothing.
SELECT
    credentials.user_name, credentials.kind, credentials.serial, crews.company_id, crews.crew_id,
    array_agg(lifts.area || '/' || lifts.lift_id ORDER BY lifts.lift_id) FILTER (WHERE lifts.lift_id IS NOT NULL)
        AS lifts
FROM mqtt_credentials AS credentials
LEFT JOIN LATERAL unnest(credentials.lift_ids) AS listed (lift_id) ON true
LEFT JOIN lifts ON lifts.lift_id = listed.lift_id
LEFT JOIN crews ON credentials.kind = 'crew' AND crews.crew_id = credentials.holder
WHERE credentials.revoked_at IS NULL
GROUP BY credentials.user_name, crews.company_id, crews.crew_id
ORDER BY credentials.user_name;

-- name: registered_lifts
SELECT lift_id FROM lifts WHERE lift_id = ANY($1);

-- name: lifts_without_mqtt_credential
SELECT lift_id FROM lifts
WHERE NOT EXISTS (
    SELECT FROM mqtt_credentials WHERE user_name = 'lift-' || lifts.lift_id AND revoked_at IS NULL
)
ORDER BY lift_id;

-- name: registered_crews
SELECT crew_id FROM crews WHERE crew_id = ANY($1);

-- name: announce_mqtt_access
NOTIFY mqtt_access;
