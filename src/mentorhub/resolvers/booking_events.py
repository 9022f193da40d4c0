"""Changes of bookings' status or time, as they happen, to those who may see the booking."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from mentorhub.db import mentors
from mentorhub.db.facts import FactRow
from mentorhub.live import Entry, Wanted
from mentorhub.resolvers import access, bookings
from mentorhub.resolvers.desk import Desk, Viewer
from mentorhub.resolvers.following import Following
from mentorhub.rules.facts import BOOKING_STATUS_KINDS, ActivityKind
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import Absent

_KINDS: Final = frozenset(kind.value for kind in BOOKING_STATUS_KINDS)


async def follow(
    desk: Desk, following: Following, *, booking_id: Key | None, after: str | None
) -> AsyncGenerator[Entry, None]:
    """The events of one booking, or of all that the viewer is a party of.

    Raises Unauthenticated, CursorInvalid, and Absent for a booking that the viewer may not see.
    """
    viewer = access.signed_in(desk)
    place = await following.start(desk, after)
    if booking_id is None:
        wanted = await _own(desk, viewer)
    elif booking_id in await bookings.visible(desk, [booking_id]):
        wanted = _of_one(booking_id)
    else:
        raise Absent
    return _visible(desk, following.listen(desk, wanted, after=place))


def _of_one(booking_id: Key) -> Wanted:
    return lambda row: row.booking_id == booking_id and row.kind in _KINDS


async def _own(desk: Desk, viewer: Viewer) -> Wanted:
    profile = (await mentors.by_users(desk.reader, [viewer.user_id])).get(viewer.user_id)
    profiles = {profile.id} if profile else set()

    def wanted(row: FactRow) -> bool:
        if row.kind == ActivityKind.MENTOR_APPLIED and row.actor_id == viewer.user_id:
            # Who listens while becoming a mentor hears of the bookings to come.
            profiles.add(row.subject_id)
        return row.kind in _KINDS and (row.user_id == viewer.user_id or row.mentor_id in profiles)

    return wanted


async def _visible(desk: Desk, entries: AsyncGenerator[Entry, None]) -> AsyncGenerator[Entry, None]:
    async with aclosing(entries):
        async for entry in entries:
            key = entry.row.booking_id
            if key in await bookings.visible(desk.anew(), [key]):
                yield entry
