"""Warnings: given by administrators, read by them and by whom they are for."""

from collections.abc import Sequence
from typing import Final

from mentorhub.db import users, warnings
from mentorhub.db.users import UserRow
from mentorhub.db.warnings import WarningRow
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.resolvers.roles import subject
from mentorhub.rules import texts
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.keys import Key

_LONGEST: Final = 2000


async def warn(work: Work, *, user_id: Key, reason: str) -> UserRow:
    """Tells somebody that they broke the rules. Who may be acted on is as for suspending."""
    viewer = access.admin(work)
    account = await subject(work, user_id)
    reason = texts.paragraphs(reason, field="reason", at_most=_LONGEST)
    await warnings.issue(work.transaction, WarningRow(account.id, reason, viewer.user_id, work.now))
    work.tell(
        Fact(
            ActivityKind.USER_WARNED,
            ("User", user_id),
            viewer.user_id,
            user_id=user_id,
            data={"reason": reason},
        )
    )
    return (await users.by_keys(work.transaction, [user_id]))[user_id]


async def of_users(desk: Desk, keys: Sequence[Key]) -> dict[Key, list[WarningRow]]:
    """What those of *keys* were warned of, oldest first, where the viewer may know: absent where not."""
    viewer = desk.viewer
    if viewer is None:
        return {}
    return await warnings.of_users(
        desk.reader, [key for key in keys if viewer.is_admin or key == viewer.user_id]
    )
