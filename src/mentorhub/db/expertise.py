"""What mentors know."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, insert, literal_column, select, type_coerce, update
from sqlalchemy.dialects.postgresql import aggregate_order_by

from mentorhub.db.constructs import among, brought
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.mentors import expertise, mentor_expertise, mentors
from mentorhub.db.types import KeyColumn, Rows
from mentorhub.rules.keys import Key


class ExpertiseRow(NamedTuple):
    id: Key
    name: str
    slug: str
    mentor_count: int


class _Held(NamedTuple):
    mentor_id: Key
    id: Key
    name: str
    slug: str
    mentor_count: int


_COLUMNS = tuple(expertise.c[name] for name in ExpertiseRow._fields)

_ALL = Statement(select(*_COLUMNS).order_by(expertise.c.slug, expertise.c.id), ExpertiseRow)
_BY_KEYS = Statement(select(*_COLUMNS).where(among(expertise.c.id, "keys")), ExpertiseRow)
_OF_MENTORS = Statement(
    select(mentor_expertise.c.mentor_id, *_COLUMNS)
    .join_from(mentor_expertise, expertise, expertise.c.id == mentor_expertise.c.expertise_id)
    .where(among(mentor_expertise.c.mentor_id, "mentors"))
    .order_by(expertise.c.slug, expertise.c.id),
    _Held,
)
HELD: ColumnElement[Any] = brought(
    type_coerce(
        select(
            func.coalesce(
                func.json_agg(
                    aggregate_order_by(
                        func.json_build_array(*_COLUMNS), expertise.c.slug.asc(), expertise.c.id.asc()
                    )
                ),
                literal_column("'[]'::json"),
            )
        )
        .join_from(mentor_expertise, expertise, expertise.c.id == mentor_expertise.c.expertise_id)
        .where(mentor_expertise.c.mentor_id == mentors.c.id)
        .correlate(mentors)
        .scalar_subquery(),
        Rows(ExpertiseRow),
    )
)
"""What a mentor knows, as part of a statement that selects mentors; None on SQLite."""

_ADD = change(insert(expertise), parameters=["id", "name", "slug"])
_RENAME = change(
    update(expertise)
    .where(expertise.c.id == bindparam("key", type_=KeyColumn()))
    .values(name=bindparam("new_name"), slug=bindparam("new_slug"))
)


async def all_expertise(reader: Reader) -> list[ExpertiseRow]:
    """All of it, in the order of its names."""
    return await reader.all(_ALL)


async def by_keys(reader: Reader, keys: Sequence[Key]) -> dict[Key, ExpertiseRow]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=list(keys))}


async def of_mentors(reader: Reader, mentors: Iterable[Key]) -> dict[Key, list[ExpertiseRow]]:
    """What each of *mentors* knows, in the order of the names."""
    found: dict[Key, list[ExpertiseRow]] = {key: [] for key in mentors}
    for row in await reader.all(_OF_MENTORS, mentors=list(found)):
        found[row.mentor_id].append(ExpertiseRow(*row[1:]))
    return found


async def add(transaction: Transaction, row: ExpertiseRow) -> None:
    """Raises Violated where another has its slug."""
    await transaction.run(_ADD, id=row.id, name=row.name, slug=row.slug)


async def rename(transaction: Transaction, row: ExpertiseRow) -> int:
    """How many there were with the key of *row*. Raises Violated where another has its slug."""
    return await transaction.run(_RENAME, key=row.id, new_name=row.name, new_slug=row.slug)
