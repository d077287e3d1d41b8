-- Crews come in by themselves: tokens of a crew, links that sign a phone in once, sessions that a token opened
-- depends: 0006_accounts_and_audit

-- migrate: apply

-- A link's token opens one session and nothing else; one that is revoked ends the session it has opened.
ALTER TABLE tokens
    ADD COLUMN crew_id text REFERENCES crews ON DELETE CASCADE,
    ADD COLUMN is_link boolean NOT NULL DEFAULT false,
    ADD COLUMN used_at timestamptz;
ALTER TABLE tokens DROP CONSTRAINT one_owner;
ALTER TABLE tokens ADD CONSTRAINT one_owner CHECK (num_nonnulls(role, company_id, vendor_id, crew_id) = 1);

ALTER TABLE sessions
    ALTER COLUMN user_name DROP NOT NULL,
    ADD COLUMN token_hash text REFERENCES tokens ON DELETE CASCADE;
ALTER TABLE sessions ADD CONSTRAINT opened_by_one CHECK (num_nonnulls(user_name, token_hash) = 1);

-- migrate: rollback

DELETE FROM sessions WHERE user_name IS NULL;
ALTER TABLE sessions DROP CONSTRAINT opened_by_one;
ALTER TABLE sessions DROP COLUMN token_hash, ALTER COLUMN user_name SET NOT NULL;
DELETE FROM tokens WHERE crew_id IS NOT NULL OR is_link;
ALTER TABLE tokens DROP CONSTRAINT one_owner;
ALTER TABLE tokens DROP COLUMN crew_id, DROP COLUMN is_link, DROP COLUMN used_at;
ALTER TABLE tokens ADD CONSTRAINT one_owner CHECK (num_nonnulls(role, company_id, vendor_id) = 1);
