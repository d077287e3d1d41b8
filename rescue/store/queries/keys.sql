-- name: keep_key
-- The first to ask makes the key; everybody else reads it.
INSERT INTO keys (name, secret, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING

-- name: find_key
SELECT secret FROM keys WHERE name = $1
