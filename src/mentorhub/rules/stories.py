"""Stories: a fact with the people and things that it names, and what a reader is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from mentorhub.rules.facts import FactKind
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus
from mentorhub.rules.vocabulary import NotificationKind as Kind


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a fact is about; *zone* is the one their clocks show."""

    key: Key
    name: str
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """The booking that a fact is about, as it is when it is told."""

    topic: str
    starts_at: datetime
    status: BookingStatus
    meeting_url: str | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A fact with the people and things that it names, those of them that are still there."""

    kind: FactKind
    actor_id: Key | None
    data: Mapping[str, Any]
    mentor: Person | None = None
    user: Person | None = None
    session: Session | None = None
    at: datetime | None = None
    """When it is told, where that is said."""
    title: str = ""
    text: str = ""
    """Of an announcement."""
    everybody: tuple[Person, ...] = ()
    """To whom an announcement goes."""


@dataclass(frozen=True, slots=True)
class Told:
    reader: Key
    kind: Kind
    title: str
    body: str
    is_mailed: bool = True
    """Whether mail of it is for the preferences to decide; not where a letter of its own has gone out."""
    starts_at: datetime | None = None
    """Of the session that it is about."""


WITH_CALENDAR: Final = frozenset(
    {
        Kind.BOOKING_REQUESTED,
        Kind.BOOKING_CONFIRMED,
        Kind.BOOKING_DECLINED,
        Kind.BOOKING_CANCELLED,
        Kind.BOOKING_EXPIRED,
        Kind.BOOKING_RESCHEDULED,
        Kind.MEETING_URL_SET,
        Kind.SESSION_REMINDER,
    }
)
"""Whose mails bring the session for the reader's calendar."""


TELLING_WHERE: Final = frozenset({Kind.BOOKING_CONFIRMED, Kind.MEETING_URL_SET, Kind.SESSION_REMINDER})
"""Which may name the address of a meeting, a mentor's own."""


def is_over(kind: Kind, session: Session, *, told_of: datetime | None, now: datetime) -> bool:
    """Whether a mail of *kind*, about a session that was to start then, says at last what is so no more.

    What has happened has happened; what is to come may have been called off or moved while the mail waited.
    """
    if kind not in {Kind.SESSION_REMINDER, Kind.MEETING_URL_SET}:
        return False
    if session.status is not BookingStatus.CONFIRMED:
        return True
    return kind is Kind.SESSION_REMINDER and (session.starts_at != told_of or session.starts_at <= now)
