"""Pages of lists, as clients ask for them: first or last, after or before an opaque cursor."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, NamedTuple, Self, TypeVar

from mentorhub.db.paging import Cut, Listing, Window
from mentorhub.db.paging_of_many import ListingOfMany
from mentorhub.resolvers.cursors import Cursors
from mentorhub.resolvers.desk import Desk
from mentorhub.rules.refusals import BadUserInput, CursorInvalid, TooMany

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
            message = f"first and last go from 1 to {LARGEST_SIZE}; {size} was asked for."
            raise TooMany(message, limit=LARGEST_SIZE, actual=size)
        return size


class Edge(NamedTuple):
    cursor: str
    node: Any


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
    def page_info(self) -> Self:
        """Where the page stands: it says so itself."""
        return self

    @property
    def start_cursor(self) -> str | None:
        return self._cursor_of(self.nodes[0]) if self.nodes else None

    @property
    def end_cursor(self) -> str | None:
        return self._cursor_of(self.nodes[-1]) if self.nodes else None

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
    return _page(cut, listing, paging, cursors, lambda: listing.total(desk.reader, **values))


async def pages(
    desk: Desk, listing: ListingOfMany[R], paging: Paging, totals: Mapping[Any, int | None], *, name: str
) -> dict[Any, Page[R] | CursorInvalid]:
    """The page that *paging* asks for of each owner's list; *totals* says who owns one, and how long it is: None where
    that is to be counted when it is asked for.

    All in one statement, unless there is a cursor: that is of one owner's list, and invalid for the others'.
    Raises BadUserInput.
    """
    size, backward = paging.size(), paging.last is not None
    listed = {owner: Cursors(desk.doors.secret, name, {"owner": owner}) for owner in totals}
    found: dict[Any, Page[R] | CursorInvalid] = {}
    cuts: dict[Any, Cut[R]] = {}
    if paging.after is None and paging.before is None:
        cuts = await listing.ends(desk.reader, list(totals), Window(size, backward))
    else:
        for owner, cursors in listed.items():
            try:
                window = Window(size, backward, cursors.place(paging.after), cursors.place(paging.before))
            except CursorInvalid as invalid:
                found[owner] = invalid
            else:
                cuts[owner] = await listing.listing.cut(desk.reader, window, owner=owner)
    for owner, cut in cuts.items():
        total = totals[owner]
        count = (
            partial(listing.listing.total, desk.reader, owner=owner)
            if total is None
            else partial(_known, total)
        )
        found[owner] = _page(cut, listing.listing, paging, listed[owner], count)
    return found


async def _known(total: int) -> int:
    return total


def _page(
    cut: Cut[R], listing: Listing[R], paging: Paging, cursors: Cursors, count: Callable[[], Awaitable[int]]
) -> Page[R]:
    backward = paging.last is not None
    return Page(
        cut.rows,
        has_next_page=paging.before is not None if backward else cut.has_more,
        has_previous_page=cut.has_more if backward else paging.after is not None,
        cursor_of=lambda row: cursors.cursor(listing.place(row)),
        count=count,
    )
