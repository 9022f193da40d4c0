"""Prints the statements of Mercurius as a module of JavaScript: the hand-written server's, but for joins."""

import json

from benchmarks.rows import statements as rows

_MENTOR = "id, name, job_title, company, years_of_experience, rating_count, rating_average"
_BOOKING = """
    SELECT id, starts_at, ends_at, topic, mentor_id, mentee_id,
        CASE WHEN status = 'PENDING' AND respond_by <= $1 THEN 'EXPIRED' ELSE status END AS status
    FROM bookings WHERE {theirs} ORDER BY starts_at DESC, id DESC LIMIT 21
"""
STATEMENTS = {
    "session": rows.SESSION,
    "mentors": rows.MENTORS,
    "mentor": f"SELECT {_MENTOR} FROM mentors WHERE id = $1 AND is_public",
    "mentorsByKeys": f"SELECT {_MENTOR} FROM mentors WHERE id = ANY($1::uuid[])",
    "usersByKeys": "SELECT id, name FROM users WHERE id = ANY($1::uuid[])",
    "expertise": rows.EXPERTISE,
    "slots": rows.SLOTS,
    "bookingsOfMentee": _BOOKING.format(theirs="mentee_id = $2"),
    "bookingsOfBoth": _BOOKING.format(theirs="(mentee_id = $2 OR mentor_id = $3)"),
    "feedback": "SELECT booking_id, rating, comment FROM feedback WHERE booking_id = ANY($1::uuid[])",
    "figures": rows.FIGURES,
    "overdue": rows.OVERDUE,
    "activity": rows.ACTIVITY,
    "request": rows.REQUEST,
}


def module() -> str:
    return f"export const statements = {json.dumps(STATEMENTS, indent=2)}\n"
