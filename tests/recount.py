"""A slow recount of everything that is kept, and a replay of the log: what they find that is not as the rows say.

    assert await faults(database, now=clock.now()) == []

It knows the rules, and none of the code that keeps them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import Table, select

from mentorhub.db.database import Database
from mentorhub.db.statements import Statement
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.availability import slots
from mentorhub.db.tables.bookings import bookings, idempotency_keys
from mentorhub.db.tables.facts import facts, figures
from mentorhub.db.tables.feedback import feedback
from mentorhub.db.tables.incidents import incidents
from mentorhub.db.tables.mentors import expertise, mentor_expertise, mentors
from mentorhub.rules.instants import NEVER
from mentorhub.rules.listing import offered_while
from mentorhub.rules.slots import SessionRules

Row = Any
Faults = Iterator[str]

ACTIVE: Final = {"PENDING", "CONFIRMED"}
ACCOUNTS: Final = frozenset({"users", "mentors_approved", "mentors_pending"})
"""Figures that tests which put users and mentors straight into tables do not keep."""
_MINUTE: Final = timedelta(minutes=1)
_STATUS_KINDS: Final = {
    "BOOKING_REQUESTED", "BOOKING_CONFIRMED", "BOOKING_DECLINED", "BOOKING_CANCELLED", "BOOKING_COMPLETED",
    "BOOKING_EXPIRED", "BOOKING_RESCHEDULED",
}  # fmt: skip
_LEADS_TO: Final[dict[str, set[tuple[str | None, str]]]] = {
    "BOOKING_REQUESTED": {(None, "PENDING")},
    "BOOKING_CONFIRMED": {("PENDING", "CONFIRMED")},
    "BOOKING_DECLINED": {("PENDING", "DECLINED")},
    "BOOKING_CANCELLED": {("PENDING", "CANCELLED"), ("CONFIRMED", "CANCELLED")},
    "BOOKING_COMPLETED": {("CONFIRMED", "COMPLETED")},
    "BOOKING_EXPIRED": {("PENDING", "EXPIRED")},
    "BOOKING_RESCHEDULED": {("PENDING", "PENDING"), ("CONFIRMED", "PENDING"), ("CONFIRMED", "CONFIRMED")},
}  # fmt: skip


class Everything(NamedTuple):
    """Every row that anything is counted from."""

    users: list[Row]
    mentors: list[Row]
    expertise: list[Row]
    mentor_expertise: list[Row]
    slots: list[Row]
    bookings: list[Row]
    keys: list[Row]
    feedback: list[Row]
    incidents: list[Row]
    figures: list[Row]
    facts: list[Row]


async def faults(database: Database, *, now: datetime, ignoring: Collection[str] = ()) -> list[str]:
    """Whatever is not as it should be, in sentences; *ignoring* names figures that are not looked at."""
    rows = await everything(database)
    return [
        *_of_bookings(rows),
        *_of_slots(rows),
        *_of_mentors(rows, now),
        *_of_figures(rows, frozenset(ignoring)),
        *_of_history(rows),
        *_of_feedback_told(rows),
    ]


async def everything(database: Database) -> Everything:
    """Every row of the tables, from one snapshot where the database is at rest."""
    tables = (
        users, mentors, expertise, mentor_expertise, slots, bookings, idempotency_keys, feedback, incidents, figures,
        facts,
    )  # fmt: skip
    return Everything(*[await _all(database, table) for table in tables])


async def _all(database: Database, table: Table) -> list[Row]:
    columns = [column for column in table.c if column.key != "search"]
    row: type[Any] = NamedTuple(table.name, [(str(column.key), Any) for column in columns])  # type: ignore[misc]
    statement: Statement[Any] = Statement(select(*columns).order_by(*table.primary_key), row, long=True)
    return await database.reader.all(statement)


def _of_bookings(rows: Everything) -> Faults:
    held = Counter(row.slot_id for row in rows.bookings if row.status in ACTIVE and row.slot_id)
    yield from (f"slot {key} is held {count} times" for key, count in held.items() if count > 1)
    active = [row for row in rows.bookings if row.status in ACTIVE]
    for whose in ("mentor_id", "mentee_id"):
        for key, own in _grouped(active, attrgetter(whose)):
            yield from (
                f"bookings {one.id} and {other.id} of {whose} {key} overlap"
                for one, other in _overlapping(own)
            )
    times = {row.id: row for row in rows.slots}
    for row in rows.bookings:
        slot = times.get(row.slot_id)
        if slot and (slot.mentor_id, slot.starts_at, slot.ends_at) != (
            row.mentor_id,
            row.starts_at,
            row.ends_at,
        ):
            yield f"booking {row.id} is not at the time of its slot"
        if row.status == "PENDING" and row.respond_by > row.starts_at:
            yield f"booking {row.id} would expire after its start"
    owners = {row.id: row.mentee_id for row in rows.bookings}
    for key in rows.keys:
        if owners.get(key.booking_id) != key.user_id:
            yield f"idempotency key {key.key} stands for somebody else's booking"


def _of_slots(rows: Everything) -> Faults:
    profiles = {row.id: row for row in rows.mentors}
    theirs = dict(_grouped(rows.bookings, lambda row: row.mentor_id))
    for mentor_id, own in _grouped(rows.slots, lambda row: row.mentor_id):
        mentor = profiles[mentor_id]
        standing = sorted((row for row in own if row.status != "CLOSED"), key=lambda row: row.starts_at)
        yield from (f"slots {one.id} and {other.id} overlap" for one, other in _overlapping(standing))
        if standing and not (mentor.is_public and mentor.accepting_requests):
            yield f"mentor {mentor_id} takes no requests, but has slots that are not closed"
        booked = theirs.get(mentor_id, [])
        rules = SessionRules(
            session_minutes=mentor.session_minutes,
            buffer_minutes=mentor.buffer_minutes,
            minimum_notice_hours=mentor.minimum_notice_hours,
            horizon_days=mentor.horizon_days,
        )
        offered = offered_while(
            standing,
            rules,
            pending=[row for row in booked if row.status == "PENDING"],
            booked=[row for row in booked if row.status == "CONFIRMED"],
        )
        for slot, while_ in zip(standing, offered, strict=True):
            if (slot.offered_from, slot.offered_until) != while_:
                yield f"slot {slot.id} is offered from {slot.offered_from} on, not {while_.offered_from}"
            if slot.status != _slot_status(row.status for row in booked if row.slot_id == slot.id):
                yield f"slot {slot.id} is {slot.status}, its bookings say otherwise"


def _slot_status(statuses: Iterable[str]) -> str:
    held = set(statuses)
    if held & {"CONFIRMED", "COMPLETED"}:
        return "BOOKED"
    return "HELD" if "PENDING" in held else "OPEN"


def _of_mentors(rows: Everything, now: datetime) -> Faults:
    people = {row.id: row for row in rows.users}
    booked = dict(_grouped(rows.bookings, lambda row: row.mentor_id))
    rated = dict(_grouped(rows.feedback, lambda row: row.mentor_id))
    offered = defaultdict(list)
    for slot in rows.slots:
        if slot.status in {"OPEN", "HELD"} and slot.offered_from <= now <= slot.offered_until:
            offered[slot.mentor_id].append(slot.starts_at)
    for mentor in rows.mentors:
        own = booked.get(mentor.id, [])
        ratings = [row.rating for row in rated.get(mentor.id, []) if row.hidden_at is None]
        completed = [row for row in own if row.status == "COMPLETED"]
        user = people[mentor.user_id]
        counted = {
            "rating_sum": sum(ratings),
            "rating_count": len(ratings),
            "stars": " ".join(str(ratings.count(stars)) for stars in range(1, 6)),
            "rating_average": sum(ratings) / len(ratings) if ratings else 0.0,
            "score": (4.0 * 5 + sum(ratings)) / (5 + len(ratings)),
            "completed_session_count": len(completed),
            "completed_minutes": sum((row.ends_at - row.starts_at) // _MINUTE for row in completed),
            "answered_count": sum(row.answered_at is not None for row in own),
            "expired_count": sum(row.status == "EXPIRED" for row in own),
            "is_public": mentor.status == "APPROVED" and user.status == "ACTIVE",
            "name": user.name,
            "photo": user.photo,
        }
        if mentor.next_slot_until is None or now < mentor.next_slot_until:
            # From then on the clock looks again.
            first = min(offered[mentor.id], default=NEVER)
            counted |= {"next_slot_at": first, "is_open": first != NEVER}
        for name, value in counted.items():
            kept = getattr(mentor, name)
            if kept != value and not (isinstance(value, float) and abs(kept - value) < 1e-9):
                yield f"mentor {mentor.id}: {name} is {kept}, counted {value}"
    held = defaultdict(set)
    for row in rows.mentor_expertise:
        held[row.mentor_id].add(row.expertise_id)
    for mentor in rows.mentors:
        if mentor.expertise_ids.split() != sorted(held[mentor.id]):
            yield f"mentor {mentor.id}: knows {sorted(held[mentor.id])}, kept is {mentor.expertise_ids}"
    public = {row.id for row in rows.mentors if row.is_public}
    known = Counter(row.expertise_id for row in rows.mentor_expertise if row.mentor_id in public)
    for subject in rows.expertise:
        if subject.mentor_count != known[subject.id]:
            yield f"expertise {subject.slug}: {subject.mentor_count} mentors, counted {known[subject.id]}"


def _of_figures(rows: Everything, ignored: Collection[str]) -> Faults:
    kept: Counter[str] = Counter()
    for row in rows.figures:
        kept[row.name] += row.value
    visible = [row.rating for row in rows.feedback if row.hidden_at is None]
    statuses = Counter(row.status for row in rows.mentors)
    counted = {
        "users": sum(row.status == "ACTIVE" for row in rows.users),
        "mentors_approved": statuses["APPROVED"],
        "mentors_pending": statuses["PENDING"],
        "bookings": len(rows.bookings),
        "bookings_pending": sum(row.status == "PENDING" for row in rows.bookings),
        "rating_sum": sum(visible),
        "rating_count": len(visible),
        "incidents_open": sum(row.status in {"OPEN", "INVESTIGATING"} for row in rows.incidents),
    }
    for name, value in counted.items():
        if name not in ignored and kept[name] != value:
            yield f"figure {name} is {kept[name]}, counted {value}"


def _of_history(rows: Everything) -> Faults:
    """What the log says of each booking, step by step, and whether it ends where the row is."""
    steps: defaultdict[str, list[Row]] = defaultdict(list)
    urls: Counter[str] = Counter()
    for fact in in_order(rows.facts):
        if fact.kind in _STATUS_KINDS:
            steps[fact.booking_id].append(fact)
        elif fact.kind == "MEETING_URL_SET":
            urls[fact.booking_id] += 1
    known = {row.id for row in rows.bookings}
    yield from (f"the log tells of booking {key}, which is not there" for key in steps if key not in known)
    for row in rows.bookings:
        told = steps[row.id]
        if not told or told[0].kind != "BOOKING_REQUESTED":
            yield f"booking {row.id}: the log does not begin with its request"
            continue
        before = None
        answered_at = moved_at = None
        for fact in told:
            data = fact.data
            if data["previous"] != before or (before, data["status"]) not in _LEADS_TO[fact.kind]:
                yield f"booking {row.id}: {fact.kind} from {data['previous']} to {data['status']} after {before}"
            before = data["status"]
            if fact.kind in {"BOOKING_CONFIRMED", "BOOKING_DECLINED"}:
                answered_at = fact.occurred_at
            if fact.kind == "BOOKING_RESCHEDULED" and fact.actor_id == row.mentee_id:
                answered_at, moved_at = None, fact.occurred_at
        last = told[-1]
        replayed = {
            "status": before,
            "starts_at": datetime.fromisoformat(last.data["starts_at"]),
            "requested_at": told[0].occurred_at,
            "moved_at": moved_at,
            "answered_at": answered_at,
            "sequence": len(told) - 1 + urls[row.id],
            "mentor_id": last.mentor_id,
            "mentee_id": last.user_id,
        }
        for name, value in replayed.items():
            if getattr(row, name) != value:
                yield f"booking {row.id}: {name} is {getattr(row, name)}, replayed {value}"


def _of_feedback_told(rows: Everything) -> Faults:
    is_hidden: dict[str, bool] = {}
    replies: Counter[str] = Counter()
    for fact in in_order(rows.facts):
        match fact.kind:
            case "FEEDBACK_SUBMITTED" | "FEEDBACK_RESTORED":
                is_hidden[fact.subject_id] = False
            case "FEEDBACK_HIDDEN":
                is_hidden[fact.subject_id] = True
            case "FEEDBACK_REPLIED":
                replies[fact.subject_id] += 1
    for row in rows.feedback:
        if is_hidden.get(row.id) is not (row.hidden_at is not None):
            yield f"feedback {row.id}: hidden at {row.hidden_at}, the log says {is_hidden.get(row.id)}"
        if replies[row.id] != (row.reply is not None):
            yield f"feedback {row.id}: the log tells of {replies[row.id]} replies"
    left = {row.id for row in rows.feedback}
    yield from (
        f"the log tells of feedback {key}, which is not there" for key in is_hidden if key not in left
    )


def in_order(told: Iterable[Row]) -> list[Row]:
    """Facts as readers of the log get them."""
    return sorted(told, key=lambda row: (row.transaction, row.position))


def _grouped(items: Iterable[Row], key: Callable[[Row], Any]) -> Iterable[tuple[Any, list[Row]]]:
    groups: defaultdict[Any, list[Row]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups.items()


def _overlapping(items: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
    for one, other in pairwise(sorted(items, key=lambda row: row.starts_at)):
        if other.starts_at < one.ends_at:
            yield one, other


__all__ = ["ACCOUNTS", "Everything", "everything", "faults", "in_order"]
