"""What changes mentors' profiles."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, update

from mentorhub.db.database import Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.mentors import MentorRow
from mentorhub.db.statements import change
from mentorhub.db.tables.mentors import expertise, mentor_expertise, mentors
from mentorhub.db.types import KeyColumn
from mentorhub.rules.instants import NEVER
from mentorhub.rules.keys import Key
from mentorhub.rules.search_words import of_profile, sort_key
from mentorhub.rules.vocabulary import MentorStatus

_SAID: Final = (
    "name", "bio", "company", "job_title", "years_of_experience", "timezone", "linkedin", "github", "twitter",
    "website", "expertise_ids",
)  # fmt: skip
_TERMS: Final = (
    "accepting_requests", "session_minutes", "buffer_minutes", "minimum_notice_hours", "horizon_days",
    "default_meeting_url",
)  # fmt: skip
_DECIDED: Final = (
    "status", "is_public", "applied_at", "approved_at", "decided_at", "decided_by", "decision_reason", "decision_note",
)  # fmt: skip

_IS_NAMED: Final = mentors.c.id == bindparam("mentor_id", type_=KeyColumn())


def _set(*names: str) -> dict[str, Any]:
    return {name: bindparam(f"new_{name}", type_=mentors.c[name].type) for name in names}


_ADD = change(
    insert(mentors),
    parameters=[
        "id", "user_id", "status", "photo", "session_minutes", "applied_at", "sort_name", "search", "next_slot_at",
        "stars", "rating_average", "score", *_SAID,
    ],
)  # fmt: skip
_SAY = change(update(mentors).where(_IS_NAMED).values(_set("sort_name", "search", *_SAID)))
_SET_TERMS = change(update(mentors).where(_IS_NAMED).values(_set(*_TERMS)))
_DECIDE = change(update(mentors).where(_IS_NAMED).values(_set(*_DECIDED)))
_FORGET_EXPERTISE = change(
    delete(mentor_expertise).where(mentor_expertise.c.mentor_id == bindparam("mentor_id", type_=KeyColumn()))
)
_ADD_EXPERTISE = change(insert(mentor_expertise), parameters=["mentor_id", "expertise_id"])
_COUNT = change(
    update(expertise)
    .where(expertise.c.id == bindparam("key", type_=KeyColumn()))
    .values(mentor_count=expertise.c.mentor_count + bindparam("by", type_=expertise.c.mentor_count.type))
)


async def add(
    transaction: Transaction,
    *,
    user_id: Key,
    name: str,
    photo: str | None,
    session_minutes: int | None,
    said: Mapping[str, Any],
    now: datetime,
) -> Key:
    """Adds a profile that awaits a decision; *said* are its columns. Raises Violated where the user has one."""
    key = new_key()
    values: dict[str, Any] = dict.fromkeys(_SAID) | dict(said) | {"name": name}
    await transaction.run(
        _ADD,
        id=key,
        user_id=user_id,
        status=MentorStatus.PENDING,
        photo=photo,
        session_minutes=session_minutes,
        applied_at=now,
        next_slot_at=NEVER,
        stars="0 0 0 0 0",
        rating_average=0.0,
        score=4.0,
        **values,
        **_found_by(values),
    )
    await _set_expertise(transaction, key, values["expertise_ids"])
    return key


async def say(transaction: Transaction, row: MentorRow) -> None:
    """Stores what *row* says of the mentor, and what they know."""
    values = {name: getattr(row, name) for name in _SAID}
    await transaction.run(_SAY, mentor_id=row.id, **_new(values | _found_by(values)))
    await transaction.run(_FORGET_EXPERTISE, mentor_id=row.id)
    await _set_expertise(transaction, row.id, row.expertise_ids)


async def set_terms(transaction: Transaction, row: MentorRow) -> None:
    """Stores whether and on which terms *row* offers sessions."""
    await transaction.run(_SET_TERMS, mentor_id=row.id, **_new({name: getattr(row, name) for name in _TERMS}))


async def decide(transaction: Transaction, row: MentorRow) -> None:
    """Stores what was decided about *row*."""
    values = {name: getattr(row, name) for name in _DECIDED}
    await transaction.run(_DECIDE, mentor_id=row.id, **_new(values))


async def count(transaction: Transaction, changes: Mapping[Key, int]) -> None:
    """Adds to how many public mentors have each expertise."""
    rows = [{"key": key, "by": by} for key, by in sorted(changes.items()) if by]
    if rows:
        await transaction.many(_COUNT, rows)


async def _set_expertise(transaction: Transaction, mentor_id: Key, expertise_ids: str) -> None:
    rows = [{"mentor_id": mentor_id, "expertise_id": key} for key in expertise_ids.split()]
    if rows:
        await transaction.many(_ADD_EXPERTISE, rows)


def _found_by(said: Mapping[str, Any]) -> dict[str, str]:
    words = of_profile(
        name=said["name"],
        company=said["company"],
        job_title=said["job_title"],
        bio=said["bio"],
        expertise=said["expertise_ids"].split(),
    )
    return {"sort_name": sort_key(said["name"]), "search": words}


def _new(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in values.items()}
