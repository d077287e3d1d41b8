-- The figures a rescue centre is judged by. What each of them means to a reader: docs/reports.md.

-- name: kpi
-- The entrapments: one row for each group of each grouping asked for, `total` among them. Each case is read once,
-- whatever is asked.
--
-- $1 and $2 the span of openings, $2 not part of it; $3 the instant of asking; $4 the centre's time zone; $5 groupings;
-- $6 the company that asks, or NULL for the centre; $7 the span's first day; $8 its months; $9 rows a grouping.
WITH
-- Of a company that asks, the cases in which it was asked. Most bodies are kept compressed: each is unpacked once.
cases AS MATERIALIZED (
    SELECT
        incident_id, status, level, lift_id, area, opened_at AT TIME ZONE $4 AS local,
        arrived_at, released_at, called_back_at, closed_at, cause_code, release_method,
        merged_into_id IS NOT NULL AS is_merged,
        evidence ->> 'confidence' AS confidence,
        lift ->> 'company_id' AS company_id,
        lift ->> 'place_type' AS place_type,
        lift ->> 'user_unit' AS user_unit,
        lift -> 'attributes' ->> 'commissioned_on' AS commissioned_on
    FROM incidents CROSS JOIN LATERAL jsonb_to_record(body) AS told (
        arrived_at timestamptz, released_at timestamptz, called_back_at timestamptz, closed_at timestamptz,
        cause_code text, release_method text, merged_into_id text, evidence jsonb, lift jsonb
    )
    WHERE kind = 'entrapment' AND opened_at >= $1 AND opened_at < $2
        AND ($6::text IS NULL OR incident_id IN (SELECT incident_id FROM assignments WHERE company_id = $6))
),
-- Times count from the last beginning: people were found in a lift with a case of another kind, or again in one whose
-- case was not closed. `found_as` is the confidence with which they were first found. Out of all figures but their own
-- stay false alarms, cases merged into one that stands for them, and what was merely possible and ended without anybody
-- having been released.
begun AS (
    SELECT
        cases.*, found_at, found_as,
        coalesce(released_at, closed_at, $3) AS until_at,
        status <> 'false_alarm' AND NOT is_merged AND (released_at IS NOT NULL OR confidence <> 'possible') AS counts
    FROM cases CROSS JOIN LATERAL (
        SELECT
            max(at) AS found_at,
            (array_agg(data ->> 'confidence' ORDER BY seq) FILTER (WHERE data ->> 'confidence' IS NOT NULL))[1]
                AS found_as
        FROM timeline
        WHERE incident_id = cases.incident_id AND what IN ('opened', 'rose', 'trapped_again')
    ) AS beginning
),
-- An arrival is one that a crew has reported: where none did, the case takes the release for it, and all we know is
-- that somebody came. Of a company that asks, its own offers, answers and crews are looked at and no others. `promise`
-- is how long the crew that arrived took, and was told to take, from its acceptance.
asked AS (
    SELECT
        begun.*, offered_at, accepted_at,
        CASE WHEN arrival_reported THEN greatest(arrived_at, found_at) END AS seen_at,
        promise[1] AS way_s, promise[2] AS told_s
    FROM begun CROSS JOIN LATERAL (
        SELECT
            min(offered_at) FILTER (WHERE offered_at >= found_at) AS offered_at,
            min(accepted_at) FILTER (WHERE offered_at >= found_at) AS accepted_at,
            bool_or(on_scene_at = arrived_at) AS arrival_reported,
            max(ARRAY[extract(epoch FROM on_scene_at - accepted_at)::float, eta_s])
                FILTER (WHERE on_scene_at = arrived_at AND accepted_at IS NOT NULL AND eta_s IS NOT NULL) AS promise
        FROM assignments
        WHERE incident_id = begun.incident_id AND begun.counts
            AND ($6::text IS NULL OR assignments.company_id = $6)
    ) AS attempts
),
-- A limit is kept, or broken, or undecided: the case ended, or stands, before it had passed.
facts AS (
    SELECT
        *,
        extract(epoch FROM offered_at - found_at)::float AS offer_s,
        extract(epoch FROM accepted_at - offered_at)::float AS acceptance_s,
        extract(epoch FROM seen_at - found_at)::float AS arrival_s,
        extract(epoch FROM released_at - seen_at)::float AS on_site_s,
        extract(epoch FROM released_at - found_at)::float AS total_s,
        accepted_at IS NOT NULL OR until_at - offered_at >= interval '3 minutes' AS response_due,
        counts AND (seen_at IS NOT NULL OR until_at - found_at >= interval '30 minutes') AS arrival_due,
        counts AND (status = 'stood_down' OR release_method IS NOT DISTINCT FROM 'self_recovered') AS self_recovered,
        counts AND released_at IS NOT NULL AS is_released,
        way_s > 0 AND way_s < 4 * 3600 AS was_a_drive,
        status = 'false_alarm' OR counts AND status IN ('released', 'closed', 'stood_down') AS is_judged,
        count(*) FILTER (WHERE counts) OVER (PARTITION BY lift_id, date_trunc('month', local)) >= 3 AS repeats,
        counts AND ($6::text IS NULL OR company_id = $6) AS falls_on_lifts
    FROM asked
),
-- Each case once in each grouping that it belongs to.
grouped AS (
    SELECT dimension, key, facts.*
    FROM facts CROSS JOIN LATERAL (VALUES
        ('total', ''),
        ('hour', to_char(local, 'HH24')),
        ('day', to_char(local, 'YYYY-MM-DD')),
        ('area', area),
        ('company', coalesce($6, company_id, '')),
        ('place_type', coalesce(place_type, '')),
        ('level', level::text),
        ('kind', 'entrapment'),
        ('user_unit', coalesce(user_unit, '')),
        ('age', age_band(commissioned_on, $7)),
        ('repeat_lift', CASE WHEN repeats THEN lift_id END)
    ) AS grouping (dimension, key)
    WHERE dimension = ANY($5::text[]) AND key IS NOT NULL
),
counted AS (
    SELECT
        dimension, key,
        count(*) FILTER (WHERE counts) AS cases,
        count(*) FILTER (WHERE falls_on_lifts) AS cases_of_lifts,
        count(*) FILTER (WHERE status = 'false_alarm') AS false_alarms,
        count(*) FILTER (WHERE is_merged) AS merged,
        count(*) FILTER (WHERE NOT counts AND NOT is_merged AND status <> 'false_alarm') AS unconfirmed,
        count(*) FILTER (WHERE counts AND status IN ('open', 'dispatched', 'en_route', 'on_scene')) AS unreleased,
        count(DISTINCT lift_id) FILTER (WHERE repeats) AS repeat_lifts,
        count(*) FILTER (WHERE response_due) AS responses_due,
        avg((acceptance_s IS NOT NULL AND acceptance_s <= 180)::integer) FILTER (WHERE response_due)::float
            AS responded_in_3_min_share,
        count(*) FILTER (WHERE arrival_due) AS arrivals_due,
        avg((arrival_s IS NOT NULL AND arrival_s <= 1800)::integer) FILTER (WHERE arrival_due)::float
            AS arrived_in_30_min_share,
        count(offer_s) AS offer_count, avg(offer_s) AS offer_mean_s,
        percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY offer_s) AS offer_percentiles_s,
        count(acceptance_s) AS acceptance_count, avg(acceptance_s) AS acceptance_mean_s,
        percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY acceptance_s) AS acceptance_percentiles_s,
        count(arrival_s) AS arrival_count, avg(arrival_s) AS arrival_mean_s,
        percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY arrival_s) AS arrival_percentiles_s,
        count(on_site_s) AS on_site_count, avg(on_site_s) AS on_site_mean_s,
        percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY on_site_s) AS on_site_percentiles_s,
        count(total_s) AS total_count, avg(total_s) AS total_mean_s,
        percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY total_s) AS total_percentiles_s,
        count(*) FILTER (WHERE was_a_drive) AS eta_count,
        avg(way_s - told_s) FILTER (WHERE was_a_drive) AS eta_late_mean_s,
        avg(abs(way_s - told_s)) FILTER (WHERE was_a_drive) AS eta_off_mean_s,
        avg((abs(way_s - told_s) <= 300)::integer) FILTER (WHERE was_a_drive)::float AS eta_within_5_min_share,
        count(*) FILTER (WHERE NOT was_a_drive) AS eta_left_out,
        avg((level >= 2)::integer) FILTER (WHERE counts)::float AS level_2_share,
        avg((level >= 3)::integer) FILTER (WHERE counts)::float AS level_3_share,
        avg(self_recovered::integer) FILTER (WHERE counts)::float AS self_recovered_share,
        count(*) FILTER (WHERE is_released) AS releases,
        avg((called_back_at IS NOT NULL)::integer) FILTER (WHERE is_released)::float AS called_back_share,
        avg((cause_code IS NOT NULL)::integer) FILTER (WHERE is_released)::float AS cause_filed_share,
        count(*) FILTER (WHERE counts AND cause_code LIKE '1%') AS cause_1,
        count(*) FILTER (WHERE counts AND cause_code LIKE '2%') AS cause_2,
        count(*) FILTER (WHERE counts AND cause_code LIKE '3%') AS cause_3,
        count(*) FILTER (WHERE counts AND cause_code LIKE '4%') AS cause_4,
        count(*) FILTER (WHERE counts AND cause_code LIKE '5%') AS cause_5,
        count(*) FILTER (WHERE counts AND cause_code LIKE '6%') AS cause_6,
        count(*) FILTER (WHERE counts AND cause_code LIKE '7%') AS cause_7,
        count(*) FILTER (WHERE is_judged AND found_as = 'possible') AS judged_possible,
        avg(counts::integer) FILTER (WHERE is_judged AND found_as = 'possible')::float AS precision_possible,
        count(*) FILTER (WHERE is_judged AND found_as = 'likely') AS judged_likely,
        avg(counts::integer) FILTER (WHERE is_judged AND found_as = 'likely')::float AS precision_likely,
        count(*) FILTER (WHERE is_judged AND found_as = 'confirmed') AS judged_confirmed,
        avg(counts::integer) FILTER (WHERE is_judged AND found_as = 'confirmed')::float AS precision_confirmed
    FROM grouped
    GROUP BY dimension, key
),
-- The lifts that the cases fall on: what is registered now, for the registry keeps no past. Each branch looks through
-- all of them, and is not executed unless it is asked for.
stock AS (
    SELECT 'total' AS dimension, '' AS key, count(*) AS lifts
    FROM lifts WHERE $6 IS NULL OR company_id = $6
    UNION ALL
    SELECT 'area', area, count(*)
    FROM lifts WHERE 'area' = ANY($5) AND ($6::text IS NULL OR company_id = $6) GROUP BY area
    UNION ALL
    SELECT 'company', coalesce(company_id, ''), count(*)
    FROM lifts WHERE 'company' = ANY($5) AND ($6::text IS NULL OR company_id = $6) GROUP BY company_id
    UNION ALL
    SELECT 'place_type', place_type, count(*)
    FROM lifts WHERE 'place_type' = ANY($5) AND ($6::text IS NULL OR company_id = $6) GROUP BY place_type
    UNION ALL
    SELECT 'user_unit', user_unit, count(*)
    FROM lifts WHERE 'user_unit' = ANY($5) AND ($6::text IS NULL OR company_id = $6) GROUP BY user_unit
    UNION ALL
    SELECT 'age', age_band(commissioned_on, $7), sum(born)::bigint
    FROM (
        SELECT attributes ->> 'commissioned_on' AS commissioned_on, count(*) AS born
        FROM lifts WHERE 'age' = ANY($5) AND ($6::text IS NULL OR company_id = $6) GROUP BY 1
    ) AS days
    GROUP BY 2
),
-- The total is there even of nothing.
ranked AS (
    SELECT *,
        row_number() OVER (PARTITION BY dimension ORDER BY cases DESC, key) AS rank,
        count(*) OVER (PARTITION BY dimension) AS groups
    FROM counted FULL JOIN (VALUES ('total', '')) AS always (dimension, key) USING (dimension, key)
)
SELECT
    ranked.*,
    offer_percentiles_s[1] AS offer_p50_s,
    offer_percentiles_s[2] AS offer_p90_s,
    offer_percentiles_s[3] AS offer_p99_s,
    acceptance_percentiles_s[1] AS acceptance_p50_s,
    acceptance_percentiles_s[2] AS acceptance_p90_s,
    acceptance_percentiles_s[3] AS acceptance_p99_s,
    arrival_percentiles_s[1] AS arrival_p50_s,
    arrival_percentiles_s[2] AS arrival_p90_s,
    arrival_percentiles_s[3] AS arrival_p99_s,
    on_site_percentiles_s[1] AS on_site_p50_s,
    on_site_percentiles_s[2] AS on_site_p90_s,
    on_site_percentiles_s[3] AS on_site_p99_s,
    total_percentiles_s[1] AS total_p50_s,
    total_percentiles_s[2] AS total_p90_s,
    total_percentiles_s[3] AS total_p99_s,
    CASE dimension
        WHEN 'company' THEN (SELECT name FROM companies WHERE company_id = key)
        WHEN 'repeat_lift' THEN (SELECT concat_ws(' ', address, building) FROM lifts WHERE lift_id = key)
    END AS label,
    stock.lifts, coalesce(cases_of_lifts, 0) / nullif(stock.lifts * $8::float, 0) AS cases_per_lift_month
FROM ranked LEFT JOIN stock USING (dimension, key)
WHERE rank <= $9
ORDER BY dimension, CASE WHEN dimension IN ('hour', 'day', 'level', 'age') THEN key END, rank;

-- name: other_kinds
-- The cases in which nobody is inside are counted and not timed: nobody need come within minutes. $3 as $6 above.
SELECT
    kind AS key,
    count(*) FILTER (WHERE status <> 'false_alarm') AS cases,
    count(*) FILTER (WHERE status = 'false_alarm') AS false_alarms,
    count(*) FILTER (WHERE status IN ('open', 'dispatched', 'en_route', 'on_scene')) AS unreleased
FROM incidents
WHERE kind <> 'entrapment' AND opened_at >= $1 AND opened_at < $2
    AND ($3::text IS NULL OR incident_id IN (SELECT incident_id FROM assignments WHERE company_id = $3))
GROUP BY kind
ORDER BY cases DESC, kind;
