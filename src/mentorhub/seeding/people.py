"""The people of the demo: users, and the mentors among them."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from mentorhub.rules import zones
from mentorhub.rules.blocks import Block, WeeklyBlock
from mentorhub.rules.keys import Key
from mentorhub.rules.slots import SessionRules
from mentorhub.seeding.words import BIOS, COMPANIES, EXPERTISE, FIRST_NAMES, LAST_NAMES, ZONES

_HISTORY: Final = timedelta(days=365)
"""How long ago the first of them joined."""


class Keys:
    """UUIDv7s that are the same for the same seed."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def new(self, at: datetime) -> Key:
        """A key as if made *at* that instant."""
        milliseconds = int(at.timestamp() * 1000)
        noise = self._chance.getrandbits(74)
        number = (
            (milliseconds << 80) | (7 << 76) | ((noise >> 62) << 64) | (2 << 62) | (noise & ((1 << 62) - 1))
        )
        text = f"{number:032x}"
        return Key(f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}")


@dataclass(slots=True)
class Person:
    key: Key
    name: str
    email: str
    timezone: str
    region: str
    joined_at: datetime


@dataclass(slots=True)
class Tutor:
    """A mentor in the making: what they offer, and the figures that their bookings bring."""

    key: Key
    person: Person
    expertise: list[int]
    """Indexes of `EXPERTISE`, the first being the main one."""
    bio: str
    company: str
    job_title: str
    years: int
    rules: SessionRules
    blocks: list[Block]
    is_pending: bool
    applied_at: datetime
    quality: float
    """0 to 1: how well sessions go."""
    ratings: list[int] = field(default_factory=list)
    completed: int = 0
    completed_minutes: int = 0
    answered: int = 0
    expired: int = 0


def people(count: int, *, at: datetime, keys: Keys, chance: random.Random) -> list[Person]:
    """*count* users, who joined within the year before *at*, oldest first."""
    weights = [weight for _, _, weight in ZONES]
    homes = chance.choices(ZONES, weights, k=count)
    # It grew fast in the beginning.
    joined = sorted(at - _HISTORY * chance.random() ** 0.4 for _ in range(count))
    made = []
    for number, ((zone, region, _), joined_at) in enumerate(zip(homes, joined, strict=True)):
        first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
        made.append(
            Person(
                key=keys.new(joined_at),
                name=f"{first} {last}",
                email=f"{first}.{last}.{number}@example.org".lower(),
                timezone=zone,
                region=region,
                joined_at=joined_at,
            )
        )
    return made


def tutor(
    person: Person, *, at: datetime, keys: Keys, chance: random.Random, is_pending: bool = False
) -> Tutor:
    """*person* as a mentor, with a week of availability."""
    known = chance.sample(range(len(EXPERTISE)), k=chance.choices((1, 2, 3, 4), (3, 5, 3, 1))[0])
    _, title, focus = EXPERTISE[known[0]]
    years = chance.randint(2, 30)
    applied_at = person.joined_at + (at - person.joined_at) * chance.uniform(0.0, 0.2)
    return Tutor(
        key=keys.new(applied_at),
        person=person,
        expertise=known,
        bio=chance.choice(BIOS).format(title=title, years=years, focus=focus),
        company=chance.choice(COMPANIES),
        job_title=title,
        years=years,
        rules=SessionRules(
            session_minutes=chance.choices((30, 45, 60), (3, 2, 5))[0],
            buffer_minutes=chance.choices((0, 10, 15), (6, 2, 2))[0],
            minimum_notice_hours=chance.choices((12, 24, 48), (2, 6, 2))[0],
        ),
        blocks=_week(person, chance),
        is_pending=is_pending,
        applied_at=applied_at,
        quality=chance.betavariate(6, 2),
    )


def _week(person: Person, chance: random.Random) -> list[Block]:
    """Two or three blocks a week, on days of their own."""
    valid_from = _day(person)
    blocks: list[Block] = []
    for weekday in sorted(chance.sample(range(7), k=chance.choices((2, 3), (3, 2))[0])):
        start = chance.choice((8, 9, 10, 12, 14, 16, 17, 18, 19)) * 60
        blocks.append(WeeklyBlock(weekday, start, start + chance.choice((90, 120, 150)), valid_from))
    return blocks


def _day(person: Person) -> date:
    return person.joined_at.astimezone(zones.zone(person.timezone)).date()
