"""Lists in pages: keyset paging, never OFFSET, in both directions, over a total order."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Tuple,
    bindparam,
    func,
    select,
    true,
    tuple_,
)
from sqlalchemy.sql.util import ClauseAdapter

from mentorhub.db.database import Reader
from mentorhub.db.list_parameters import for_each
from mentorhub.db.statements import LIMITED, Statement

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list: *size* rows from its start or, *backward*, its end, between two places (exclusive).

    A place is the values of the order's columns in a row.
    """

    size: int
    backward: bool = False
    after: Sequence[Any] | None = None
    before: Sequence[Any] | None = None


@dataclass(frozen=True, slots=True)
class Cut(Generic[R]):
    """The rows of a window in the list's order, and whether the list goes on behind its far end."""

    rows: list[R]
    has_more: bool


Beside = Callable[[Subquery], tuple[FromClause, Sequence[ColumnElement[Any]]]]
"""Joins a page's companions to it: the page with them, and their columns."""


class Total(NamedTuple):
    total: int


class Listing(Generic[R]):
    """A list: what is selected, and its order, total through the key that comes last.

    All columns of the order are selected, never null, and sorted in one direction. *long* marks a list of which even
    a page may read much; *is_shared* and *companions* are as `Statement` has them, of the latter those that *sql*
    selects itself, then those that *beside* joins to a page once that has been found. *counted* has as many rows as
    *sql*, and less to do with each.
    """

    def __init__(
        self,
        sql: Select[Any],
        row: type[R],
        *order: ColumnElement[Any],
        descending: bool = False,
        long: bool = False,
        is_shared: bool = False,
        companions: Mapping[str, type[Any]] = MappingProxyType({}),
        beside: Beside | None = None,
        counted: Select[Any] | None = None,
    ) -> None:
        self._sql = sql
        self._long = long
        self._is_shared = is_shared
        self._companions = companions
        self._beside = beside
        self._row = row
        self._order = order
        self._descending = descending
        names: tuple[str, ...] = row._fields  # type: ignore[attr-defined]  # a NamedTuple
        self._indexes = [names.index(str(column.key)) for column in order]
        self._statement = cache(self._build)
        self._total = Statement(
            select(func.count().label("total")).select_from(
                (sql if counted is None else counted).order_by(None).subquery()
            ),
            Total,
            long=True,
        )

    def place(self, row: R) -> list[Any]:
        """Where *row* stands in the order."""
        return [row[index] for index in self._indexes]  # type: ignore[index]  # a NamedTuple

    async def cut(self, reader: Reader, window: Window, **values: Any) -> Cut[R]:
        """The rows of *window*; *values* are those of the list's own parameters."""
        statement = self._statement(window.backward, window.after is not None, window.before is not None)
        for name, bound in (("after", window.after), ("before", window.before)):
            values |= {f"{name}_{index}": value for index, value in enumerate(bound or ())}
        # One row more than asked tells whether there are more.
        rows = await reader.all(statement, limit=window.size + 1, **values)
        has_more = len(rows) > window.size
        rows = rows[: window.size]
        if window.backward:
            rows.reverse()
        return Cut(rows, has_more)

    async def total(self, reader: Reader, **values: Any) -> int:
        """How many rows the whole list has."""
        counted = await reader.one(self._total, **values)
        return counted.total if counted else 0

    def _build(self, backward: bool, has_after: bool, has_before: bool) -> Statement[R]:  # noqa: FBT001 -- a cache's key
        page = self._between(has_after=has_after, has_before=has_before)
        page = page.order_by(*self._sorted(self._order, backward=backward)).limit(LIMITED)
        return Statement(
            self._accompanied(self._by_postgresql(page, backward=backward), backward=backward),
            self._row,
            sqlite=self._accompanied(self._by_sqlite(page, backward=backward), backward=backward),
            long=self._long,
            is_shared=self._is_shared,
            companions=self._companions,
        )

    def _by_postgresql(self, page: Select[Any], *, backward: bool) -> Select[Any]:
        """*page* in words that lead PostgreSQL to an index, where its own do not."""
        return page

    def _by_sqlite(self, page: Select[Any], *, backward: bool) -> Select[Any]:
        """*page* in words that lead SQLite to an index, where its own do not."""
        return page

    def _accompanied(self, sql: Select[Any], *, backward: bool) -> Select[Any]:
        """A page with what is brought along: joined before, it might be looked for with rows that are no part of it."""
        if self._beside is None:
            return sql
        page = sql.subquery("page")
        source, columns = self._beside(page)
        places = [page.c[str(column.key)] for column in self._order]
        ordered = self._sorted(places, backward=backward)
        return select(*page.c, *columns).select_from(source).order_by(*ordered)

    def _sorted(self, columns: Iterable[Any], *, backward: bool) -> list[Any]:
        return [column.asc() if self._descending is backward else column.desc() for column in columns]

    def _between(self, *, has_after: bool, has_before: bool) -> Select[Any]:
        return self._beyond(self._sql, has_after=has_after, has_before=has_before)

    def _beyond(self, sql: Select[Any], *, has_after: bool, has_before: bool) -> Select[Any]:
        """What *sql* selects, from behind one place and up to before the other."""
        place = tuple_(*self._order)
        if has_after:
            bound = self._bound("after")
            sql = sql.where(place < bound if self._descending else place > bound)
        if has_before:
            bound = self._bound("before")
            sql = sql.where(place > bound if self._descending else place < bound)
        return sql

    def _bound(self, name: str) -> Tuple:
        return tuple_(
            *(bindparam(f"{name}_{index}", type_=column.type) for index, column in enumerate(self._order))
        )


