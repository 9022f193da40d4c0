"""What the people of the demo booked, and what came of it."""

import random
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final

from mentorhub.rules import zones
from mentorhub.rules.intervals import Interval
from mentorhub.rules.keys import Key
from mentorhub.rules.rebuilding import cut_until
from mentorhub.rules.slots import slots_between
from mentorhub.rules.vocabulary import ACTIVE, BookingStatus
from mentorhub.seeding.people import Keys, Person, Tutor
from mentorhub.seeding.words import (
    CANCEL_REASONS,
    COMMENTS,
    DECLINE_REASONS,
    DESCRIPTIONS,
    EXPERTISE,
    QUESTIONS,
    REPLIES,
    TOPICS,
)

PAST: Final = (
    (BookingStatus.COMPLETED, 76),
    (BookingStatus.CANCELLED, 9),
    (BookingStatus.DECLINED, 7),
    (BookingStatus.EXPIRED, 6),
    (BookingStatus.CONFIRMED, 2),
)
AHEAD: Final = (
    (BookingStatus.CONFIRMED, 60),
    (BookingStatus.PENDING, 25),
    (BookingStatus.CANCELLED, 10),
    (BookingStatus.DECLINED, 5),
)
"""Statuses of sessions that have begun and of those ahead, with their weights."""

_RESPONSE: Final = timedelta(hours=48)
_SHARE_AHEAD: Final = 0.08
_SHARE_RATED: Final = 0.93


@dataclass(slots=True)
class Meeting:
    key: Key
    tutor: Tutor
    mentee: Person
    slot_id: Key | None
    time: Interval
    status: BookingStatus
    topic: str
    description: str | None
    questions: str | None
    reason: str | None
    ended_by: Key | None
    requested_at: datetime
    respond_by: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    """When it was completed, declined, cancelled or expired."""
    meeting_url: str | None = None
    rating: int | None = None
    comment: str | None = None
    reply: str | None = None
    rated_at: datetime | None = None
    feedback_id: Key | None = None


@dataclass(slots=True)
class Opening:
    """A slot to come, and the booking that holds it."""

    key: Key
    tutor: Tutor
    time: Interval
    held_by: Meeting | None = None


class Calendar:
    """Everybody's time, so that nobody is booked twice."""

    def __init__(self) -> None:
        self._busy: defaultdict[Key, list[Interval]] = defaultdict(list)

    def take(self, person: Person, time: Interval) -> bool:
        """Whether *person* was free at *time*; they are busy from now on."""
        taken = self._busy[person.key]
        if any(time.starts_at < other.ends_at and other.starts_at < time.ends_at for other in taken):
            return False
        taken.append(time)
        return True


def openings(tutor: Tutor, *, at: datetime, keys: Keys) -> list[Opening]:
    """The slots of *tutor* from *at* on, as far as they are cut by then."""
    return [Opening(keys.new(at), tutor, time) for time in _times(tutor, at, cut_until(at, tutor.rules))]


