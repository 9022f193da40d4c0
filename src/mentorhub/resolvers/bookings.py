"""Bookings, and what each viewer sees of them."""

from collections.abc import Mapping, Sequence

from mentorhub.db import bookings
from mentorhub.db.bookings import BookingRow
from mentorhub.resolvers.desk import Desk, Viewer
from mentorhub.rules.keys import Key


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, BookingRow]:
    """Those of *keys* that the viewer is a party of; all for administrators."""
    found = await bookings.by_keys(desk.reader, keys, now=desk.now) if desk.viewer else {}
    return {key: row for key, row in found.items() if is_visible(desk.viewer, row)}


def is_visible(viewer: Viewer | None, row: BookingRow) -> bool:
    return viewer is not None and (viewer.is_admin or viewer.user_id in {row.mentee_id, row.mentor_user_id})
