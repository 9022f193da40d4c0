"""A viewer's notifications, and of which kinds they want mail."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import NamedTuple

from mentorhub.db import notifications
from mentorhub.db.facts import BEGINNING
from mentorhub.db.notifications import NotificationRow
from mentorhub.live import Entry
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.resolvers.following import Following, cursors
from mentorhub.resolvers.paging import Page, Paging, page
from mentorhub.rules.facts import QuietKind
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import Invalid, NotFound
from mentorhub.rules.vocabulary import NotificationKind


class Preference(NamedTuple):
    kind: NotificationKind
    email: bool


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, NotificationRow]:
    """Those of *keys* that are the viewer's own."""
    if desk.viewer is None:
        return {}
    own = desk.viewer.user_id
    rows = await notifications.by_keys(desk.reader, keys)
    return {key: row for key, row in rows.items() if row.user_id == own}


async def of_viewer(desk: Desk, paging: Paging, *, unread_only: bool) -> Page[NotificationRow]:
    """Newest first."""
    viewer = access.signed_in(desk)
    listing, name = (
        (notifications.UNREAD, "unread notifications")
        if unread_only
        else (notifications.ALL, "notifications")
    )
    return await page(desk, listing, paging, name=name, user_id=viewer.user_id)


async def unread_count(desk: Desk) -> int:
    return await notifications.unread_count(desk.reader, access.signed_in(desk).user_id)


async def cursors_of(desk: Desk, rows: Sequence[NotificationRow]) -> list[str]:
    """The cursors that name when each of *rows* was told."""
    places = await notifications.places(desk.reader, [row.id for row in rows])
    of_place = cursors(desk)
    return [of_place.cursor(places.get(row.id, BEGINNING)) for row in rows]


async def follow(desk: Desk, following: Following, *, after: str | None) -> AsyncGenerator[Entry, None]:
    """The viewer's notifications as they come. Raises Unauthenticated, CursorInvalid."""
    own = access.signed_in(desk).user_id
    place = await following.start(desk, after)
    return following.listen(
        desk, lambda row: row.kind == QuietKind.NOTIFIED.value and row.user_id == own, after=place
    )


async def mark_read(work: Work, *, keys: Sequence[Key] | None) -> int:
    """Marks the viewer's notifications as read, all if none is named; how many were not. Raises NotFound."""
    own = access.signed_in(work).user_id
    if keys is not None:
        rows = await notifications.by_keys(work.transaction, keys)
        for number, key in enumerate(keys):
            if key not in rows or rows[key].user_id != own:
                raise NotFound(field=("notification_ids", str(number)))
    return await notifications.mark_read(work.transaction, own, keys=keys, now=work.now)


async def preferences(desk: Desk) -> list[Preference]:
    """Of each kind, whether it is mailed."""
    said = await notifications.preferences_of(desk.reader, access.signed_in(desk).user_id)
    return [Preference(kind, said.get(kind.value, True)) for kind in NotificationKind]


async def prefer(work: Work, *, kind: NotificationKind, email: bool) -> Preference:
    """Sets whether notifications of *kind* are mailed. Raises Invalid: mail about security stays."""
    own = access.signed_in(work).user_id
    if kind is NotificationKind.SECURITY and not email:
        raise Invalid("Mail about your account's security cannot be turned off.", field="email")
    await notifications.prefer(work.transaction, own, kind, email=email)
    return Preference(kind, email)
