"""Users."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import strawberry

from mentorhub.db.users import UserCard, UserRow
from mentorhub.execution import Asked, batch
from mentorhub.resolvers import users
from mentorhub.rules.vocabulary import Role, UserStatus
from mentorhub.schema.context import Info
from mentorhub.schema.nodes import Node, id_field, node_type
from mentorhub.schema.scalars import EmailAddress, TimeZone


async def _timezones(parents: Sequence[UserRow], info: Info) -> list[str | None]:
    close = await users.close_to_viewer(info.context.desk, [row.id for row in parents])
    return [row.timezone if row.id in close else None for row in parents]


async def _regions(parents: Sequence[UserRow], info: Info) -> list[str | None]:
    close = await users.close_to_viewer(info.context.desk, [row.id for row in parents])
    return [row.region if row.id in close else None for row in parents]


def _is_shown(row: UserRow, info: Info) -> bool:
    viewer = info.context.desk.viewer
    return viewer is not None and (viewer.is_admin or viewer.user_id == row.id)


def _emails(parents: Sequence[UserRow], info: Info) -> list[str | None]:
    return [row.email if _is_shown(row, info) else None for row in parents]


def _roles(parents: Sequence[UserRow], info: Info) -> list[Role | None]:
    return [row.role if _is_shown(row, info) else None for row in parents]


def _statuses(parents: Sequence[UserRow], info: Info) -> list[UserStatus | None]:
    return [row.status if _is_shown(row, info) else None for row in parents]


_SHOWN_BY_CARDS: Final = frozenset({"__typename", "id", "name"})


def needs_card_only(asked: Asked) -> bool:
    """Whether a `UserCard` has all that is asked of users."""
    return asked.names <= _SHOWN_BY_CARDS


_OWN = "To the user itself and administrators; else null."
_CLOSE = "To the user itself, administrators, and the other party of a confirmed booking; else null."


@node_type("User", row=(UserRow, UserCard), load=users.visible, description="Somebody with an account.")
class User(Node):
    id: strawberry.ID = id_field("User")
    name: str = strawberry.field(description="As they gave it; 1 to 80 characters.")
    joined_at: datetime = strawberry.field(description="When the account was made.")
    timezone: TimeZone | None = batch(_timezones, description=_CLOSE)
    region: str | None = batch(
        _regions, description="ISO 3166-1 alpha-2 country code. Visible as timezone is."
    )
    email: EmailAddress | None = batch(_emails, description=_OWN)
    role: Role | None = batch(_roles, description=_OWN)
    status: UserStatus | None = batch(_statuses, description=_OWN)
