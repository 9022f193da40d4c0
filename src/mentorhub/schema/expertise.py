"""What mentors know, and the list that administrators keep of it."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from mentorhub.db.expertise import ExpertiseName, ExpertiseRow
from mentorhub.execution import batch, extend
from mentorhub.resolvers import expertise
from mentorhub.schema.context import Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.nodes import Node, id_field, key_of, node_type, shown, unless_brought
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation, Query


@unless_brought("mentor_count")
async def _mentor_counts(parents: Sequence[ExpertiseName], info: Info) -> list[int]:
    return await expertise.counts(info.context.desk, parents)


@node_type(
    "Expertise",
    row=(ExpertiseRow, ExpertiseName),
    load=expertise.visible,
    description="Something mentors know.",
)
class Expertise(Node):
    id: strawberry.ID = id_field("Expertise")
    name: str = strawberry.field(description="What it is called.")
    slug: str = strawberry.field(description="Its name for addresses: machine-learning.")
    mentor_count: int = batch(_mentor_counts, description="How many approved mentors have it.")


@strawberry.input(description="An expertise that mentors may choose from now on.")
class CreateExpertiseInput:
    name: str = strawberry.field(description="What it is called; 1 to 60 characters.")


@strawberry.input(description="Another name for an expertise.")
class RenameExpertiseInput:
    expertise_id: strawberry.ID = strawberry.field(description="An expertise's id.")
    name: str = strawberry.field(description="What it is called from now on; 1 to 60 characters.")


@strawberry.type(description="An expertise as it is now, or why nothing was done.")
class ExpertisePayload:
    expertise: Expertise | None = strawberry.field(default=None, description="Null where userErrors has any.")
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was done; empty where it was."
    )


@extend(Query)
class ExpertiseQueries:
    @strawberry.field(description="All that mentors may know, in the order of its names.")
    async def expertise(self, info: Info) -> list[Expertise]:
        return shown(await expertise.all_of_it(info.context.desk))  # type: ignore[no-any-return]  # rows


@extend(Mutation)
class ExpertiseMutations:
    @mutation("Adds an expertise that mentors may choose. Administrators only.")
    async def create_expertise(
        self,
        info: Info,
        input: Annotated[CreateExpertiseInput, strawberry.argument(description="Its name.")],
    ) -> ExpertisePayload | None:
        row = await info.context.do(expertise.create, name=input.name)
        return ExpertisePayload(expertise=Expertise.of(row))

    @mutation("Gives an expertise another name; its mentors keep it. Administrators only.")
    async def rename_expertise(
        self,
        info: Info,
        input: Annotated[RenameExpertiseInput, strawberry.argument(description="Which, and its name.")],
    ) -> ExpertisePayload | None:
        key = key_of("Expertise", input.expertise_id)
        row = await info.context.do(expertise.rename, expertise_id=key, name=input.name)
        return ExpertisePayload(expertise=Expertise.of(row))
