-- Where callouts are to be expected and where crews may wait for them.

-- name: cells
-- Lifts by squares of $1 degrees, in their middle; the $2 squares with most of them.
SELECT avg(lon) AS lon, avg(lat) AS lat, count(*) AS lifts
FROM lifts
WHERE lon IS NOT NULL AND lat IS NOT NULL
GROUP BY floor(lon / $1::float), floor(lat / $1::float)
ORDER BY lifts DESC, lon, lat
LIMIT $2;

-- name: stations
SELECT station_id, company_id, name, lon, lat FROM stations ORDER BY station_id;

-- name: count_lifts
SELECT count(*) FROM lifts;
