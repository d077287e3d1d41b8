-- Messages nobody could use.

-- name: append
INSERT INTO quarantine (at, topic, reason, payload, size) VALUES ($1, $2, $3, $4, $5);

-- name: drop_oldest
-- All but the newest $1.
DELETE FROM quarantine WHERE id <= (SELECT id FROM quarantine ORDER BY id DESC OFFSET $1 LIMIT 1);

-- name: list
SELECT * FROM quarantine WHERE $1::bigint IS NULL OR id < $1 ORDER BY id DESC LIMIT $2;
