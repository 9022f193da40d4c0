"""Users, and what each viewer sees of them."""

from collections.abc import Mapping, Sequence

from mentorhub.db import users
from mentorhub.db.users import UserRow
from mentorhub.resolvers.desk import Desk
from mentorhub.rules.keys import Key


async def by_keys(desk: Desk, keys: Sequence[Key]) -> dict[Key, UserRow]:
    """Users reached through something that the viewer sees."""
    return await users.by_keys(desk.reader, keys)


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, UserRow]:
    """Those of *keys* whom the viewer may see by their id alone."""
    viewer = desk.viewer
    if viewer is not None and viewer.is_admin:
        seen = set(keys)
    else:
        own = viewer.user_id if viewer else None
        others = [key for key in keys if key != own]
        seen = await users.met_by(desk.reader, others, viewer=own) if others else set()
        seen |= {own} if own else set()
    return await users.by_keys(desk.reader, [key for key in keys if key in seen])


async def close_to_viewer(desk: Desk, keys: Sequence[Key]) -> set[Key]:
    """Those of *keys* whose time zone and region the viewer may see."""
    viewer = desk.viewer
    if viewer is None:
        return set()
    if viewer.is_admin:
        return set(keys)
    others = [key for key in keys if key != viewer.user_id]
    met = await users.sharing_sessions(desk.reader, others, viewer=viewer.user_id) if others else set()
    return met | {viewer.user_id}
