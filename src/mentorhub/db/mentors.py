"""Mentors' profiles."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from mentorhub.db.constructs import among
from mentorhub.db.database import Reader
from mentorhub.db.statements import Statement
from mentorhub.db.tables.mentors import mentors
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import MentorStatus, RejectionReason


class MentorRow(NamedTuple):
    id: Key
    user_id: Key
    status: MentorStatus
    is_public: bool
    name: str
    sort_name: str
    photo: str | None
    bio: str
    company: str | None
    job_title: str | None
    years_of_experience: int
    timezone: str
    linkedin: str | None
    github: str | None
    twitter: str | None
    website: str | None
    accepting_requests: bool
    default_meeting_url: str | None
    session_minutes: int | None
    buffer_minutes: int
    minimum_notice_hours: int
    horizon_days: int
    applied_at: datetime
    approved_at: datetime | None
    decided_at: datetime | None
    decided_by: Key | None
    decision_reason: RejectionReason | None
    decision_note: str | None
    rating_count: int
    rating_average: float
    stars: str
    score: float
    completed_session_count: int
    completed_minutes: int
    answered_count: int
    expired_count: int
    is_open: bool
    next_slot_at: datetime


COLUMNS = tuple(mentors.c[name] for name in MentorRow._fields)

_BY_KEYS = Statement(select(*COLUMNS).where(among(mentors.c.id, "keys")), MentorRow)
_BY_USERS = Statement(select(*COLUMNS).where(among(mentors.c.user_id, "keys")), MentorRow)


async def by_keys(reader: Reader, keys: Sequence[Key]) -> dict[Key, MentorRow]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=list(keys))}


async def by_users(reader: Reader, keys: Sequence[Key]) -> dict[Key, MentorRow]:
    """The profiles of users, by the users' keys, whatever their status."""
    return {row.user_id: row for row in await reader.all(_BY_USERS, keys=list(keys))}
