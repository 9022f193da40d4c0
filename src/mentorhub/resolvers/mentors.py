"""Mentors' profiles, and what each viewer sees of them."""

from collections.abc import Awaitable, Mapping, Sequence

from mentorhub.db import bookings, mentors
from mentorhub.db.mentors import Extent, MentorCard, MentorRow
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.rules.keys import Key
from mentorhub.rules.tallies import share


async def by_keys(desk: Desk, keys: Sequence[Key]) -> dict[Key, MentorRow]:
    """Mentors reached through something that the viewer sees."""
    return await mentors.by_keys(desk.reader, keys)


def reached(
    desk: Desk, keys: Sequence[Key], extent: Extent
) -> Awaitable[Mapping[Key, MentorRow] | Mapping[Key, MentorCard]]:
    """The same, *extent* of each or more."""
    read = mentors.by_keys if extent is Extent.WHOLE else mentors.cards_by_keys
    return read(desk.reader, keys)


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, MentorRow]:
    """Those of *keys* whom the viewer may see: the approved, their own, all for administrators."""
    found = await mentors.by_keys(desk.reader, keys)
    return {key: row for key, row in found.items() if is_visible(desk, row)}


async def one_visible(desk: Desk, key: Key, extent: Extent) -> MentorRow | MentorCard | None:
    """The mentor with *key*, if the viewer may see them; *extent* of them or more."""
    row = (await reached(desk, [key], extent)).get(key)
    return row if row is not None and is_visible(desk, row) else None


async def visible_of_users(desk: Desk, users: Sequence[Key]) -> Mapping[Key, MentorRow]:
    """The profiles of *users* that the viewer may see, by the users' keys."""
    found = await mentors.by_users(desk.reader, users)
    return {key: row for key, row in found.items() if is_visible(desk, row)}


async def response_rates(desk: Desk, rows: Sequence[MentorRow]) -> list[float | None]:
    """The share of requests that each of *rows* answered; what is overdue was not, whether or not it is stored."""
    overdue = await bookings.overdue_of_mentors(desk.reader, [row.id for row in rows], now=desk.now)
    return [share(row.answered_count, row.expired_count + overdue.get(row.id, 0)) for row in rows]


async def kept_by_viewer(desk: Desk, keys: Sequence[Key]) -> set[Key]:
    """Those of *keys* whose own affairs the viewer may see: their own, all for administrators."""
    viewer = desk.viewer
    if viewer is None or viewer.is_admin or not keys:
        return set(keys) if viewer else set()
    own = (await mentors.by_users(desk.reader, [viewer.user_id])).get(viewer.user_id)
    return {own.id} & set(keys) if own else set()


async def fresh(work: Work, keys: Sequence[Key]) -> dict[Key, MentorRow]:
    """Mentors as this transaction has made them."""
    return await mentors.by_keys(work.transaction, keys)


def is_visible(desk: Desk, row: MentorRow | MentorCard) -> bool:
    return row.is_public or is_kept_by_viewer(desk, row)


def is_kept_by_viewer(desk: Desk, row: MentorRow | MentorCard) -> bool:
    """Whether *row* is the viewer's own, or the viewer an administrator."""
    return is_own(desk, row) or (desk.viewer is not None and desk.viewer.is_admin)


def is_own(desk: Desk, row: MentorRow | MentorCard) -> bool:
    return desk.viewer is not None and desk.viewer.user_id == row.user_id
