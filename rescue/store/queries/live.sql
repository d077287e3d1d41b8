-- What a map shows of each lift.

-- name: places
-- The next $2 lifts after the lift $1.
SELECT lift_id, rescue_code, area, building, address, company_id, lon, lat
FROM lifts WHERE lift_id > $1 ORDER BY lift_id LIMIT $2;