def meetings(
    tutor: Tutor,
    mentees: Sequence[Person],
    ahead: Sequence[Opening],
    count: int,
    *,
    at: datetime,
    keys: Keys,
    chance: random.Random,
    calendar: Calendar,
) -> Iterator[Meeting]:
    """*count* bookings of *tutor*, as far as there is time for them."""
    begun = _times(
        tutor, max(tutor.applied_at + timedelta(days=4), at - timedelta(days=330)), at - timedelta(hours=2)
    )
    chance.shuffle(begun)
    soonest, latest = at + timedelta(days=2), at + tutor.rules.horizon
    free = [opening for opening in ahead if soonest < opening.time.starts_at < latest]
    chance.shuffle(free)
    made = 0
    for opening in free[: min(len(free) // 3, round(count * _SHARE_AHEAD))]:
        meeting = _meeting(
            tutor, mentees, opening.time, _one_of(AHEAD, chance), at=at, keys=keys, chance=chance
        )
        if meeting.status in ACTIVE:
            if _is_crowded(opening, ahead) or not calendar.take(meeting.mentee, meeting.time):
                continue
            opening.held_by = meeting
        meeting.slot_id = opening.key
        made += 1
        yield _reckoned(meeting, at=at, keys=keys, chance=chance)
    # Several requests may have been made for one time, as long as one of them came to something.
    for number in range(count - made if begun else 0):
        time = begun[number % len(begun)]
        status = _one_of(PAST, chance) if number < len(begun) else BookingStatus.CANCELLED
        meeting = _meeting(tutor, mentees, time, status, at=at, keys=keys, chance=chance)
        if status is BookingStatus.CONFIRMED and not calendar.take(meeting.mentee, time):
            continue
        yield _reckoned(meeting, at=at, keys=keys, chance=chance)


def _one_of(weighted: Sequence[tuple[BookingStatus, int]], chance: random.Random) -> BookingStatus:
    statuses = [status for status, _ in weighted]
    return chance.choices(statuses, [weight for _, weight in weighted])[0]


def _times(tutor: Tutor, start: datetime, end: datetime) -> list[Interval]:
    zone = zones.zone(tutor.person.timezone)
    return slots_between(start, end, blocks=tutor.blocks, time_off=(), zone=zone, rules=tutor.rules)


def _is_crowded(opening: Opening, ahead: Sequence[Opening]) -> bool:
    """Whether another booking is nearer than the buffer; slots have it between them, blocks need not."""
    buffer = opening.tutor.rules.buffer
    return any(
        other.held_by
        and other.time.starts_at - buffer < opening.time.ends_at
        and opening.time.starts_at < other.time.ends_at + buffer
        for other in ahead
    )


def _meeting(
    tutor: Tutor,
    mentees: Sequence[Person],
    time: Interval,
    status: BookingStatus,
    *,
    at: datetime,
    keys: Keys,
    chance: random.Random,
) -> Meeting:
    latest = min(time.starts_at - tutor.rules.minimum_notice, at - timedelta(minutes=5))
    if status is BookingStatus.PENDING:
        requested_at = latest - timedelta(hours=chance.uniform(0, 40))
    else:
        requested_at = latest - timedelta(hours=chance.uniform(50, 400))
    # Of those who had joined by then, if anybody had.
    joined = bisect(mentees, requested_at, key=attrgetter("joined_at"))
    mentee = mentees[chance.randrange(max(1, joined))]
    respond_by = min(requested_at + _RESPONSE, time.starts_at)
    answered_at = ended_at = None
    if status in {BookingStatus.CONFIRMED, BookingStatus.COMPLETED, BookingStatus.DECLINED}:
        answered_at = requested_at + (respond_by - requested_at) * chance.betavariate(1, 4)
    reason = ended_by = meeting_url = None
    match status:
        case BookingStatus.COMPLETED:
            ended_at = time.ends_at + timedelta(minutes=chance.randint(0, 90))
        case BookingStatus.DECLINED:
            ended_at, reason, ended_by = answered_at, chance.choice(DECLINE_REASONS), tutor.person.key
        case BookingStatus.CANCELLED:
            ended_at = requested_at + (respond_by - requested_at) * chance.random()
            reason, ended_by = chance.choice(CANCEL_REASONS), mentee.key
        case BookingStatus.EXPIRED:
            ended_at = respond_by
    key = keys.new(requested_at)
    if status in {BookingStatus.CONFIRMED, BookingStatus.COMPLETED}:
        meeting_url = f"https://meet.example.com/{key[-12:]}"
    subject = EXPERTISE[chance.choice(tutor.expertise)][0]
    return Meeting(
        key=key,
        tutor=tutor,
        mentee=mentee,
        slot_id=None,
        time=time,
        status=status,
        topic=chance.choice(TOPICS).format(expertise=subject),
        description=chance.choice((None, *DESCRIPTIONS)),
        questions=chance.choice((None, *QUESTIONS)),
        reason=reason,
        ended_by=ended_by,
        requested_at=requested_at,
        respond_by=respond_by,
        answered_at=answered_at,
        ended_at=ended_at,
        meeting_url=meeting_url,
    )


def _reckoned(meeting: Meeting, *, at: datetime, keys: Keys, chance: random.Random) -> Meeting:
    """*meeting*, counted for its tutor and, if it took place, mostly rated."""
    tutor = meeting.tutor
    tutor.answered += meeting.answered_at is not None
    tutor.expired += meeting.status is BookingStatus.EXPIRED
    if meeting.status is not BookingStatus.COMPLETED:
        return meeting
    tutor.completed += 1
    tutor.completed_minutes += int((meeting.time.ends_at - meeting.time.starts_at).total_seconds()) // 60
    assert meeting.ended_at is not None
    rated_at = meeting.ended_at + timedelta(hours=chance.uniform(0.2, 60))
    if rated_at >= at or chance.random() > _SHARE_RATED:
        return meeting
    stars = min(5, max(1, round(chance.gauss(2.2 + 3 * tutor.quality, 0.7))))
    meeting.rating, meeting.comment, meeting.rated_at = stars, chance.choice(COMMENTS[stars]), rated_at
    meeting.reply = chance.choice(REPLIES) if stars >= 3 and chance.random() < 0.2 else None
    meeting.feedback_id = keys.new(rated_at)
    tutor.ratings.append(stars)
    return meeting
