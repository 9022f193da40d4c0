"""Mentors' profiles."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, select

from mentorhub.db.database import Reader
from mentorhub.db.expertise import REVISION
from mentorhub.db.list_parameters import among
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
    expertise_ids: str
    """Keys with spaces between them."""
    expertise_revision: int
    """Of what they are called."""
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


class MentorCard(NamedTuple):
    """What lists show of a mentor: a third of a `MentorRow`."""

    id: Key
    user_id: Key
    is_public: bool
    name: str
    sort_name: str
    company: str | None
    job_title: str | None
    years_of_experience: int
    timezone: str
    accepting_requests: bool
    rating_count: int
    rating_average: float
    stars: str
    score: float
    completed_session_count: int
    is_open: bool
    expertise_ids: str
    expertise_revision: int


class MentorName(NamedTuple):
    """What is shown of a mentor beside something else: a third of a `MentorCard`."""

    id: Key
    name: str
    company: str | None
    job_title: str | None
    expertise_ids: str
    expertise_revision: int


class Extent(Enum):
    """How much of mentors, or of something else, is read, at least."""

    WHOLE = "whole"
    CARD = "card"
    NAME = "name"


def _columns(row: type[MentorRow | MentorCard | MentorName]) -> tuple[ColumnElement[Any], ...]:
    others = {"expertise_revision": REVISION.label("expertise_revision")}
    return tuple(others[name] if name in others else mentors.c[name] for name in row._fields)


COLUMNS: Final = _columns(MentorRow)

CARD: Final = _columns(MentorCard)
"""The columns of a `MentorCard`."""
NAME: Final = _columns(MentorName)
"""Those of a `MentorName`."""

_BY_KEYS = Statement(select(*COLUMNS).where(among(mentors.c.id, "keys")), MentorRow, gathers=True)
_CARDS_BY_KEYS = Statement(select(*CARD).where(among(mentors.c.id, "keys")), MentorCard, gathers=True)
_BY_USERS = Statement(select(*COLUMNS).where(among(mentors.c.user_id, "keys")), MentorRow)


async def by_keys(reader: Reader, keys: Sequence[Key]) -> dict[Key, MentorRow]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=list(keys))}


async def cards_by_keys(reader: Reader, keys: Sequence[Key]) -> dict[Key, MentorCard]:
    return {row.id: row for row in await reader.all(_CARDS_BY_KEYS, keys=list(keys))}


async def by_users(reader: Reader, keys: Sequence[Key]) -> dict[Key, MentorRow]:
    """The profiles of users, by the users' keys, whatever their status."""
    return {row.user_id: row for row in await reader.all(_BY_USERS, keys=list(keys))}
