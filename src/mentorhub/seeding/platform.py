"""A platform of one's own making: who is on it, and what they booked."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import Role
from mentorhub.seeding.people import Keys, Person, Tutor, people, tutor
from mentorhub.seeding.sessions import Calendar, Meeting, Opening, meetings, openings
from mentorhub.seeding.words import EXPERTISE

_ONE_PENDING_IN: Final = 25
"""One in so many mentors waits for a decision."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in."""

    name: str
    email: str
    role: Role
    password: str


DEMO: Final = (
    Account("Mina Laurent", "mentee@example.com", Role.MEMBER, "correct horse battery"),
    Account("Tomas Okafor", "mentor@example.com", Role.MEMBER, "correct horse battery"),
    Account("Ingrid Demir", "admin@example.com", Role.SUPERADMIN, "correct horse battery"),
)
"""A mentee, a mentor and an administrator for the demo."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is to be, and the seed of all chance."""

    mentors: int
    users: int
    bookings: int
    seed: int = 1

    def __post_init__(self) -> None:
        if self.users < self.mentors + 3:
            msg = "there must be at least three users more than mentors"
            raise ValueError(msg)

    @property
    def rows(self) -> int:
        """About how many rows it makes, for a progress bar."""
        return self.users * 2 + self.mentors * 47 + round(self.bookings * 4.3)


@dataclass(slots=True)
class Platform:
    """All of it, in memory. *accounts* are the first users; the first mentor is the second of them."""

    at: datetime
    keys: Keys
    expertise: list[Key]
    people: list[Person]
    accounts: dict[Key, Account]
    password_hashes: dict[Key, str]
    tutors: list[Tutor]
    openings: list[Opening]
    meetings: list[Meeting]

    @property
    def admin(self) -> Key | None:
        return next((key for key, account in self.accounts.items() if account.role is not Role.MEMBER), None)


def invent(size: Size, *, at: datetime, accounts: Sequence[Account] = ()) -> Platform:
    """A platform of *size* as it may look *at* an instant: the same for the same arguments.

    The first of *accounts* is a mentee, the second a mentor, both with bookings of their own.
    """
    chance = random.Random(size.seed)  # nosec B311  # noqa: S311 -- the same each time
    keys = Keys(chance)
    known = people(size.users, at=at, keys=keys, chance=chance)
    by_key = {person.key: account for person, account in zip(known, accounts, strict=False)}
    for person, account in zip(known, accounts, strict=False):
        person.name, person.email = account.name, account.email
    # Mentors came first; of those who can sign in, the second one mentors.
    teaching = [known[1], *known[3 : 2 + size.mentors]]
    mentees = [known[0], *known[2 + size.mentors :]]
    tutors = [
        tutor(
            person,
            at=at,
            keys=keys,
            chance=chance,
            is_pending=number > 0 and number % _ONE_PENDING_IN == 0,
        )
        for number, person in enumerate(teaching)
    ]
    ahead: list[Opening] = []
    booked: list[Meeting] = []
    calendar = Calendar()
    approved = [each for each in tutors if not each.is_pending]
    shares = _shares(len(approved), size.bookings, chance)
    for each, count in zip(approved, shares, strict=True):
        own = openings(each, at=at, keys=keys)
        booked += meetings(each, mentees, own, count, at=at, keys=keys, chance=chance, calendar=calendar)
        ahead += own
    return Platform(
        at=at,
        keys=keys,
        expertise=[keys.new(known[0].joined_at) for _ in EXPERTISE],
        people=known,
        accounts=by_key,
        password_hashes={},
        tutors=tutors,
        openings=ahead,
        meetings=booked,
    )


def _shares(among: int, total: int, chance: random.Random) -> list[int]:
    """*total* split unevenly among so many: some mentors are asked far more often than others."""
    weights = [chance.lognormvariate(0, 0.6) for _ in range(among)]
    whole = sum(weights) or 1.0
    shares = [int(total * weight / whole) for weight in weights]
    for index in range(total - sum(shares) if among else 0):
        shares[index % among] += 1
    return shares
