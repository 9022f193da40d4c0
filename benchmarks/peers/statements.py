"""The SQL of the servers of Node, as a module of JavaScript: the hand-written server's, but for Mercurius' joins."""

import json
from pathlib import Path
from typing import Final

from benchmarks.rows import statements as rows

from mentorhub.rules.facts import ActivityKind

_SHARD: Final = "(random() * 15)"

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
    return (
        f"export const statements = {json.dumps(STATEMENTS, indent=2)}\n"
        f"export const functions = {json.dumps(_functions())}\n"
    )


def _functions() -> str:
    """What PostGraphile is asked for; its request is the hand-written server's statement."""
    request = rows.REQUEST
    given = ("gen_random_uuid()", "slot_key", "mentee", "now()", "topic", "gen_random_uuid()", _SHARD)
    for number, value in enumerate(given, start=1):
        request = request.replace(f"${number}", value)
    kinds = ", ".join(f"'{kind}'" for kind in ActivityKind)
    text = Path(__file__).with_name("postgraphile.sql").read_text()
    return text.replace(":kinds", kinds).replace(":request", request)
