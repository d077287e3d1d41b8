-- Telemetry in daily partitions, and the tracker's stored states
-- depends: 0001_rescue

-- migrate: apply

-- What lifts changed to. Fifty million rows a day for a city of 120,000 lifts, so that every byte is 50 MB a day: words
-- are codes (rescue/store/telemetry.py has the table; as text a row would take 142 bytes instead of 110), columns stand
-- in the order that wastes no padding, and there is no key. Instants by the lift's clock are plain seconds: a broken
-- clock may say what no date can.
CREATE TABLE telemetry (
    at timestamptz NOT NULL,
    reported_at double precision,
    skew_s double precision,
    boot bigint NOT NULL,
    seq bigint NOT NULL,
    service_mode smallint NOT NULL,
    car_status smallint,
    door_status smallint NOT NULL,
    power_status smallint NOT NULL,
    situation smallint NOT NULL,
    online boolean NOT NULL,
    door_zone boolean,
    passenger_present boolean,
    lift_id text NOT NULL,
    car_position text NOT NULL,
    faults json
) PARTITION BY RANGE (at);

CREATE INDEX telemetry_by_lift ON telemetry (lift_id, at);

-- Makes the partition of a UTC day, unless it is there. Made apart and then attached, it waits for nobody who reads or
-- writes the others, not even for a backup; the lock lets two writers make one partition one after the other.
-- Whoever waits for a lock on the table makes all who come after wait too: so both functions give up soon.
CREATE FUNCTION make_telemetry_day(day date) RETURNS void LANGUAGE plpgsql SET lock_timeout = '500ms' AS $$
DECLARE
    partition text := to_char(day, '"telemetry_"YYYYMMDD');
BEGIN
    LOCK TABLE telemetry IN SHARE UPDATE EXCLUSIVE MODE;
    IF to_regclass(partition) IS NULL THEN
        EXECUTE format('CREATE TABLE %I (LIKE telemetry INCLUDING ALL)', partition);
        EXECUTE format(
            'ALTER TABLE telemetry ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            partition, to_char(day, 'YYYY-MM-DD "00:00:00+00"'), to_char(day + 1, 'YYYY-MM-DD "00:00:00+00"')
        );
    END IF;
END
$$;

CREATE FUNCTION drop_telemetry_day(day date) RETURNS void LANGUAGE plpgsql SET lock_timeout = '500ms' AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS %I', to_char(day, '"telemetry_"YYYYMMDD'));
END
$$;

-- What the tracker must know of a lift after a restart. Each row is written again and again: room is left beside it,
-- so that no index has to follow.
CREATE TABLE lift_states (
    lift_id text PRIMARY KEY,
    saved_at timestamptz NOT NULL,
    body json NOT NULL
) WITH (fillfactor = 50);

-- migrate: rollback

DROP TABLE telemetry, lift_states;
DROP FUNCTION make_telemetry_day, drop_telemetry_day;
