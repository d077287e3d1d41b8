-- Lifts, companies, stations, crews. Whoever changes them says so on the channel `registry` in the same transaction.

-- name: find_lift
SELECT * FROM lifts WHERE lift_id = $1;

-- name: find_lifts
SELECT * FROM lifts WHERE lift_id = ANY($1);

-- name: find_lift_by_rescue_code
SELECT * FROM lifts WHERE rescue_code = $1;

-- name: tracked_lifts
-- Few cards say how their lift is to be watched: the others' attributes are not read.
SELECT lift_id, area, place_type,
    CASE WHEN attributes::jsonb ?| ARRAY['trapped_after_s', 'rated_speed_mps', 'test_calls'] THEN attributes END
        AS attributes
FROM lifts;

-- name: companies
SELECT * FROM companies;

-- name: crews
-- A crew that has no position of its own is where its station is.
SELECT
    crews.crew_id, crews.company_id, crews.station_id, crews.name, crews.phone, crews.members, crews.qualifications,
    crews.on_duty, coalesce(crews.lon, stations.lon) AS lon, coalesce(crews.lat, stations.lat) AS lat,
    crews.positioned_at
FROM crews LEFT JOIN stations USING (station_id);

-- name: company_ids
SELECT company_id FROM companies;

-- name: station_ids
SELECT station_id FROM stations;

-- name: put_company
INSERT INTO companies (company_id, name, phone, kind)
VALUES ($1, $2, $3, $4)
ON CONFLICT (company_id) DO UPDATE SET name = excluded.name, phone = excluded.phone, kind = excluded.kind;

-- name: put_station
INSERT INTO stations (station_id, company_id, name, lon, lat)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (station_id) DO UPDATE SET
    company_id = excluded.company_id, name = excluded.name, lon = excluded.lon, lat = excluded.lat;

-- name: put_crew
INSERT INTO crews (
    crew_id, company_id, station_id, name, phone, members, qualifications, on_duty, lon, lat, positioned_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (crew_id) DO UPDATE SET
    company_id = excluded.company_id,
    station_id = excluded.station_id,
    name = excluded.name,
    phone = excluded.phone,
    members = excluded.members,
    qualifications = excluded.qualifications,
    on_duty = excluded.on_duty,
    lon = excluded.lon,
    lat = excluded.lat,
    positioned_at = excluded.positioned_at;

-- name: set_on_duty
UPDATE crews SET on_duty = $2 WHERE crew_id = $1 RETURNING true;

-- name: stage_lifts
-- A city's lifts arrive by COPY, into a table of the same columns that lasts as long as the transaction.
CREATE TEMPORARY TABLE arriving_lifts (LIKE lifts) ON COMMIT DROP;

-- name: put_staged_lifts
-- A register that is imported every night has few cards that changed: the others are not written again.
INSERT INTO lifts SELECT * FROM arriving_lifts
ON CONFLICT (lift_id) DO UPDATE SET
    area = excluded.area,
    rescue_code = excluded.rescue_code,
    register_code = excluded.register_code,
    address = excluded.address,
    building = excluded.building,
    entrance = excluded.entrance,
    lon = excluded.lon,
    lat = excluded.lat,
    company_id = excluded.company_id,
    floors = excluded.floors,
    place_type = excluded.place_type,
    machine_room = excluded.machine_room,
    user_unit = excluded.user_unit,
    safety_officer = excluded.safety_officer,
    safety_officer_phone = excluded.safety_officer_phone,
    attributes = excluded.attributes
WHERE (
    lifts.area, lifts.rescue_code, lifts.register_code, lifts.address, lifts.building, lifts.entrance,
    lifts.lon, lifts.lat, lifts.company_id, lifts.floors, lifts.place_type, lifts.machine_room,
    lifts.user_unit, lifts.safety_officer, lifts.safety_officer_phone, lifts.attributes::text
) IS DISTINCT FROM (
    excluded.area, excluded.rescue_code, excluded.register_code, excluded.address, excluded.building,
    excluded.entrance, excluded.lon, excluded.lat, excluded.company_id, excluded.floors, excluded.place_type,
    excluded.machine_room, excluded.user_unit, excluded.safety_officer, excluded.safety_officer_phone,
    excluded.attributes::text
);

-- name: shared_rescue_codes
-- The constraint is checked at commit and would name one code without its lifts; this names some codes with theirs.
SELECT rescue_code, array_agg(lift_id ORDER BY lift_id) AS lift_ids
FROM lifts
WHERE rescue_code IS NOT NULL
GROUP BY rescue_code HAVING count(*) > 1
ORDER BY rescue_code
LIMIT 3;

-- name: announce
NOTIFY registry;
