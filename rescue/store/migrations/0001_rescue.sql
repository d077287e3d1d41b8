-- The rescue centre's tables: registry, cases, outbox, accounts
-- depends:

-- Every instant is given by the writer; no default and no query reads the database's clock, so that the whole service
-- can run under simulated time. Lines of comment stand alone: the migration tool takes them out before it executes.

-- migrate: apply

-- The registry: who can be asked, and which lifts there are.

CREATE TABLE companies (
    company_id text PRIMARY KEY,
    name text NOT NULL,
    phone text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('contractor', 'station'))
);

CREATE TABLE stations (
    station_id text PRIMARY KEY,
    company_id text NOT NULL REFERENCES companies,
    name text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL
);

-- A crew without a position of its own waits at its station.
CREATE TABLE crews (
    crew_id text PRIMARY KEY,
    company_id text NOT NULL REFERENCES companies,
    station_id text REFERENCES stations,
    name text NOT NULL,
    phone text NOT NULL,
    members integer NOT NULL,
    qualifications text[] NOT NULL,
    on_duty boolean NOT NULL,
    lon double precision,
    lat double precision,
    positioned_at timestamptz,
    CHECK ((lon IS NULL) = (lat IS NULL))
);

-- Two lifts may exchange their plates within one import, hence the deferred constraint.
CREATE TABLE lifts (
    lift_id text PRIMARY KEY,
    area text NOT NULL,
    rescue_code text CONSTRAINT one_lift_per_rescue_code UNIQUE DEFERRABLE INITIALLY DEFERRED,
    register_code text,
    address text NOT NULL,
    building text NOT NULL,
    entrance text NOT NULL,
    lon double precision,
    lat double precision,
    company_id text REFERENCES companies,
    floors integer,
    place_type text NOT NULL,
    machine_room boolean,
    user_unit text NOT NULL,
    safety_officer text NOT NULL,
    safety_officer_phone text NOT NULL,
    attributes json NOT NULL,
    CHECK ((lon IS NULL) = (lat IS NULL))
);

CREATE INDEX lifts_by_area ON lifts (area);

-- The cases. An incident is kept whole in `body`; the columns are what SQL asks about, generated from it so that they
-- cannot differ. An instant cannot be generated (reading one from text depends on settings): `opened_at` is written.

CREATE TABLE incidents (
    incident_id text PRIMARY KEY,
    body jsonb NOT NULL,
    opened_at timestamptz NOT NULL,
    number bigint NOT NULL GENERATED ALWAYS AS ((body ->> 'number')::bigint) STORED,
    version bigint NOT NULL GENERATED ALWAYS AS ((body ->> 'version')::bigint) STORED,
    kind text NOT NULL GENERATED ALWAYS AS (body ->> 'kind') STORED,
    status text NOT NULL GENERATED ALWAYS AS (body ->> 'status') STORED,
    level integer NOT NULL GENERATED ALWAYS AS ((body ->> 'level')::integer) STORED,
    lift_id text NOT NULL GENERATED ALWAYS AS (body ->> 'lift_id') STORED,
    area text NOT NULL GENERATED ALWAYS AS (body ->> 'area') STORED,
    is_open boolean NOT NULL
        GENERATED ALWAYS AS (body ->> 'status' IN ('open', 'dispatched', 'en_route', 'on_scene', 'released')) STORED,
    CONSTRAINT known_status CHECK (is_open OR status IN ('closed', 'stood_down', 'false_alarm'))
);

CREATE UNIQUE INDEX one_incident_per_number ON incidents (number);
CREATE UNIQUE INDEX one_open_incident_per_lift ON incidents (lift_id) WHERE is_open;
CREATE INDEX open_incidents ON incidents (number) WHERE is_open;
CREATE INDEX finished_incidents ON incidents (number) WHERE NOT is_open;
CREATE INDEX incidents_by_opening ON incidents (opened_at);

CREATE TABLE assignments (
    assignment_id text PRIMARY KEY,
    incident_id text NOT NULL REFERENCES incidents,
    attempt integer NOT NULL,
    level integer NOT NULL,
    crew_id text NOT NULL,
    company_id text NOT NULL,
    status text NOT NULL CHECK (status IN (
        'offered', 'accepted', 'en_route', 'on_scene', 'released', 'declined', 'overdue', 'withdrawn', 'cannot_reach'
    )),
    offered_at timestamptz NOT NULL,
    accept_by timestamptz NOT NULL,
    eta_s double precision,
    reason text NOT NULL,
    accepted_at timestamptz,
    en_route_at timestamptz,
    on_scene_at timestamptz,
    ended_at timestamptz,
    end_reason text NOT NULL,
    CONSTRAINT one_assignment_per_attempt UNIQUE (incident_id, attempt)
);

