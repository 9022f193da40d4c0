"""Statements: SQLAlchemy Core, built once, compiled once a dialect, run on the driver itself.

`Statement(select(...), Row)` says what is asked and the NamedTuple each row becomes: its fields are the selected
columns, in order. Values come as keyword arguments at the call, by the names of the statement's bind parameters;
everything else is written into the SQL as a literal, so that the planner sees it. `LIMITED` stands where the call's
`limit` goes: a literal too, since PostgreSQL's generic plan for a bound one costs three times as much.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Generic, NamedTuple, TypeVar

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    CompoundSelect,
    Dialect,
    Executable,
    FromClause,
    Select,
    UpdateBase,
    literal_column,
)
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter

from mentorhub.db.types import Convert, loader, sender

R = TypeVar("R")

_LIMIT: Final = "__limit__"
# Nothing but parameters, and none of them a list itself.
_ONE_ROW: Final = re.compile(
    r"(?P<before>INSERT INTO .*?)VALUES \((?P<values>\$\d+::[A-Z ]+(?:, \$\d+::[A-Z ]+)*)\)(?P<after>[^$]*)",
    re.DOTALL,
)
_PLACEHOLDER: Final = re.compile(r"\$(\d+)")
LIMITED: Final[ColumnClause[int]] = literal_column(_LIMIT)
"""`select(...).limit(LIMITED)`: the call's `limit` stands here as a literal."""


class Nothing(NamedTuple):
    """The row of a statement that gives none."""


Change = tuple["Statement[Any]", Sequence[Mapping[str, Any]]]
"""A statement that writes, to be run once for each of these rows."""


class _Literals:
    """Writes every value known when the statement is built as a literal."""

    def visit_bindparam(self, bindparam: BindParameter[Any], *args: Any, **options: Any) -> str:
        known = bindparam.value is not None and not bindparam.required
        if known:
            options["literal_binds"] = True
        written: str = super().visit_bindparam(bindparam, *args, **options)  # type: ignore[misc]  # a mixin's super
        return written


class _PostgreSQLCompiler(_Literals, asyncpg.PGCompiler_asyncpg):
    pass


class _SQLiteCompiler(_Literals, SQLiteCompiler):
    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        """`select(...).with_hint(table, "INDEXED BY ...", "sqlite")`: the index to read it by."""
        return text


@cache
def _dialect(name: str) -> Dialect:
    dialect: Dialect
    if name == "postgresql":
        dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]
        dialect.statement_compiler = _PostgreSQLCompiler
    else:
        dialect = pysqlite.dialect()
        dialect.statement_compiler = _SQLiteCompiler
    return dialect


class Compiled(Generic[R]):
    """A statement for one driver."""

    __slots__ = ("_parameters", "_texts", "of_many", "rows", "text")

    def __init__(
        self,
        sql: Executable,
        row: type[R],
        dialect: str,
        *,
        parameters: Iterable[str] | None,
        companions: Mapping[str, type[Any]],
    ) -> None:
        compiled = sql.compile(  # type: ignore[attr-defined]  # every Executable can be compiled
            dialect=_dialect(dialect), column_keys=list(parameters) if parameters is not None else None
        )
        assert isinstance(compiled, SQLCompiler)
        self.text: str = compiled.string
        self._texts: dict[int, str] = {}
        self._parameters: list[tuple[str, Convert | None]] = [
            (name, sender(compiled.binds[name].type, dialect)) for name in compiled.positiontup or ()
        ]
        self.rows = _maker(sql, row, companions, dialect)
        self.of_many: str | None = None
        """For PostgreSQL, an INSERT of as many rows as its parameters, lists, have values; None of other statements."""
        if dialect == "postgresql":
            self.of_many = _of_many(self.text)

    def limited(self, limit: int | None) -> str:
        """The text with *limit* in its place."""
        if limit is None:
            return self.text
        try:
            return self._texts[limit]
        except KeyError:
            self._texts[limit] = self.text.replace(_LIMIT, str(int(limit)))
            return self._texts[limit]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """*values* in the order of the text's placeholders, as the driver takes them."""
        return [
            values[name] if send is None or values[name] is None else send(values[name])
            for name, send in self._parameters
        ]


@cache
def in_one(*texts: str) -> str:
    """INSERTs as one statement of PostgreSQL, which does the first first, the others in any order.

    Their values follow each other.
    """
    numbered, count = [], 0
    for text in texts:
        numbered.append(_PLACEHOLDER.sub(lambda found, by=count: f"${int(found[1]) + by}", text))  # type: ignore[misc]
        count += max(map(int, _PLACEHOLDER.findall(text)), default=0)
    first, *others = numbered
    beside = ", ".join(f"beside_{number} AS ({text})" for number, text in enumerate(others, 1))
    return f"WITH {beside} {first}" if others else first


def _of_many(text: str) -> str | None:
    found = _ONE_ROW.fullmatch(text)
    if found is None:
        return None
    lists = ", ".join(f"{value}[]" for value in found["values"].split(", "))
    return f"{found['before']}SELECT * FROM unnest({lists}){found['after']}"  # noqa: S608 -- compiled SQL


