-- What PostGraphile is asked for: functions over the tables, in the way its manual recommends. Made anew at each start.

DROP TYPE IF EXISTS dashboard_figures CASCADE;

CREATE OR REPLACE FUNCTION viewer_id() RETURNS uuid LANGUAGE sql STABLE AS
    $$ SELECT nullif(current_setting('viewer.id', true), '')::uuid $$;
COMMENT ON FUNCTION viewer_id() IS E'@omit';

CREATE OR REPLACE FUNCTION browse() RETURNS SETOF mentors LANGUAGE sql STABLE AS
    $$ SELECT * FROM mentors WHERE is_public ORDER BY is_open DESC, score DESC, id DESC $$;

CREATE OR REPLACE FUNCTION mentors_knows(mentor mentors) RETURNS SETOF expertise LANGUAGE sql STABLE AS $$
    SELECT expertise.* FROM mentor_expertise JOIN expertise ON expertise.id = mentor_expertise.expertise_id
    WHERE mentor_expertise.mentor_id = mentor.id ORDER BY expertise.slug, expertise.id
$$;
COMMENT ON FUNCTION mentors_knows(mentors) IS E'@simpleCollections only';

CREATE OR REPLACE FUNCTION mentors_next_slots(mentor mentors) RETURNS SETOF slots LANGUAGE sql STABLE AS $$
    SELECT * FROM slots
    WHERE slots.mentor_id = mentor.id AND slots.starts_at >= now() AND slots.status IN ('OPEN', 'HELD')
    AND slots.offered_from <= now() AND slots.offered_until >= now() ORDER BY slots.starts_at, slots.id
$$;
COMMENT ON FUNCTION mentors_next_slots(mentors) IS E'@simpleCollections only';

CREATE OR REPLACE FUNCTION own_bookings() RETURNS SETOF bookings LANGUAGE sql STABLE AS $$
    SELECT * FROM bookings WHERE mentee_id = viewer_id()
    OR mentor_id = (SELECT id FROM mentors WHERE user_id = viewer_id())
    ORDER BY starts_at DESC, id DESC
$$;

CREATE OR REPLACE FUNCTION bookings_status_now(booking bookings) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN booking.status = 'PENDING' AND booking.respond_by <= now() THEN 'EXPIRED' ELSE booking.status END
$$;

CREATE TYPE dashboard_figures AS (
    total_mentors integer, approved_mentors integer, pending_mentors integer, total_users integer,
    total_bookings integer, pending_bookings integer, open_incidents integer, open_tickets integer,
    average_rating double precision
);
CREATE OR REPLACE FUNCTION is_admin() RETURNS boolean LANGUAGE sql STABLE AS
    $$ SELECT EXISTS (SELECT FROM users WHERE id = viewer_id() AND role <> 'MEMBER') $$;
COMMENT ON FUNCTION is_admin() IS E'@omit';

CREATE OR REPLACE FUNCTION figures_of_all() RETURNS dashboard_figures LANGUAGE sql STABLE AS $$
    WITH kept AS (SELECT jsonb_object_agg(name, value) AS of FROM (
        SELECT name, sum(value) AS value FROM figures GROUP BY name
    ) AS summed)
    SELECT
        coalesce((of->>'mentors_approved')::integer, 0) + coalesce((of->>'mentors_pending')::integer, 0),
        coalesce((of->>'mentors_approved')::integer, 0), coalesce((of->>'mentors_pending')::integer, 0),
        coalesce((of->>'users')::integer, 0), coalesce((of->>'bookings')::integer, 0),
        coalesce((of->>'bookings_pending')::integer, 0)
            - (SELECT count(*) FROM bookings WHERE status = 'PENDING' AND respond_by <= now())::integer,
        coalesce((of->>'incidents_open')::integer, 0), coalesce((of->>'tickets_open')::integer, 0),
        (of->>'rating_sum')::double precision / nullif((of->>'rating_count')::double precision, 0)
    FROM kept WHERE is_admin()
$$;

CREATE OR REPLACE FUNCTION feed() RETURNS SETOF facts LANGUAGE sql STABLE AS $$
    SELECT * FROM facts WHERE kind IN (:kinds) AND is_admin()
    ORDER BY "transaction" DESC, position DESC
$$;
CREATE OR REPLACE FUNCTION facts_actor(fact facts) RETURNS users LANGUAGE sql STABLE AS
    $$ SELECT * FROM users WHERE id = fact.actor_id $$;

CREATE OR REPLACE FUNCTION ask_for_slot(slot_key uuid, topic text) RETURNS bookings LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    made uuid;
    booking bookings;
BEGIN
    SELECT id INTO made FROM requested(slot_key, viewer_id(), topic);
    SELECT * INTO booking FROM bookings WHERE id = made;
    RETURN booking;
END
$$;

CREATE OR REPLACE FUNCTION requested(slot_key uuid, mentee uuid, topic text)
RETURNS TABLE (id uuid, starts_at timestamptz) LANGUAGE sql VOLATILE AS $$ :request $$;
COMMENT ON FUNCTION requested(uuid, uuid, text) IS E'@omit';