-- A crew is in one place: it holds one offer or assignment at most.
CREATE UNIQUE INDEX one_assignment_per_crew ON assignments (crew_id)
    WHERE status IN ('offered', 'accepted', 'en_route', 'on_scene');
CREATE INDEX assignments_by_company ON assignments (company_id, incident_id);

-- `data` is json, not jsonb: the hash covers its numbers as they were written.
CREATE TABLE timeline (
    incident_id text NOT NULL REFERENCES incidents,
    seq integer NOT NULL,
    at timestamptz NOT NULL,
    what text NOT NULL,
    actor_kind text NOT NULL,
    actor_name text NOT NULL,
    actor_channel text NOT NULL,
    said text NOT NULL,
    data json NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (incident_id, seq)
);

CREATE FUNCTION refuse_to_rewrite_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the timeline is append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER timeline_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON timeline
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_history();

CREATE TABLE alarm_ledgers (
    lift_id text PRIMARY KEY,
    number bigint NOT NULL,
    boot bigint NOT NULL,
    seen_at timestamptz NOT NULL,
    reported_at double precision,
    ended_number bigint
);

-- Companies' endpoints, and what is on its way to them and to the lifts.

CREATE TABLE webhooks (
    id text PRIMARY KEY,
    company_id text NOT NULL REFERENCES companies,
    url text NOT NULL,
    types text[] NOT NULL,
    enabled boolean NOT NULL,
    secrets text[] NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE INDEX webhooks_by_company ON webhooks (company_id);

-- One row is one effect to one receiver: `endpoint_id`, or the lift's `topic`. `done_at` ends it, whatever the outcome.
CREATE TABLE outbox (
    outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL,
    type text NOT NULL,
    body json NOT NULL,
    topic text,
    endpoint_id text REFERENCES webhooks ON DELETE CASCADE,
    assignment_id text,
    attempt integer,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    tries integer NOT NULL,
    tried_at timestamptz,
    status integer,
    error text NOT NULL,
    done_at timestamptz,
    outcome text CHECK (outcome IN ('carried', 'given_up', 'moot')),
    CONSTRAINT one_row_per_effect_and_receiver UNIQUE NULLS NOT DISTINCT (key, endpoint_id),
    CHECK (num_nonnulls(topic, endpoint_id) = 1),
    CHECK ((done_at IS NULL) = (outcome IS NULL))
);

CREATE INDEX outbox_due ON outbox (due_at, outbox_id) WHERE done_at IS NULL;
CREATE INDEX outbox_offers ON outbox (assignment_id) WHERE done_at IS NULL AND type = 'assignment.offered';
CREATE INDEX outbox_by_endpoint ON outbox (endpoint_id, outbox_id) WHERE endpoint_id IS NOT NULL;

-- Who may ask for what. Secrets are kept as hashes; `secret` of `keys` is what the service itself signs with.

CREATE TABLE users (
    name text PRIMARY KEY,
    role text NOT NULL CHECK (role IN ('operator', 'supervisor', 'admin', 'auditor', 'wall')),
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE sessions (
    id_hash text PRIMARY KEY,
    user_name text NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE tokens (
    token_hash text PRIMARY KEY,
    role text CHECK (role IN ('operator', 'supervisor', 'admin', 'auditor', 'wall')),
    company_id text REFERENCES companies,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    CHECK (num_nonnulls(role, company_id) = 1)
);

CREATE TABLE keys (
    name text PRIMARY KEY,
    secret bytea NOT NULL,
    created_at timestamptz NOT NULL
);

-- The answer given to an Idempotency-Key, so that a repeated request is answered alike.
CREATE TABLE answers (
    actor text NOT NULL,
    key text NOT NULL,
    request_hash text NOT NULL,
    status integer NOT NULL,
    body json NOT NULL,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (actor, key)
);

CREATE INDEX answers_by_age ON answers (answered_at);

-- Messages nobody could use, waiting for a person to look.
CREATE TABLE quarantine (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    topic text NOT NULL,
    reason text NOT NULL,
    payload bytea NOT NULL,
    size bigint NOT NULL
);

-- migrate: rollback

DROP TABLE quarantine, answers, keys, tokens, sessions, users, outbox, webhooks, alarm_ledgers, timeline, assignments,
    incidents, lifts, crews, stations, companies;
DROP FUNCTION refuse_to_rewrite_history;
