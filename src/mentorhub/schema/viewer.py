"""The viewer: who is asking."""

from collections.abc import Sequence

import strawberry

from mentorhub.db.users import UserRow
from mentorhub.execution import batch, extend
from mentorhub.resolvers import users
from mentorhub.resolvers.desk import Viewer as ViewerRow
from mentorhub.schema.context import Info
from mentorhub.schema.nodes import shown
from mentorhub.schema.root import Query
from mentorhub.schema.users import User


async def _users(parents: Sequence[ViewerRow], info: Info) -> list[UserRow]:
    found = await users.by_keys(info.context.desk, [row.user_id for row in parents])
    return [found[row.user_id] for row in parents]


@strawberry.type(description="Who is asking.")
class Viewer:
    user: User = batch(_users, description="Their account.")


@extend(Query)
class ViewerQueries:
    @strawberry.field(description="Who is asking; null when signed out.")
    def viewer(self, info: Info) -> Viewer | None:
        return shown(info.context.desk.viewer)  # type: ignore[no-any-return]  # a row
