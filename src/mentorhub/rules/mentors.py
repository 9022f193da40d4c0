"""Mentors: what a profile may say, on which terms sessions are given, and what becomes of an application."""

from collections.abc import Callable, Mapping, Sequence
from enum import auto
from typing import Any, Final, TypedDict

from mentorhub.rules import texts, urls, zones
from mentorhub.rules.faults import Faults
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import Invalid, Required, WrongState
from mentorhub.rules.slots import BOUNDS
from mentorhub.rules.vocabulary import MentorStatus, Word

BIO: Final = (50, 500)
YEARS: Final = (0, 70)
MOST_EXPERTISE: Final = 10
LONGEST_LINE: Final = 120
LONGEST_NOTE: Final = 2_000


class MentorOrder(Word):
    """What mentors are sorted by."""

    RECOMMENDED = auto()
    RATING = auto()
    SESSIONS = auto()
    NEWEST = auto()
    NAME = auto()
    SOONEST_SLOT = auto()


class AvailabilityStatus(Word):
    """Whether a mentor can be booked."""

    OPEN = auto()
    FULLY_BOOKED = auto()
    NOT_ACCEPTING = auto()
    AWAY = auto()


def availability_status(*, is_accepting: bool, is_away: bool, has_open_slot: bool) -> AvailabilityStatus:
    """The first of these that holds: they take no requests, are away, have an open slot."""
    if not is_accepting:
        return AvailabilityStatus.NOT_ACCEPTING
    if is_away:
        return AvailabilityStatus.AWAY
    return AvailabilityStatus.OPEN if has_open_slot else AvailabilityStatus.FULLY_BOOKED


class Profile(TypedDict, total=False):
    """What somebody says of a profile: what is left out stays as it is."""

    bio: str | None
    expertise_ids: Sequence[Key] | None
    timezone: str | None
    company: str | None
    job_title: str | None
    years_of_experience: int | None
    social_links: Mapping[str, str | None] | None
    """By the kinds of `urls.HOSTS`; they replace all links there were."""


class Terms(TypedDict, total=False):
    """What a mentor decides about sessions: what is left out stays as it is."""

    session_minutes: int | None
    buffer_minutes: int | None
    minimum_notice_hours: int | None
    horizon_days: int | None
    default_meeting_url: str | None


def checked_profile(given: Profile, faults: Faults) -> dict[str, Any]:
    """The columns that *given* fills; each link has one of its own. Expertise is as it is given, each once."""
    columns: dict[str, Any] = {}
    for name, value in given.items():
        if name == "social_links":
            columns |= _links(given["social_links"] or {}, faults)
        else:
            columns[name] = faults.check(_CHECKS[name], value)
    return columns


def checked_terms(given: Terms, faults: Faults) -> dict[str, Any]:
    """The columns that *given* fills."""
    columns: dict[str, Any] = {}
    for name, value in given.items():
        check: Callable[[Any, str], Any] = _meeting_url if name == "default_meeting_url" else _bounded
        columns[name] = faults.check(check, value, name)
    return columns


def _links(given: Mapping[str, str | None], faults: Faults) -> dict[str, str | None]:
    return {
        kind: faults.check(urls.social_link, url, kind=kind, field=("social_links", kind)) if url else None
        for kind in urls.HOSTS
        for url in [given.get(kind)]
    }


def _bio(value: str | None) -> str:
    return texts.paragraphs(value, field="bio", at_least=BIO[0], at_most=BIO[1])


def _expertise(value: Sequence[Key] | None) -> list[Key]:
    if value is None:
        raise Required("Expertise is required.", field="expertise_ids")
    once = list(dict.fromkeys(value))
    if not 1 <= len(once) <= MOST_EXPERTISE:
        raise Invalid(f"Please choose 1 to {MOST_EXPERTISE} areas of expertise.", field="expertise_ids")
    return once


def _timezone(value: str | None) -> str:
    if value is None:
        raise Required("The time zone is required.", field="timezone")
    if not zones.is_zone(value):
        raise Invalid("The time zone must be an IANA name.", field="timezone")
    return value


def _years(value: int | None) -> int:
    if value is None:
        raise Required("The years of experience are required.", field="years_of_experience")
    if not YEARS[0] <= value <= YEARS[1]:
        raise Invalid(f"Years of experience go from {YEARS[0]} to {YEARS[1]}.", field="years_of_experience")
    return value


def _line_of(field: str) -> Callable[[str | None], str | None]:
    return lambda value: texts.optional_line(value, field=field, at_most=LONGEST_LINE)


_CHECKS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "bio": _bio,
    "expertise_ids": _expertise,
    "timezone": _timezone,
    "company": _line_of("company"),
    "job_title": _line_of("job_title"),
    "years_of_experience": _years,
}


def _meeting_url(value: str | None, field: str) -> str | None:
    return None if value is None else urls.meeting_url(value, field=field)


def _bounded(value: int | None, field: str) -> int | None:
    least, greatest = BOUNDS[field]
    if value is None and field == "session_minutes":
        return None
    if value is None:
        raise Required(f"{field.replace('_', ' ').capitalize()} cannot be left open.", field=field)
    if not least <= value <= greatest:
        raise Invalid(f"{field.replace('_', ' ').capitalize()} go from {least} to {greatest}.", field=field)
    return value


def applying(status: MentorStatus | None) -> MentorStatus:
    """The status of somebody who applies, with a profile of *status* or none. Raises WrongState."""
    if status not in {None, MentorStatus.REJECTED}:
        assert status is not None
        raise WrongState("You have a mentor profile already.", current=status)
    return MentorStatus.PENDING


DECISIONS: Final[Mapping[MentorStatus, tuple[MentorStatus, ...]]] = {
    MentorStatus.APPROVED: (MentorStatus.PENDING,),
    MentorStatus.REJECTED: (MentorStatus.PENDING,),
}
"""From which statuses an administrator comes to each."""


def decided(status: MentorStatus, to: MentorStatus) -> MentorStatus:
    """*to*, which an administrator decides of a profile of *status*. Raises WrongState."""
    if status not in DECISIONS[to]:
        raise WrongState(f"This profile is {status.lower()} by now.", current=status)
    return to
