"""Mentors."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from mentorhub.db.mentors import MentorRow
from mentorhub.db.users import UserRow
from mentorhub.execution import batch, extend
from mentorhub.resolvers import mentors, users
from mentorhub.schema.context import Info
from mentorhub.schema.nodes import Node, id_of, key_of, node_type, shown
from mentorhub.schema.root import Query
from mentorhub.schema.scalars import TimeZone
from mentorhub.schema.users import User


def _id(root: MentorRow) -> strawberry.ID:
    return id_of("Mentor", root.id)


async def _users(parents: Sequence[MentorRow], info: Info) -> list[UserRow]:
    found = await users.by_keys(info.context.desk, [row.user_id for row in parents])
    return [found[row.user_id] for row in parents]


@node_type("Mentor", row=MentorRow, load=mentors.visible, description="Somebody who gives sessions.")
class Mentor(Node):
    id: strawberry.ID = strawberry.field(resolver=_id, description="Opaque, and good for ever.")
    user: User = batch(_users, description="The account behind the profile.")
    name: str = strawberry.field(description="As the account has it.")
    bio: str = strawberry.field(description="50 to 500 characters.")
    company: str | None = strawberry.field(description="Where they work.")
    job_title: str | None = strawberry.field(description="What they do there.")
    years_of_experience: int = strawberry.field(description="0 to 70.")
    timezone: TimeZone = strawberry.field(description="The zone whose wall clock their availability goes by.")


@extend(Query)
class MentorQueries:
    @strawberry.field(description="A mentor; null where there is none or the viewer may not see them.")
    async def mentor(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="A mentor's id.")]
    ) -> Mentor | None:
        key = key_of("Mentor", id)
        return shown((await mentors.visible(info.context.desk, [key])).get(key))  # type: ignore[no-any-return]  # a row
