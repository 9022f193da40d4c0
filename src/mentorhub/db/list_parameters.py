"""Lists that a statement is given, as both databases take them."""

from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Integer,
    Join,
    TableValuedAlias,
    bindparam,
    func,
    select,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Boolean, TypeEngine

from mentorhub.db.types import Instant, Instants, KeyColumn, Keys, Texts


class among(ColumnElement[bool]):  # noqa: N801 -- reads as SQL
    """*column* is one of the keys or texts in the list parameter *name*."""

    inherit_cache = False
    type = Boolean()
    _is_implicitly_boolean = True  # else SQLite is told "= 1", and takes no index

    def __init__(self, column: Any, name: str) -> None:
        self.column = column
        is_key = isinstance(column.type, KeyColumn)
        self.values: BindParameter[Any] = bindparam(name, type_=Keys() if is_key else Texts())


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in (element.column, element.values))
    return f"{column} = ANY({values})"


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in (element.column, element.values))
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 -- compiled SQL


class _each(GenericFunction[Any]):  # noqa: N801 -- reads as SQL
    name = "each_of"
    inherit_cache = True


@compiles(_each, "postgresql")
def _each_postgresql(element: _each, compiler: SQLCompiler, **options: Any) -> str:
    return f"unnest{compiler.process(element.clause_expr, **options)}"


@compiles(_each, "sqlite")
def _each_sqlite(element: _each, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each{compiler.process(element.clause_expr, **options)}"


_LISTS: Final[dict[type[TypeEngine[Any]], type[TypeEngine[Any]]]] = {KeyColumn: Keys, Instant: Instants}


def each(name: str, type_: TypeEngine[Any] | None = None) -> TableValuedAlias:
    """The list parameter *name* as a table of one column, `value`; keys unless *type_* says otherwise."""
    column = KeyColumn() if type_ is None else type_
    values = bindparam(name, type_=_LISTS.get(type(column), Texts)())
    return func.each_of(values).table_valued(_column("value", column), name="value")


def pairs(first: str, second: str) -> FromClause:
    """The list parameters *first* and *second*, of keys, as a table of two columns with their names."""
    columns = (_column(name, KeyColumn()) for name in (first, second))
    lists = (bindparam(name, type_=Keys()) for name in (first, second))
    return func.unnest(*lists).table_valued(*columns).render_derived(name="pair")


def pairs_in_sqlite(first: str, second: str) -> FromClause:
    """The same, as SQLite has to be told."""
    one, other = (
        func.json_each(bindparam(name, type_=Keys())).table_valued(
            _column("key", Integer()), _column("value", KeyColumn()), name=f"each_{name}"
        )
        for name in (first, second)
    )
    found = select(one.c.value.label(first), other.c.value.label(second))
    return found.select_from(one.join(other, one.c.key == other.c.key)).subquery("pair")


def _column(name: str, type_: TypeEngine[Any]) -> Any:
    from sqlalchemy import column  # the name is taken above

    return column(name, type_)


class _CrossJoin(Join):
    """SQLite reads the tables of a CROSS JOIN in the order in which they are written."""

    inherit_cache = True


@compiles(_CrossJoin, "sqlite")
def _cross_join_sqlite(element: _CrossJoin, compiler: SQLCompiler, **options: Any) -> str:
    options["asfrom"] = True
    return (
        f"{compiler.process(element.left, **options)} CROSS JOIN {compiler.process(element.right, **options)}"
    )


def for_each(owners: FromClause, found: FromClause) -> Join:
    """*found*, a table or tables joined to one, looked up for each of *owners* in turn; for SQLite."""
    if isinstance(found, Join):
        return Join(for_each(owners, found.left), found.right, found.onclause, isouter=found.isouter)
    return _CrossJoin(owners, found, true())
