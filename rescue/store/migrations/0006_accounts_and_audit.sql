-- Accounts that end, vendors' tokens, secrets that rotate, and the audit log
-- depends: 0001_rescue

-- migrate: apply

ALTER TABLE users ADD COLUMN disabled_at timestamptz;

-- A token is spoken of by its id, which opens nothing. Those made before are given one from their hash.
ALTER TABLE tokens
    ADD COLUMN token_id text,
    ADD COLUMN label text NOT NULL DEFAULT '',
    ADD COLUMN vendor_id text,
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN revoked_at timestamptz;
UPDATE tokens SET token_id = left(token_hash, 12);
ALTER TABLE tokens ALTER COLUMN token_id SET NOT NULL;
ALTER TABLE tokens ADD CONSTRAINT one_token_per_id UNIQUE (token_id);
ALTER TABLE tokens DROP CONSTRAINT tokens_check;
ALTER TABLE tokens ADD CONSTRAINT one_owner CHECK (num_nonnulls(role, company_id, vendor_id) = 1);

CREATE INDEX lifts_by_vendor ON lifts ((attributes ->> 'vendor')) WHERE attributes ->> 'vendor' IS NOT NULL;

-- The newest secret stands first; the one before it signs as well until then.
ALTER TABLE webhooks ADD COLUMN old_secret_until timestamptz;

-- Phone numbers are taken out of what was sent, once its case is over.
ALTER TABLE outbox ADD COLUMN is_masked boolean NOT NULL DEFAULT false;
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX outbox_unmasked ON outbox (outbox_id) WHERE NOT is_masked AND endpoint_id IS NOT NULL;

-- Who saw what of whom, and who changed who may. `data` is json, not jsonb: the hash covers it as it was written.
CREATE TABLE audit_log (
    record_id bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    act text NOT NULL,
    actor_kind text NOT NULL,
    actor_name text NOT NULL,
    actor_channel text NOT NULL,
    address text NOT NULL,
    subject text NOT NULL,
    data json NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL
);

CREATE INDEX audit_by_time ON audit_log (at);
CREATE INDEX audit_by_actor ON audit_log (actor_name, record_id);

CREATE FUNCTION refuse_to_rewrite_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_audit();

-- What is older than half a year may go, oldest first; its age is counted from the newest entry, not from a clock.
CREATE FUNCTION refuse_to_forget_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.at > (SELECT max(at) FROM audit_log) - interval '183 days' THEN
        RAISE EXCEPTION 'the audit log is kept for half a year' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END
$$;

CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_to_forget_audit();

-- migrate: rollback

DROP TABLE audit_log;
DROP FUNCTION refuse_to_rewrite_audit, refuse_to_forget_audit;
DROP INDEX outbox_done, outbox_unmasked, lifts_by_vendor;
ALTER TABLE outbox DROP COLUMN is_masked;
ALTER TABLE webhooks DROP COLUMN old_secret_until;
DELETE FROM tokens WHERE vendor_id IS NOT NULL OR revoked_at IS NOT NULL OR expires_at IS NOT NULL;
ALTER TABLE tokens DROP CONSTRAINT one_owner;
ALTER TABLE tokens
    DROP COLUMN token_id, DROP COLUMN label, DROP COLUMN vendor_id, DROP COLUMN expires_at, DROP COLUMN revoked_at;
ALTER TABLE tokens ADD CONSTRAINT tokens_check CHECK (num_nonnulls(role, company_id) = 1);
ALTER TABLE users DROP COLUMN disabled_at;
