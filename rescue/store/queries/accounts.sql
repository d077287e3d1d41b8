-- People, programs and their proofs. Only hashes of secrets are kept: what is read here lets nobody in.

-- name: add_user
-- Nothing comes back if the name is taken.
INSERT INTO users (name, role, password_hash, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (name) DO NOTHING
RETURNING name;

-- name: find_user
SELECT name, role, password_hash FROM users WHERE name = $1;

-- name: open_session
INSERT INTO sessions (id_hash, user_name, created_at, expires_at) VALUES ($1, $2, $3, $4);

-- name: find_session
-- The role is read each time, so that a changed account counts at once.
SELECT users.name, users.role
FROM sessions JOIN users ON users.name = sessions.user_name
WHERE sessions.id_hash = $1 AND sessions.expires_at > $2;

-- name: end_session
DELETE FROM sessions WHERE id_hash = $1;

-- name: forget_sessions
-- Done at each log-in, so that the table holds no more than the sessions of a few days.
DELETE FROM sessions WHERE expires_at <= $1;

-- name: add_token
INSERT INTO tokens (token_hash, role, company_id, created_at) VALUES ($1, $2, $3, $4);

-- name: find_token
-- When it was last used is noted to the hour: a write for each request would cost more than the note is worth.
WITH noted AS (
    UPDATE tokens SET last_used_at = $2
    WHERE token_hash = $1 AND (last_used_at IS NULL OR last_used_at < $2::timestamptz - interval '1 hour')
)
SELECT role, company_id FROM tokens WHERE token_hash = $1;
