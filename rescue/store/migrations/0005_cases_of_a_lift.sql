-- The cases of people in one lift, the newest first, and the cases that are part of a parent
-- depends: 0004_black_boxes

-- migrate: apply

-- A lift's next case names the one before: asked at each alarm that opens a case, among years of cases.
CREATE INDEX entrapments_by_lift ON incidents (lift_id, number) WHERE kind = 'entrapment';

CREATE INDEX incidents_by_parent ON incidents ((body ->> 'parent_id'), number) WHERE body ->> 'parent_id' IS NOT NULL;

-- migrate: rollback

DROP INDEX entrapments_by_lift, incidents_by_parent;
