-- People, programs and their proofs. Only hashes of secrets are kept: what is read here lets nobody in.

-- name: add_user
-- Nothing comes back if the name is taken.
INSERT INTO users (name, role, password_hash, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (name) DO NOTHING
RETURNING name;

-- name: find_user
SELECT name AS user_name, role, password_hash FROM users WHERE name = $1 AND disabled_at IS NULL;

-- name: list_users
SELECT
    users.name, users.role, users.created_at, users.disabled_at,
    count(sessions.id_hash) FILTER (WHERE sessions.expires_at > $1) AS sessions
FROM users LEFT JOIN sessions ON sessions.user_name = users.name
GROUP BY users.name
ORDER BY users.name;

-- name: disable_user
-- Nothing comes back if there is no such user; who is disabled already stays so from then on.
UPDATE users SET disabled_at = coalesce(disabled_at, $2) WHERE name = $1 RETURNING name;

-- name: enable_user
UPDATE users SET disabled_at = NULL WHERE name = $1 RETURNING name;

-- name: change_role
UPDATE users SET role = $2 WHERE name = $1 RETURNING name;

-- name: change_password
UPDATE users SET password_hash = $2 WHERE name = $1 RETURNING name;

-- name: end_sessions
DELETE FROM sessions WHERE user_name = $1;

-- name: open_session
-- Not with a password that was changed, nor for a user who was disabled, while it was being checked.
INSERT INTO sessions (id_hash, user_name, created_at, expires_at)
SELECT $1, name, $3, $4 FROM users WHERE name = $2 AND password_hash = $5 AND disabled_at IS NULL
RETURNING id_hash;

-- name: find_session
-- Whose it is, a user's or a token's owner's, is read each time, so that a changed account counts at once.
SELECT
    users.name AS user_name, coalesce(users.role, tokens.role) AS role, tokens.company_id, tokens.vendor_id,
    tokens.crew_id, crews.company_id AS crews_company_id
FROM sessions
    LEFT JOIN users ON users.name = sessions.user_name
    LEFT JOIN tokens ON tokens.token_hash = sessions.token_hash
    LEFT JOIN crews ON crews.crew_id = tokens.crew_id
WHERE sessions.id_hash = $1 AND sessions.expires_at > $2 AND users.disabled_at IS NULL AND tokens.revoked_at IS NULL;

-- name: open_session_by_token
-- Of a crew or a wall, and by a link once only: it is used up in the same statement.
WITH opening AS (
    UPDATE tokens SET used_at = $2, last_used_at = $2
    WHERE token_hash = $1 AND (crew_id IS NOT NULL OR role = 'wall') AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > $2) AND NOT (is_link AND used_at IS NOT NULL)
    RETURNING token_hash, role, company_id, vendor_id, crew_id
), opened AS (
    INSERT INTO sessions (id_hash, token_hash, created_at, expires_at)
    SELECT $3, token_hash, $2, $4 FROM opening
)
SELECT opening.*, crews.company_id AS crews_company_id FROM opening LEFT JOIN crews USING (crew_id);

-- name: end_session
DELETE FROM sessions WHERE id_hash = $1;

-- name: forget_sessions
-- Done at each log-in, so that the table holds no more than the sessions of a few days.
DELETE FROM sessions WHERE expires_at <= $1;

-- name: is_vendor
SELECT EXISTS (SELECT FROM lifts WHERE attributes ->> 'vendor' = $1);

-- name: add_token
INSERT INTO tokens (
    token_hash, token_id, role, company_id, vendor_id, crew_id, label, created_at, expires_at, is_link
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: find_token
-- When it was last used is noted to the hour: a write for each request would cost more than the note is worth.
WITH noted AS (
    UPDATE tokens SET last_used_at = $2
    WHERE token_hash = $1 AND (last_used_at IS NULL OR last_used_at < $2::timestamptz - interval '1 hour')
)
SELECT tokens.role, tokens.company_id, tokens.vendor_id, tokens.crew_id, crews.company_id AS crews_company_id
FROM tokens LEFT JOIN crews ON crews.crew_id = tokens.crew_id
WHERE token_hash = $1 AND NOT is_link AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2);

-- name: list_tokens
SELECT
    token_id, role, company_id, vendor_id, crew_id, label, is_link, created_at, expires_at, revoked_at, last_used_at
FROM tokens
ORDER BY created_at, token_id;

-- name: revoke_token
-- Nothing comes back if there is no such token, or it counts no more.
UPDATE tokens SET revoked_at = $2 WHERE token_id = $1 AND revoked_at IS NULL RETURNING token_id;

-- name: revoke_tokens_of_crew
UPDATE tokens SET revoked_at = $2 WHERE crew_id = $1 AND revoked_at IS NULL;

-- name: recent_log_ins
-- What a process that has just started must know of those who tried before, oldest first.
SELECT at, act, actor_name, address FROM audit_log
WHERE at > $1 AND act IN ('logged_in', 'log_in_failed')
ORDER BY record_id;

-- name: announce_accounts
-- Whoever keeps a connection open for somebody asks again who that is.
NOTIFY accounts;
