-- What the reports need to read a month of a city in less than a second
-- depends: 0003_cases_without_a_lift

-- migrate: apply

-- The few entrapments of a month stand among many cases of other kinds, which few reports are about.
CREATE INDEX entrapments_by_opening ON incidents (opened_at) WHERE kind = 'entrapment';

-- Where the stay of an entrapment begins: one or two lines of a history of twenty. The others are not read.
CREATE INDEX timeline_of_beginnings ON timeline (incident_id) WHERE what IN ('opened', 'rose', 'trapped_again');

-- How old a lift is on a day, in whole years and bands of them; '' if nobody knows. The registry keeps the day of
-- commissioning as text, and text it stays: a day that no calendar has must not end a report.
CREATE FUNCTION age_band(commissioned_on text, day text) RETURNS text LANGUAGE sql IMMUTABLE RETURN
    CASE
        WHEN commissioned_on IS NULL OR commissioned_on !~ '^[12][0-9]{3}-[0-9]{2}-[0-9]{2}$' THEN ''
        WHEN day < (left(commissioned_on, 4)::integer + 5)::text || right(commissioned_on, 6) THEN '00-04'
        WHEN day < (left(commissioned_on, 4)::integer + 10)::text || right(commissioned_on, 6) THEN '05-09'
        WHEN day < (left(commissioned_on, 4)::integer + 15)::text || right(commissioned_on, 6) THEN '10-14'
        ELSE '15+'
    END;

-- migrate: rollback

DROP FUNCTION age_band;
DROP INDEX timeline_of_beginnings, entrapments_by_opening;
