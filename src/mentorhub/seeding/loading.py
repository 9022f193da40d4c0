"""Loads an invented platform into a database."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from mentorhub.db.bulk import BulkLoad
from mentorhub.passwords import Passwords
from mentorhub.seeding import rows, told
from mentorhub.seeding.platform import Account, Platform, Size, invent


class NotEmpty(ValueError):  # noqa: N818 -- an answer to the operator
    """Synthetic data is not mixed with what there is."""


async def is_empty(url: str) -> bool:
    """Whether nobody has an account in the database at *url*."""
    async with BulkLoad(url) as load:
        return await load.is_empty("users")


async def seed(
    url: str,
    size: Size,
    *,
    at: datetime | None = None,
    accounts: Sequence[Account] = (),
    report: Callable[[int], None] = lambda _: None,
) -> dict[str, int]:
    """Loads a platform of *size* into the empty database at *url*, in one transaction.

    *report* is told how many rows were written since it was told last. Returns how many of each kind there are.
    """
    at = at or datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    platform = invent(size, at=at, accounts=accounts)
    passwords = Passwords()
    for key, account in platform.accounts.items():
        platform.password_hashes[key] = await passwords.hash(account.password)
    passwords.close()
    async with BulkLoad(url, report) as load:
        if not await load.is_empty("users"):
            raise NotEmpty("the database has users already; synthetic data goes into an empty one")

        async def fill() -> None:
            for table, columns, written in _tables(platform):
                await load.rows(table, columns, written)
            await load.tell_nobody()

        await load.with_indexes_aside(fill)
    rated = sum(meeting.rating is not None for meeting in platform.meetings)
    return {
        "users": len(platform.people),
        "mentors": len(platform.tutors),
        "slots": len(platform.openings),
        "bookings": len(platform.meetings),
        "feedback": rated,
    }


def _tables(platform: Platform) -> Iterator[tuple[str, Sequence[str], Iterator[Sequence[Any]]]]:
    yield "users", rows.USER_COLUMNS, rows.users(platform)
    yield "expertise", rows.EXPERTISE_COLUMNS, rows.expertise(platform)
    yield "mentors", rows.MENTOR_COLUMNS, rows.mentors(platform)
    yield "mentor_expertise", ("mentor_id", "expertise_id"), rows.mentor_expertise(platform)
    yield "availability", rows.AVAILABILITY_COLUMNS, rows.availability(platform)
    yield "slots", rows.SLOT_COLUMNS, rows.slots(platform)
    yield "bookings", rows.BOOKING_COLUMNS, rows.bookings(platform)
    yield "feedback", rows.FEEDBACK_COLUMNS, rows.feedback(platform)
    yield "facts", told.FACT_COLUMNS, told.facts(platform)
    yield "figures", told.FIGURE_COLUMNS, told.figures(platform)
