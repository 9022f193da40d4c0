"""A DataLoader for each field that reaches for other rows, each with a session of its own."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from benchmarks.usual.entities import Booking, Expertise, Feedback, Mentor, MentorExpertise, Slot, User
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select
from strawberry.dataloader import DataLoader

Open = Callable[[], AsyncSession]


class Loaders:
    """Those of one request."""

    def __init__(self, open_session: Open) -> None:
        self._open = open_session
        self.users = DataLoader(self._users)
        self.mentors = DataLoader(self._mentors)
        self.expertise = DataLoader(self._expertise)
        self.slots = DataLoader(self._slots)
        self.feedback = DataLoader(self._feedback)

    async def _all(self, statement: Any) -> Sequence[Any]:
        async with self._open() as session:
            rows: Sequence[Any] = (await session.execute(statement)).all()
            return rows

    async def _users(self, keys: list[UUID]) -> list[User | None]:
        rows = await self._all(select(User).where(col(User.id).in_(keys)))
        found = {row[0].id: row[0] for row in rows}
        return [found.get(key) for key in keys]

    async def _mentors(self, keys: list[UUID]) -> list[Mentor | None]:
        rows = await self._all(select(Mentor).where(col(Mentor.id).in_(keys)))
        found = {row[0].id: row[0] for row in rows}
        return [found.get(key) for key in keys]

    async def _expertise(self, keys: list[UUID]) -> list[list[Expertise]]:
        rows = await self._all(
            select(MentorExpertise.mentor_id, Expertise)
            .join(Expertise, col(Expertise.id) == MentorExpertise.expertise_id)
            .where(col(MentorExpertise.mentor_id).in_(keys))
            .order_by(Expertise.slug, Expertise.id)
        )
        found = defaultdict(list)
        for mentor, row in rows:
            found[mentor].append(row)
        return [found[key] for key in keys]

    async def _slots(self, keys: list[tuple[UUID, int]]) -> list[list[Slot]]:
        """The next slots of mentors, so many each."""
        now, most = datetime.now(UTC), max(first for _, first in keys)
        number = func.row_number().over(partition_by=Slot.mentor_id, order_by=[Slot.starts_at, Slot.id])
        numbered = (
            select(Slot.id, number.label("number"))
            .where(
                col(Slot.mentor_id).in_([mentor for mentor, _ in keys]),
                Slot.starts_at >= now,
                col(Slot.status).in_(["OPEN", "HELD"]),
                Slot.offered_from <= now,
                Slot.offered_until >= now,
            )
            .subquery()
        )
        rows = await self._all(
            select(Slot)
            .join(numbered, numbered.c.id == Slot.id)
            .where(numbered.c.number <= most)
            .order_by(Slot.starts_at, Slot.id)
        )
        found = defaultdict(list)
        for (row,) in rows:
            found[row.mentor_id].append(row)
        return [found[mentor][:first] for mentor, first in keys]

    async def _feedback(self, keys: list[UUID]) -> list[Feedback | None]:
        rows = await self._all(select(Feedback).where(col(Feedback.booking_id).in_(keys)))
        found = {row[0].booking_id: row[0] for row in rows}
        return [found.get(key) for key in keys]


def status_of(booking: Booking) -> str:
    is_overdue = (
        booking.status == "PENDING" and booking.respond_by and booking.respond_by <= datetime.now(UTC)
    )
    return "EXPIRED" if is_overdue else booking.status
