"""The three roots of the API, which every column adds its part to."""

from typing import Annotated

import strawberry

from mentorhub.resolvers.paging import LARGEST_SIZE
from mentorhub.rules.refusals import TooMany
from mentorhub.schema.context import Info
from mentorhub.schema.nodes import Node, nodes_of, shown


@strawberry.type(description="What can be asked.")
class Query:
    @strawberry.field(description="What an id names; null where it is nothing the viewer may see.")
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Any id.")]
    ) -> Node | None:
        [found] = await nodes_of(info.context.desk, [id])
        return shown(found)  # type: ignore[no-any-return]  # a row

    @strawberry.field(
        description="In the order asked; null where there is none or it is not visible. 100 ids at most."
    )
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="Any ids.")]
    ) -> list[Node | None]:
        if len(ids) > LARGEST_SIZE:
            message = f"{LARGEST_SIZE} ids at most; {len(ids)} were given."
            raise TooMany(message, limit=LARGEST_SIZE, actual=len(ids))
        return await nodes_of(info.context.desk, ids)


@strawberry.type(description="What can be done. Each answers a payload, with userErrors where it was not.")
class Mutation:
    pass


@strawberry.type(
    description=(
        "What can be listened to. With after, whatever came since that cursor is sent first, in order, none missed "
        "and none twice."
    )
)
class Subscription:
    pass
