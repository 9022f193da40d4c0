"""The activity feed: what happened, for administrators; as a list, and as it happens."""

from collections.abc import AsyncGenerator, Mapping, Sequence

from mentorhub.db import activity
from mentorhub.db.activity import ActivityRow
from mentorhub.db.facts import FactRow
from mentorhub.live import Entry
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk
from mentorhub.resolvers.following import NAME, Following, cursors
from mentorhub.resolvers.paging import Page, Paging, page
from mentorhub.rules.activity import summary
from mentorhub.rules.facts import ActivityKind
from mentorhub.rules.keys import NOBODY, Key

_SIZE = 10
_EVERY = frozenset(kind.value for kind in ActivityKind)


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, FactRow]:
    """Those of *keys* that are activities, for administrators; none for others."""
    is_admin = desk.viewer is not None and desk.viewer.is_admin
    return await activity.by_keys(desk.reader, list(keys)) if is_admin else {}


async def recent(
    desk: Desk, paging: Paging, *, kinds: Sequence[ActivityKind] | None, with_actors: bool = False
) -> Page[ActivityRow]:
    """Newest first. An edge's cursor is the fact's own: it is good for the feed, and under any *kinds*."""
    access.admin(desk)
    values = {} if kinds is None else {"kinds": sorted({kind.value for kind in kinds})}
    listing = activity.listing(of_some_kinds=kinds is not None, with_actors=with_actors)
    return await page(desk, listing, paging, name=NAME, default=_SIZE, cursors=cursors(desk), **values)


async def follow(
    desk: Desk, following: Following, *, kinds: Sequence[ActivityKind] | None, after: str | None
) -> AsyncGenerator[Entry, None]:
    """The feed as it happens. Raises Unauthenticated, Forbidden, CursorInvalid."""
    access.admin(desk)
    wanted = _EVERY if kinds is None else frozenset(kind.value for kind in kinds)
    place = await following.start(desk, after)
    return following.listen(desk, lambda row: row.kind in wanted, after=place)


async def summaries(desk: Desk, happened: Sequence[FactRow | ActivityRow]) -> list[str]:
    """What each of *happened* says to a person."""
    people = {key for row in happened for key in (row.actor_id, _user(row)) if key}
    profiles = {key for row in happened if (key := _mentor(row))}
    names = await activity.names(desk.reader, users=people, mentors=profiles)
    return [
        summary(
            ActivityKind(row.kind),
            actor=names.get(row.actor_id or NOBODY),
            user=names.get(_user(row) or NOBODY),
            mentor=names.get(_mentor(row) or NOBODY),
        )
        for row in happened
    ]


def _user(row: FactRow | ActivityRow) -> Key | None:
    return row.subject_id if row.subject_type == "User" else row.user_id


def _mentor(row: FactRow | ActivityRow) -> Key | None:
    return row.subject_id if row.subject_type == "Mentor" else row.mentor_id
