"""The statements of the hand-written servers: only the columns that are answered.

Each is for both databases, but for those of SQLite alone, which end in `_LITE`. Limits are literal, since a generic
plan for `LIMIT $1` costs three times as much.
"""

from typing import Final

from mentorhub.rules.facts import ActivityKind

SESSION: Final = """
    SELECT users.id, users.role, mentors.id AS mentor_id
    FROM sessions JOIN users ON users.id = sessions.user_id LEFT JOIN mentors ON mentors.user_id = users.id
    WHERE sessions.token_hash = $1 AND users.status = 'ACTIVE' AND sessions.expires_at > $2
"""

MENTORS: Final = """
    SELECT id, name, job_title, company, years_of_experience, rating_count, rating_average
    FROM mentors WHERE is_public ORDER BY is_open DESC, score DESC, id DESC LIMIT 21
"""
_KNOWN: Final = """
    SELECT mentor_expertise.mentor_id, expertise.id, expertise.name
    FROM mentor_expertise JOIN expertise ON expertise.id = mentor_expertise.expertise_id
    WHERE mentor_expertise.mentor_id {among} ORDER BY expertise.slug, expertise.id
"""
EXPERTISE: Final = _KNOWN.format(among="= ANY($1::uuid[])")
EXPERTISE_LITE: Final = _KNOWN.format(among="IN (SELECT value FROM json_each($1))")
_OFFERED: Final = """
    slots.starts_at >= $2 AND slots.status IN ('OPEN', 'HELD')
    AND slots.offered_from <= $2 AND slots.offered_until >= $2
"""
SLOTS: Final = f"""
    SELECT own.* FROM unnest($1::uuid[]) AS mentor(id) CROSS JOIN LATERAL (
        SELECT slots.mentor_id, slots.id, slots.starts_at, slots.ends_at FROM slots
        WHERE slots.mentor_id = mentor.id AND {_OFFERED} ORDER BY slots.starts_at, slots.id LIMIT 5
    ) AS own
"""
SLOTS_LITE: Final = f"""
    SELECT found.mentor_id, found.id, found.starts_at, found.ends_at
    FROM json_each($1) AS mentor CROSS JOIN slots AS found
    WHERE found.id IN (
        SELECT slots.id FROM slots WHERE slots.mentor_id = mentor.value AND {_OFFERED}
        ORDER BY slots.starts_at, slots.id LIMIT 5
    )
    ORDER BY found.starts_at, found.id
"""

_BOOKINGS: Final = """
    SELECT bookings.id, bookings.starts_at, bookings.ends_at, bookings.topic, bookings.mentor_id, bookings.mentee_id,
        CASE WHEN bookings.status = 'PENDING' AND bookings.respond_by <= $1 THEN 'EXPIRED' ELSE bookings.status END
            AS status,
        mentors.name AS mentor, mentors.job_title, mentors.company, users.name AS mentee, feedback.rating,
        feedback.comment
    FROM bookings JOIN mentors ON mentors.id = bookings.mentor_id JOIN users ON users.id = bookings.mentee_id
    LEFT JOIN feedback ON feedback.booking_id = bookings.id
    WHERE {theirs} ORDER BY bookings.starts_at DESC, bookings.id DESC LIMIT 21
"""
BOOKINGS_OF_MENTEE: Final = _BOOKINGS.format(theirs="bookings.mentee_id = $2")
BOOKINGS_OF_BOTH: Final = _BOOKINGS.format(theirs="(bookings.mentee_id = $2 OR bookings.mentor_id = $3)")

FIGURES: Final = "SELECT name, sum(value) AS value FROM figures GROUP BY name"
OVERDUE: Final = "SELECT count(*) AS overdue FROM bookings WHERE status = 'PENDING' AND respond_by <= $1"
_ACTIVITY: Final = """
    SELECT facts.id, facts.kind, facts.occurred_at, users.id AS actor_id, users.name AS actor
    FROM facts LEFT JOIN users ON users.id = facts.actor_id
    WHERE facts.kind IN ({kinds}) ORDER BY facts."transaction" DESC, facts.position DESC LIMIT 21
"""
ACTIVITY: Final = _ACTIVITY.format(kinds=", ".join(f"'{kind}'" for kind in ActivityKind))

NAME: Final = "SELECT name FROM mentors WHERE id = $1 AND is_public"

_REQUEST: Final = """
    UPDATE slots SET status = 'HELD', offered_from = {respond_by}
    WHERE slots.id = $2 AND slots.status IN ('OPEN', 'HELD') AND slots.offered_from <= $4 AND slots.offered_until >= $4
    AND NOT EXISTS (SELECT FROM mentors WHERE mentors.id = slots.mentor_id AND mentors.user_id = $3)
    AND (SELECT count(*) FROM bookings WHERE mentee_id = $3 AND status = 'PENDING') < 10
    AND (
        SELECT count(*) FROM bookings
        WHERE mentee_id = $3 AND status = 'PENDING' AND bookings.mentor_id = slots.mentor_id
    ) < 3
    RETURNING slots.id, slots.mentor_id, slots.starts_at, slots.ends_at, slots.offered_from AS respond_by
"""
REQUEST: Final = f"""
    WITH slot AS ({_REQUEST.format(respond_by="least($4::timestamptz + interval '48 hours', starts_at)")}),
    booking AS (
        INSERT INTO bookings (
            id, mentor_id, mentee_id, slot_id, starts_at, ends_at, status, topic, requested_at, updated_at, respond_by
        )
        SELECT $1::uuid, slot.mentor_id, $3::uuid, slot.id, slot.starts_at, slot.ends_at, 'PENDING', $5::text,
            $4::timestamptz, $4::timestamptz, slot.respond_by
        FROM slot RETURNING id, mentor_id, mentee_id, starts_at
    ),
    fact AS (
        INSERT INTO facts (
            id, kind, actor_id, subject_type, subject_id, booking_id, mentor_id, user_id, data, occurred_at,
            is_administrative
        )
        SELECT $6::uuid, 'BOOKING_REQUESTED', booking.mentee_id, 'Booking', booking.id, booking.id, booking.mentor_id,
            booking.mentee_id, '{{"previous": null, "status": "PENDING"}}'::jsonb, $4::timestamptz, false
        FROM booking
    ),
    counted AS (
        INSERT INTO figures (name, shard, value)
        SELECT name, $7::integer, 1 FROM booking, (VALUES ('bookings'), ('bookings_pending')) AS kept(name)
        ON CONFLICT (name, shard) DO UPDATE SET value = figures.value + 1
    )
    SELECT id, starts_at FROM booking
"""
"""A request in one statement: the slot held, the booking, its fact and the dashboard's counts, or none of it.

The mentee's overlaps, and whoever else asks for the slot, are left to the database's constraints.
"""
