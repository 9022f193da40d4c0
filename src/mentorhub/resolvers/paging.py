"""Pages of lists, as clients ask for them: first or last, after or before an opaque cursor."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any, Final, Generic, NamedTuple, TypeVar

from mentorhub.db.paging import Listing, Window
from mentorhub.resolvers.desk import Desk
from mentorhub.rules.refusals import BadUserInput, CursorInvalid

R = TypeVar("R")

DEFAULT_SIZE: Final = 20
LARGEST_SIZE: Final = 100
_CURSOR_LENGTH: Final = 600
_SEAL_LENGTH: Final = 9
_SEPARATOR: Final = "\x1f"


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
    **values: Any,
) -> Page[R]:
    """The page of *listing* that *paging* asks for.

    *name* tells its cursors from those of another order; with the *values* of its filters, from another filter's.
    Raises BadUserInput, CursorInvalid.
    """
    size = paging.size(default)
    cursors = _Cursors(desk.doors.secret, name, values)
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


class _Cursors:
    """The cursors of one list: places in it, sealed, so that no other list's and no forged one passes."""

    __slots__ = ("_seal",)

    def __init__(self, secret: bytes, name: str, values: dict[str, Any]) -> None:
        # The clock goes on from page to page, and does not count as a filter.
        filters = sorted((key, repr(value)) for key, value in values.items() if key != "now")
        self._seal = hashlib.blake2s(
            repr((name, filters)).encode(), key=secret[:32], digest_size=_SEAL_LENGTH
        )

    def cursor(self, place: Sequence[Any]) -> str:
        text = _SEPARATOR.join(_written(value) for value in place).encode()
        return urlsafe_b64encode(self._sealed(text) + text).decode().rstrip("=")

    def place(self, cursor: str | None) -> list[Any] | None:
        """The place that *cursor* names. Raises CursorInvalid."""
        if cursor is None:
            return None
        try:
            sealed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)) if cursor.isascii() else b""
        except NotBase64 as error:
            raise CursorInvalid from error
        seal, text = sealed[:_SEAL_LENGTH], sealed[_SEAL_LENGTH:]
        if len(cursor) > _CURSOR_LENGTH or not compare_digest(seal, self._sealed(text)):
            raise CursorInvalid
        return [_READ[cell[:1]](cell[1:]) for cell in text.decode().split(_SEPARATOR)]

    def _sealed(self, text: bytes) -> bytes:
        seal = self._seal.copy()
        seal.update(text)
        return seal.digest()


def _written(value: Any) -> str:
    match value:
        case bool():
            return f"b{int(value)}"
        case int():
            return f"i{value}"
        case float():
            return f"f{value!r}"
        case datetime():
            return f"d{value.isoformat()}"
        case _:
            return f"s{value}"


_READ: Final[dict[str, Callable[[str], Any]]] = {
    "b": lambda text: {"0": False, "1": True}[text],
    "i": int,
    "f": float,
    "d": datetime.fromisoformat,
    "s": str,
}