def _maker(
    sql: Executable, row: type[R], companions: Mapping[str, type[Any]], dialect: str
) -> Callable[[Iterable[Any]], list[R]]:
    """What makes *row*s, and their companions, of a driver's rows."""
    selected: Any = ()
    if isinstance(sql, UpdateBase):
        selected = sql._returning  # noqa: SLF001 -- no public way to ask
    elif isinstance(sql, Select | CompoundSelect):
        selected = sql.selected_columns
    columns: list[Any] = list(selected)
    names = list(getattr(row, "_fields", ()))
    names += [f"{name}_{field}" for name, each in companions.items() for field in each._fields]
    if [column.key for column in columns] != names:
        msg = f"{row.__name__} has {names}, the statement gives {[column.key for column in columns]}"
        raise TypeError(msg)
    loaders = [loader(column.type, dialect) for column in columns]
    scope: dict[str, Any] = {f"load{index}": load for index, load in enumerate(loaders) if load}
    # An outer join may make a NOT NULL column null: no column is trusted.
    cells = [
        f"load{index}(r[{index}]) if r[{index}] is not None else None" if load else f"r[{index}]"
        for index, load in enumerate(loaders)
    ]

    def making(number: int, made: type[Any], start: int) -> tuple[str, int]:
        end = start + len(getattr(made, "_fields", ()))
        scope[f"row{number}"] = made
        if issubclass(made, tuple):
            # A NamedTuple's own constructor is a Python function; what that calls is not.
            scope["new"] = tuple.__new__
            return f"new(row{number}, ({''.join(f'{cell}, ' for cell in cells[start:end])}))", end
        return f"row{number}({', '.join(cells[start:end])})", end

    making_row, start = making(0, row, 0)
    if not companions:
        if issubclass(row, tuple) and not any(loaders):
            making_row = "new(row0, r)"
        exec(f"def rows(found): return [{making_row} for r in found]", scope)  # nosec B102  # noqa: S102 -- likewise
        return scope["rows"]  # type: ignore[no-any-return]  # as its text says
    lines = [
        "def rows(found):",
        " made = []",
        " add = made.append",
        " for r in found:",
        f"  row = {making_row}",
    ]
    for number, (name, companion) in enumerate(companions.items(), 1):
        making_one, end = making(number, companion, start)
        lines.append(f"  row.{name} = {making_one} if r[{start}] is not None else None")
        start = end
    exec("\n".join([*lines, "  add(row)", " return made"]), scope)  # nosec B102  # noqa: S102 -- indices only
    made: Callable[[Iterable[Any]], list[R]] = scope["rows"]
    return made


class Statement(Generic[R]):
    """One question or change, for both databases. *sqlite* is its other wording where one cannot serve both.

    *long* marks what may read much: it is kept off the event loop. *parameters* names the columns an INSERT sets.
    *gathers* says that its rows are those whose first column is in the list parameter `keys`, whoever asks, and that it
    has no other: then those who ask at the same time may share one execution. *is_shared* says that many ask it with
    the same values, none of them a list: so may those, whatever `now` is to each.
    *companions* are rows that come with each row, as attributes by their names; their columns follow the row's own,
    labelled `name_field`, and a companion whose first column is null is None.
    """

    __slots__ = ("_companions", "_compiled", "_parameters", "_row", "_sql", "gathers", "is_shared", "long")

    def __init__(
        self,
        sql: Executable,
        row: type[R],
        *,
        sqlite: Executable | None = None,
        parameters: Iterable[str] | None = None,
        long: bool = False,
        gathers: bool = False,
        is_shared: bool = False,
        companions: Mapping[str, type[Any]] = MappingProxyType({}),
    ) -> None:
        self._companions = companions
        self._sql = {"postgresql": sql, "sqlite": sqlite if sqlite is not None else sql}
        self._row = row
        self._parameters = tuple(parameters) if parameters is not None else None
        self._compiled: dict[str, Compiled[R]] = {}
        self.long = long
        self.gathers = gathers
        self.is_shared = is_shared

    def on(self, dialect: str) -> Compiled[R]:
        """This statement for *dialect*, "postgresql" or "sqlite"; compiled at the first call."""
        try:
            return self._compiled[dialect]
        except KeyError:
            compiled = Compiled(
                self._sql[dialect],
                self._row,
                dialect,
                parameters=self._parameters,
                companions=self._companions,
            )
            self._compiled[dialect] = compiled
            return compiled


def change(
    sql: Executable, *, sqlite: Executable | None = None, parameters: Iterable[str] | None = None
) -> Statement[Nothing]:
    """A statement that writes and gives no rows."""
    return Statement(sql, Nothing, sqlite=sqlite, parameters=parameters)


def labelled(name: str, columns: Iterable[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """The *columns* of the companion *name*."""
    return [column.label(f"{name}_{column.key}") for column in columns]
