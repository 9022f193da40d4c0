"""Lists in pages: the shapes that all of them share, and their arguments."""

from typing import Annotated, Any, Generic, TypeVar

import strawberry

from mentorhub.execution import Asked, asked
from mentorhub.resolvers.paging import Page
from mentorhub.schema.context import Info

N = TypeVar("N")

First = Annotated[int | None, strawberry.argument(description="How many from the start on, 1 to 100.")]
After = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor.")]
Last = Annotated[
    int | None, strawberry.argument(description="How many at the end, 1 to 100; instead of first.")
]
Before = Annotated[str | None, strawberry.argument(description="Only what comes before this cursor.")]


@strawberry.type(
    description="""
Where a page stands in its list. Every list takes first or last, 1 to 100, first: 20 when neither is given; both, or out
of range, is BAD_USER_INPUT. Cursors are opaque and belong to one order and filter; a foreign or malformed one is
CURSOR_INVALID.
""".strip().replace("\n", " ")
)
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more comes after this page.")
    has_previous_page: bool = strawberry.field(description="Whether something comes before this page.")
    start_cursor: str | None = strawberry.field(description="The first edge's cursor; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The last edge's cursor; null on an empty page.")


@strawberry.type(description="An entry of a list, and its place there.")
class Edge(Generic[N]):
    cursor: str = strawberry.field(description="Its place: give it as after or before.")
    node: N = strawberry.field(description="The entry.")


async def _total(root: Page[Any]) -> int:
    return await root.total_count()


@strawberry.type(description="A page of a list.")
class Connection(Generic[N]):
    edges: list[Edge[N]] = strawberry.field(description="The entries with their cursors.")
    nodes: list[N] = strawberry.field(description="The entries alone.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    total_count: int = strawberry.field(
        resolver=_total, description="How many entries the whole list has; counted only when asked for."
    )


def asked_of_entries(info: Info) -> Asked | None:
    """What is asked of the entries of a list; None where that is not known."""
    found = asked(info)
    return found and found.at("nodes", "edges.node")