class Merged(Listing[R]):
    """A list merged from the beginnings of others, one for each row of *source*; or as it is, where that is None.

    So what a page costs does not go by how much is in none of them. The rows of one are those of which *is_of_source*
    says so; their key comes last in *order*.
    """

    def __init__(
        self,
        sql: Select[Any],
        row: type[R],
        *order: ColumnElement[Any],
        source: FromClause | None,
        is_of_source: ColumnElement[bool],
        **more: Any,
    ) -> None:
        super().__init__(sql, row, *order, **more)
        self._source = source
        self._is_of_source = is_of_source

    def _by_postgresql(self, page: Select[Any], *, backward: bool) -> Select[Any]:
        if self._source is None:
            return page
        own = page.where(self._is_of_source).with_only_columns(*self._order).lateral("own")
        places = [own.c[str(column.key)] for column in self._order]
        keys = select(places[-1]).select_from(self._source.join(own, true()))
        keys = keys.order_by(*self._sorted(places, backward=backward)).limit(LIMITED)
        return self._rows(page, lambda found: found, keys, backward=backward)

    def _by_sqlite(self, page: Select[Any], *, backward: bool) -> Select[Any]:
        if self._source is None:
            return page
        # It knows no LATERAL, and may begin at the wrong end of a join.
        source = self._source
        keys = page.where(self._is_of_source).with_only_columns(self._order[-1]).correlate(source)
        return self._rows(page, lambda found: for_each(source, found), keys, backward=backward)

    def _rows(
        self,
        page: Select[Any],
        joined: Callable[[FromClause], FromClause],
        keys: Select[Any],
        *,
        backward: bool,
    ) -> Select[Any]:
        """The rows of *page* with these keys: an index has what tells keys, so that no others need be read whole."""
        found = self._order[-1].table.alias("found")
        adapted = ClauseAdapter(found).traverse
        rows = select(*map(adapted, page.selected_columns)).select_from(joined(found))
        rows = rows.where(adapted(self._order[-1]).in_(keys))
        return rows.order_by(*self._sorted(map(adapted, self._order), backward=backward)).limit(LIMITED)
