"""Pages of lists, as clients ask for them: first or last, after or before an opaque cursor."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, TypeVar

from mentorhub.db.paging import Listing, Window
from mentorhub.resolvers.cursors import Cursors
from mentorhub.resolvers.desk import Desk
from mentorhub.rules.refusals import BadUserInput

R = TypeVar("R")

DEFAULT_SIZE: Final = 20
LARGEST_SIZE: Final = 100


@dataclass(frozen=True, slots=True)
class Paging:
    """The arguments of every list. At most one of *first* and *last*, 1 to 100; 20 where neither is given."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def size(self, default: int = DEFAULT_SIZE) -> int:
        """How many are asked for. Raises BadUserInput."""
        if self.first is not None and self.last is not None:
            raise BadUserInput("Give first or last, not both.")
        size = self.first if self.first is not None else self.last if self.last is not None else default
        if not 1 <= size <= LARGEST_SIZE:
            raise BadUserInput(f"first and last go from 1 to {LARGEST_SIZE}; {size} was asked for.")
        return size


class Edge(NamedTuple):
    cursor: str
    node: Any


class PageInfo(NamedTuple):
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


class Page(Generic[R]):
    """Rows of a list; edges and page information are made when asked for, and so is the total."""

    __slots__ = ("_count", "_cursor_of", "has_next_page", "has_previous_page", "nodes")

    def __init__(
        self,
        nodes: Sequence[R],
        *,
        has_next_page: bool,
        has_previous_page: bool,
        cursor_of: Callable[[R], str],
        count: Callable[[], Awaitable[int]],
    ) -> None:
        self.nodes = nodes
        self.has_next_page = has_next_page
        self.has_previous_page = has_previous_page
        self._cursor_of = cursor_of
        self._count = count

    @property
    def edges(self) -> list[Edge]:
        return [Edge(self._cursor_of(node), node) for node in self.nodes]

    @property
    def page_info(self) -> PageInfo:
        ends = (self.nodes[0], self.nodes[-1]) if self.nodes else ()
        start, end = (self._cursor_of(node) for node in ends) if ends else (None, None)
        return PageInfo(self.has_next_page, self.has_previous_page, start, end)

    async def total_count(self) -> int:
        return await self._count()


async def page(
    desk: Desk,
    listing: Listing[R],
    paging: Paging,
    *,
    name: str,
    default: int = DEFAULT_SIZE,
    cursors: Cursors | None = None,
    **values: Any,
) -> Page[R]:
    """The page of *listing* that *paging* asks for.

    *name* tells its cursors from those of another order; with the *values* of its filters, from another
    filter's. *cursors*, where they are given, take the place of both. Raises BadUserInput, CursorInvalid.
    """
    size = paging.size(default)
    cursors = cursors or Cursors(desk.doors.secret, name, values)
    backward = paging.last is not None
    window = Window(size, backward, cursors.place(paging.after), cursors.place(paging.before))
    cut = await listing.cut(desk.reader, window, **values)
    return Page(
        cut.rows,
        has_next_page=paging.before is not None if backward else cut.has_more,
        has_previous_page=cut.has_more if backward else paging.after is not None,
        cursor_of=lambda row: cursors.cursor(listing.place(row)),
        count=lambda: listing.total(desk.reader, **values),
    )
