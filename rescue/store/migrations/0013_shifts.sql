-- Shifts of the people at the consoles
-- depends: 0006_accounts_and_audit

-- migrate: apply

-- An operator is on one shift at a time. The name is not a reference: what somebody did on shift outlives the account.
CREATE TABLE shifts (
    shift_id text PRIMARY KEY,
    operator text NOT NULL,
    role text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_by text,
    CONSTRAINT somebody_ended_it CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX one_shift_an_operator ON shifts (operator) WHERE ended_at IS NULL;

-- migrate: rollback

DROP TABLE shifts;
