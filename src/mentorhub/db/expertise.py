"""What mentors know."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, insert, literal, select, update

from mentorhub.db.database import Reader, Transaction
from mentorhub.db.list_parameters import among
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.mentors import expertise
from mentorhub.db.types import KeyColumn
from mentorhub.lasting import Lasting
from mentorhub.rules.keys import Key


class ExpertiseRow(NamedTuple):
    id: Key
    name: str
    slug: str
    mentor_count: int


class ExpertiseName(NamedTuple):
    """What an expertise is called, and since which revision."""

    id: Key
    name: str
    slug: str
    revision: int


class _Revision(NamedTuple):
    revision: int


_MOST_LISTS: Final = 4_000
"""So many lists are kept; then they are made anew."""
_COLUMNS = tuple(expertise.c[name] for name in ExpertiseRow._fields)

_ALL = Statement(select(*_COLUMNS).order_by(expertise.c.slug, expertise.c.id), ExpertiseRow)
_BY_KEYS = Statement(select(*_COLUMNS).where(among(expertise.c.id, "keys")), ExpertiseRow)
_NAMES = Statement(select(*(expertise.c[name] for name in ExpertiseName._fields)), ExpertiseName)

REVISION: Final[ColumnElement[Any]] = (
    select(func.coalesce(func.max(expertise.c.revision), literal(0, expertise.c.revision.type)))
    .correlate(None)
    .scalar_subquery()
)
"""The newest revision, as a part of a statement that shows what mentors know: see `ExpertiseNames`."""
_NEWEST = Statement(select(REVISION.label("revision")), _Revision)

_ADD = change(insert(expertise), parameters=["id", "name", "slug", "revision"])
_RENAME = change(
    update(expertise)
    .where(expertise.c.id == bindparam("key", type_=KeyColumn()))
    .values(
        name=bindparam("new_name"),
        slug=bindparam("new_slug"),
        revision=bindparam("new_revision", type_=expertise.c.revision.type),
    )
)


class NamedExpertise(dict[str, Lasting[ExpertiseName]]):
    """Lists of expertise in the order of the names, by their keys with spaces between; made when they are asked for.

    Raises KeyError where one of the keys is not known.
    """

    def __init__(self, rows: Sequence[ExpertiseName] = ()) -> None:
        super().__init__()
        self.names: Final[Mapping[str, ExpertiseName]] = {row.id: row for row in rows}

    def __missing__(self, keys: str) -> Lasting[ExpertiseName]:
        rows = Lasting(sorted([self.names[key] for key in keys.split()], key=_place))
        if len(self) >= _MOST_LISTS:
            self.clear()
        self[keys] = rows
        return rows


def _place(row: ExpertiseName) -> tuple[str, Key]:
    return row.slug, row.id


class ExpertiseNames:
    """What all expertise is called, remembered for as long as the database shows the same revision."""

    def __init__(self) -> None:
        self._revision = -1
        self._known = NamedExpertise()

    def at(self, revision: int) -> NamedExpertise | None:
        """What it is called; None where that has to be read."""
        return self._known if revision == self._revision else None

    async def read(self, reader: Reader) -> NamedExpertise:
        rows = await reader.all(_NAMES)
        self._known, self._revision = NamedExpertise(rows), max((row.revision for row in rows), default=0)
        return self._known


async def all_expertise(reader: Reader) -> list[ExpertiseRow]:
    """All of it, in the order of its names."""
    return await reader.all(_ALL)


async def by_keys(reader: Reader, keys: Sequence[Key]) -> dict[Key, ExpertiseRow]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=list(keys))}


async def add(transaction: Transaction, row: ExpertiseRow) -> None:
    """Call it, and `rename`, one at a time. Raises Violated where another has its slug."""
    await transaction.run(
        _ADD, id=row.id, name=row.name, slug=row.slug, revision=await _next_revision(transaction)
    )


async def rename(transaction: Transaction, row: ExpertiseRow) -> int:
    """How many there were with the key of *row*. Raises Violated where another has its slug."""
    revision = await _next_revision(transaction)
    return await transaction.run(
        _RENAME, key=row.id, new_name=row.name, new_slug=row.slug, new_revision=revision
    )


async def _next_revision(transaction: Transaction) -> int:
    newest = await transaction.one(_NEWEST)
    assert newest is not None
    return newest.revision + 1
