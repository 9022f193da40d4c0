"""Crowds of mentors for measuring: any number, with weeks that some hundreds share, and slots to the horizon."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import count
from typing import Any, NamedTuple

from mentorhub.db.bulk import BulkLoad
from mentorhub.db.cutting import StandingRow
from mentorhub.rules import rebuilding, zones
from mentorhub.rules.blocks import WeeklyBlock
from mentorhub.rules.instants import NEVER
from mentorhub.rules.keys import Key
from mentorhub.rules.rebuilding import Wanted
from mentorhub.rules.search_words import of_profile, sort_key
from mentorhub.rules.slots import SessionRules, slots_between
from mentorhub.rules.vocabulary import MentorStatus, Role, UserStatus
from mentorhub.seeding.people import Keys, Tutor, people, tutor
from mentorhub.seeding.rows import EXPERTISE_COLUMNS
from mentorhub.seeding.words import EXPERTISE

_SCHEDULES = 300
_ZONES = (
    "UTC", "America/New_York", "America/Sao_Paulo", "Europe/London", "Europe/Berlin", "Africa/Cairo", "Asia/Kolkata",
    "Asia/Kathmandu", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland",
)  # fmt: skip
_USER = ("id", "name", "email", "email_verified_at", "role", "status", "timezone", "joined_at")
_MENTOR = (
    "id", "user_id", "status", "is_public", "name", "sort_name", "bio", "company", "job_title", "years_of_experience",
    "timezone", "session_minutes", "buffer_minutes", "minimum_notice_hours", "horizon_days", "applied_at",
    "approved_at", "rating_sum", "rating_count", "stars", "rating_average", "score", "completed_session_count",
    "is_open", "next_slot_at", "next_slot_until", "cut_until", "cut_again_at", "expertise_ids",
    "search",
)  # fmt: skip
_BLOCK = ("id", "mentor_id", "weekday", "start_minute", "end_minute", "valid_from")
_SLOT = tuple(name for name in StandingRow._fields)


class Schedule(NamedTuple):
    """A week, its rules, and what it comes to by now."""

    timezone: str
    rules: SessionRules
    blocks: Sequence[WeeklyBlock]
    slots: Sequence[Wanted]

    def next_slot(self, now: datetime) -> Wanted | None:
        return next((slot for slot in self.slots if slot.offered_from <= now <= slot.offered_until), None)


def schedules(at: datetime, *, slots: int, chance: random.Random) -> list[Schedule]:
    """Weeks of about *slots* slots each, to the default horizon."""
    return [_schedule(at, slots, chance) for _ in range(_SCHEDULES)]


def _schedule(at: datetime, slots: int, chance: random.Random) -> Schedule:
    rules = SessionRules(
        session_minutes=chance.choice((30, 45, 60, 60, 60)),
        buffer_minutes=chance.choice((0, 0, 0, 15)),
        minimum_notice_hours=chance.choices((2, 12, 24, 48), (1, 2, 6, 1))[0],
    )
    stride = (rules.session_minutes or 60) + rules.buffer_minutes
    days = chance.sample(range(7), 4)
    minutes = max(60, round(slots * 7 / 62 / len(days)) * stride)
    blocks = []
    for day in sorted(days):
        start = chance.randrange(6 * 60, max(6 * 60 + 1, 24 * 60 - minutes), 30)
        blocks.append(WeeklyBlock(day, start, min(start + minutes, 24 * 60), date(2020, 1, 1)))
    name = chance.choice(_ZONES)
    until = rebuilding.cut_until(at, rules)
    cut = slots_between(at, until, blocks=blocks, time_off=[], zone=zones.zone(name), rules=rules)
    return Schedule(name, rules, blocks, rebuilding.wanted(cut, rules, pending=[], booked=[]))


async def load(url: str, *, mentors: int, slots: int, at: datetime, seed: int = 1) -> int:
    """Fills the empty database at *url*; how many slots there are."""
    chance = random.Random(seed)
    keys = Keys(chance)
    weeks = schedules(at, slots=slots, chance=chance)
    everybody = people(mentors, at=at, keys=keys, chance=chance)
    tutors = [tutor(person, at=at, keys=keys, chance=chance) for person in everybody]
    week_of = [chance.choice(weeks) for _ in tutors]
    expertise = [keys.new(at) for _ in EXPERTISE]
    counter = count()

    def users() -> Iterator[tuple[Any, ...]]:
        for person in everybody:
            email = f"crowd{next(counter)}@example.com"
            yield person.key, person.name, email, at, Role.MEMBER, UserStatus.ACTIVE, person.timezone, at

    def rows() -> Iterator[tuple[Any, ...]]:
        for each, week in zip(tutors, week_of, strict=True):
            yield _mentor(each, week, expertise, at=at, chance=chance)

    def known() -> Iterator[tuple[Key, Key]]:
        for each in tutors:
            for index in each.expertise:
                yield each.key, expertise[index]

    def blocks() -> Iterator[tuple[Any, ...]]:
        for each, week in zip(tutors, week_of, strict=True):
            for block in week.blocks:
                yield (
                    keys.new(at),
                    each.key,
                    block.weekday,
                    block.start_minute,
                    block.end_minute,
                    block.valid_from,
                )

    def cut() -> Iterator[tuple[Any, ...]]:
        for each, week in zip(tutors, week_of, strict=True):
            for slot in week.slots:
                yield keys.new(at), each.key, *slot

    async with BulkLoad(url) as bulk:

        async def fill() -> None:
            await bulk.rows("users", _USER, users())
            counts = [sum(index in each.expertise for each in tutors) for index in range(len(expertise))]
            await bulk.rows(
                "expertise",
                EXPERTISE_COLUMNS,
                (
                    (key, name, name.lower().replace(" ", "-"), number)
                    for key, (name, _, _), number in zip(expertise, EXPERTISE, counts, strict=True)
                ),
            )
            await bulk.rows("mentors", _MENTOR, rows())
            await bulk.rows("mentor_expertise", ("mentor_id", "expertise_id"), known())
            await bulk.rows("availability", _BLOCK, blocks())
            await bulk.rows("slots", _SLOT, cut())

        await bulk.with_indexes_aside(fill)
    return sum(len(week.slots) for week in week_of)


def _mentor(
    each: Tutor, week: Schedule, expertise: Sequence[Key], *, at: datetime, chance: random.Random
) -> tuple[Any, ...]:
    ratings = [chance.choice((3, 4, 5, 5)) for _ in range(chance.choice((0, 0, 3, 8, 20)))]
    first = week.next_slot(at)
    known = [expertise[index] for index in each.expertise]
    return (
        each.key,
        each.person.key,
        MentorStatus.APPROVED,
        True,
        each.person.name,
        sort_key(each.person.name),
        each.bio,
        each.company,
        each.job_title,
        each.years,
        week.timezone,
        week.rules.session_minutes,
        week.rules.buffer_minutes,
        week.rules.minimum_notice_hours,
        week.rules.horizon_days,
        each.applied_at,
        each.applied_at,
        sum(ratings),
        len(ratings),
        " ".join(str(ratings.count(stars)) for stars in range(1, 6)),
        sum(ratings) / len(ratings) if ratings else 0.0,
        (20 + sum(ratings)) / (5 + len(ratings)),
        len(ratings) * 2,
        first is not None,
        first.starts_at if first else NEVER,
        first.offered_until if first else NEVER,
        rebuilding.cut_until(at, week.rules),
        rebuilding.cut_again_at(at, each.key),
        " ".join(sorted(known)),
        of_profile(
            name=each.person.name,
            company=each.company,
            job_title=each.job_title,
            bio=each.bio,
            expertise=known,
        ),
    )
