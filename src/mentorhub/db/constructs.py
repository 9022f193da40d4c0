"""What the two databases say differently, said once."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    bindparam,
    func,
    literal,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import Boolean, Text

from mentorhub.db.types import Instant


class holds(ColumnElement[bool]):  # noqa: N801 -- reads as SQL
    """A *flag* that is set, in the words of partial indexes, to which `IS TRUE` does not lead before PostgreSQL 17."""

    inherit_cache = False
    type = Boolean()
    _is_implicitly_boolean = True  # it is a condition, to which SQLAlchemy need add nothing

    def __init__(self, flag: Any) -> None:
        self.flag = flag


@compiles(holds, "postgresql")
def _holds_postgresql(element: holds, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.flag, **options)


@compiles(holds, "sqlite")
def _holds_sqlite(element: holds, compiler: SQLCompiler, **options: Any) -> str:
    return f"{compiler.process(element.flag, **options)} = 1"


class worded(ColumnElement[bool]):  # noqa: N801 -- reads as SQL
    """*condition*, or the same in words that lead PostgreSQL to an index."""

    inherit_cache = False
    type = Boolean()
    _is_implicitly_boolean = True  # as for `holds`
    _traverse_internals = [  # noqa: RUF012 -- SQLAlchemy's own form
        ("condition", InternalTraversal.dp_clauseelement),
        ("postgresql", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, condition: ColumnElement[bool], *, postgresql: ColumnElement[bool]) -> None:
        self.condition = condition
        self.postgresql = postgresql


@compiles(worded, "postgresql")
def _worded_postgresql(element: worded, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.postgresql, **options)


@compiles(worded, "sqlite")
def _worded_sqlite(element: worded, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.condition, **options)


class in_one_text(ColumnElement[str]):  # noqa: N801 -- reads as SQL
    """The only column of *found*, in its order, with spaces between; *found* looks at the rows of *beside*."""

    inherit_cache = False
    type = Text()

    def __init__(self, found: Select[Any], beside: FromClause) -> None:
        own = found.correlate(beside)
        self.postgresql = func.array_to_string(func.array(own.scalar_subquery()), " ")
        [column] = (rows := own.subquery("own")).c
        joined = select(func.group_concat(column, " ")).select_from(rows).correlate(beside)
        self.sqlite = func.coalesce(joined.scalar_subquery(), literal(""))


@compiles(in_one_text, "postgresql")
def _in_one_text_postgresql(element: in_one_text, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.postgresql, **options)


@compiles(in_one_text, "sqlite")
def _in_one_text_sqlite(element: in_one_text, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.sqlite, **options)


def now() -> BindParameter[Any]:
    """The instant of the call, given as `now`."""
    return bindparam("now", type_=Instant())


class current_transaction(ColumnElement[int]):  # noqa: N801 -- reads as SQL
    """The number of the transaction that asks; 0 on SQLite, where one writer makes the order."""

    inherit_cache = True
    type = BigInteger()


@compiles(current_transaction, "postgresql")
def _transaction_postgresql(element: current_transaction, compiler: SQLCompiler, **options: Any) -> str:
    return "(pg_current_xact_id()::text::bigint)"


@compiles(current_transaction, "sqlite")
def _transaction_sqlite(element: current_transaction, compiler: SQLCompiler, **options: Any) -> str:
    return "0"


class oldest_open_transaction(ColumnElement[int]):  # noqa: N801 -- reads as SQL
    """Every transaction of this database below this number has ended. PostgreSQL's alone.

    A transaction number belongs to one session for good, so one that is seen to be of another database cannot be
    of this one: somebody else's long import does not hold up what is told here.
    """

    inherit_cache = True
    type = BigInteger()


@compiles(oldest_open_transaction, "postgresql")
def _oldest_postgresql(element: oldest_open_transaction, compiler: SQLCompiler, **options: Any) -> str:
    return """(
        SELECT coalesce(min(number::text::bigint), pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
        FROM pg_snapshot_xip(pg_current_snapshot()) AS number
        WHERE NOT EXISTS (
            SELECT FROM pg_stat_activity AS session
            WHERE session.backend_xid = number::xid
            AND session.datid <> (SELECT oid FROM pg_database WHERE datname = current_database())
        )
    )"""


class shifted(ColumnElement[Any]):  # noqa: N801 -- reads as SQL
    """An instant on the whole millisecond, moved by *minutes* of true time, and *microseconds* (0 to 999)."""

    inherit_cache = False
    type = Instant()

    def __init__(self, instant: Any, minutes: Any, *, microseconds: int = 0) -> None:
        self.instant = instant
        self.minutes = minutes
        self.microseconds = microseconds


@compiles(shifted, "postgresql")
def _shifted_postgresql(element: shifted, compiler: SQLCompiler, **options: Any) -> str:
    instant, minutes = (compiler.process(part, **options) for part in (element.instant, element.minutes))
    # Not make_interval, whose arguments' types no parameter could tell.
    moved = f"{instant} + {minutes} * interval '1 minute'"
    return (
        f"({moved} + interval '{element.microseconds} microseconds')"
        if element.microseconds
        else f"({moved})"
    )


@compiles(shifted, "sqlite")
def _shifted_sqlite(element: shifted, compiler: SQLCompiler, **options: Any) -> str:
    instant, minutes = (compiler.process(part, **options) for part in (element.instant, element.minutes))
    rest = f"{element.microseconds:03}Z"
    return f"(strftime('%Y-%m-%dT%H:%M:%f', {instant}, ({minutes}) || ' minutes') || '{rest}')"


class greatest(GenericFunction[Any]):  # noqa: N801 -- reads as SQL
    """The greatest of values of which none is null."""

    name = "greatest"
    inherit_cache = True


class least(GenericFunction[Any]):  # noqa: N801 -- reads as SQL
    """The least of values of which none is null."""

    name = "least"
    inherit_cache = True


@compiles(greatest, "sqlite")
def _greatest_sqlite(element: greatest, compiler: SQLCompiler, **options: Any) -> str:
    return f"max{compiler.process(element.clause_expr, **options)}"


@compiles(least, "sqlite")
def _least_sqlite(element: least, compiler: SQLCompiler, **options: Any) -> str:
    return f"min{compiler.process(element.clause_expr, **options)}"
