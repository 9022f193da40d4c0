"""Warnings."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from mentorhub.db.users import UserRow
from mentorhub.db.warnings import WarningRow
from mentorhub.execution import batch, extend, rows
from mentorhub.resolvers import users, warnings
from mentorhub.schema.context import Info
from mentorhub.schema.users import User


async def _issuers(parents: Sequence[WarningRow], info: Info) -> list[UserRow]:
    found = await users.by_keys(info.context.desk, [row.issued_by for row in parents])
    return [found[row.issued_by] for row in parents]


@strawberry.type(description="What an administrator warned a user of.")
@rows(WarningRow)
class Warning:  # noqa: A001 -- the type's own name
    reason: str = strawberry.field(description="What the user did; 2,000 characters at most.")
    issued_by: User = batch(_issuers, description="Who warned them.")
    issued_at: datetime = strawberry.field(description="When they were warned.")


async def _warnings(parents: Sequence[UserRow], info: Info) -> list[list[WarningRow] | None]:
    found = await warnings.of_users(info.context.desk, [row.id for row in parents])
    return [found.get(row.id) for row in parents]


@extend(User)
class UserWarnings:
    warnings: list[Warning] | None = batch(
        _warnings, description="Oldest first. To the user itself and administrators; else null."
    )
