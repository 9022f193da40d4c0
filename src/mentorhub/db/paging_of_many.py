"""Lists of many owners, read together: the first or last rows of each in one statement."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, select, true
from sqlalchemy.sql.util import ClauseAdapter

from mentorhub.db.database import Reader
from mentorhub.db.list_parameters import each, for_each
from mentorhub.db.paging import Cut, Listing, Window
from mentorhub.db.statements import LIMITED, Statement

R = TypeVar("R")


class ListingOfMany(Generic[R]):
    """A list for each of many owners, the same but for whose it is: `listing` is one's, its value is `owner`.

    What the lists select stands in one table, whose `id` comes last in *order*; *sql* may join others to it, without
    a condition on them.
    """

    def __init__(
        self,
        sql: Select[Any],
        row: type[R],
        *order: ColumnElement[Any],
        owner: ColumnElement[Any],
        descending: bool = False,
    ) -> None:
        self._sql = sql
        self._row = row
        self._order = order
        self._owner = owner
        self._descending = descending
        names: tuple[str, ...] = row._fields  # type: ignore[attr-defined]  # a NamedTuple
        self._owner_index = names.index(str(owner.key))
        self._statement = cache(self._build)
        self.listing = Listing(
            sql.where(owner == bindparam("owner", type_=owner.type)), row, *order, descending=descending
        )

    async def ends(
        self, reader: Reader, owners: Sequence[Any], window: Window, **values: Any
    ) -> dict[Any, Cut[R]]:
        """The start or, backward, the end of the list of each of *owners*, in one statement; *window* has no places."""
        rows = await self.rows(reader, owners, size=window.size + 1, backward=window.backward, **values)
        cuts = {}
        for owner, own in rows.items():
            kept = own[: window.size]
            cuts[owner] = Cut(kept[::-1] if window.backward else kept, len(own) > window.size)
        return cuts

    async def rows(
        self, reader: Reader, owners: Sequence[Any], *, size: int, backward: bool = False, **values: Any
    ) -> dict[Any, list[R]]:
        """The first *size* rows of the list of each of *owners* or, backward, the last, from the end on."""
        rows: dict[Any, list[R]] = {owner: [] for owner in owners}
        index = self._owner_index
        for row in await reader.all(self._statement(backward), limit=size, owners=list(rows), **values):
            rows[row[index]].append(row)  # type: ignore[index]  # a NamedTuple
        return rows

    def _build(self, backward: bool) -> Statement[R]:  # noqa: FBT001 -- a cache's key
        descends = self._descending is not backward
        owners = each("owners")

        def sorted_(*order: Any) -> list[Any]:
            return [column.desc() if descends else column.asc() for column in order]

        own = self._sql.where(self._owner == owners.c.value).order_by(*sorted_(*self._order)).limit(LIMITED)
        lateral = own.lateral("own")
        places = [lateral.c[str(column.key)] for column in self._order]
        postgresql = select(*lateral.c).select_from(owners.join(lateral, true())).order_by(*sorted_(*places))
        # SQLite knows no LATERAL: each owner's keys first, then their rows.
        key = self._order[-1]
        other = key.table.alias("other")
        there = ClauseAdapter(other)
        keys = (
            select(other.c[key.key])
            .where(there.traverse(self._owner) == owners.c.value)
            .where(*(there.traverse(clause) for clause in self._sql._where_criteria))  # noqa: SLF001 -- no public way
            .order_by(*sorted_(*(there.traverse(column) for column in self._order)))
            .limit(LIMITED)
            .correlate(owners)
        )
        [found] = self._sql._from_obj or [key.table]  # noqa: SLF001 -- likewise
        sqlite = (
            select(*self._sql.selected_columns)
            .select_from(for_each(owners, found))
            .where(key.in_(keys))
            .order_by(*sorted_(*self._order))
        )
        return Statement(postgresql, self._row, sqlite=sqlite)
