"""The column types: how a key, an instant, a word or a list stands in PostgreSQL and in SQLite, and how it comes back.

Each type is declared once for SQLAlchemy (tables, migrations) and says how the drivers carry it: `sent` and `loaded`
turn values for a driver that does not know them, None where it does.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, ClassVar

import orjson
from sqlalchemy import ARRAY, CHAR, JSON, TIMESTAMP, Boolean, Date, Dialect, String, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

Convert = Callable[[Any], Any]


class Column(TypeDecorator[Any]):
    """A type that says for each dialect what its column is and how its driver carries the values."""

    impl = Text
    cache_ok = True
    on: ClassVar[dict[str, Callable[[], TypeEngine[Any]]]]
    """The column's type by dialect name."""
    sent: ClassVar[dict[str, Convert]] = {}
    """By dialect name, what turns a value for the driver."""
    loaded: ClassVar[dict[str, Convert]] = {}
    """By dialect name, what turns the driver's value."""

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(self.on[dialect.name]())

    def process_literal_param(self, value: Any, dialect: Dialect) -> Any:
        send = self.sent.get(dialect.name)
        return send(value) if send else value


class KeyColumn(Column):
    """A UUIDv7 as its 36-character text; `uuid` in PostgreSQL."""

    on: ClassVar = {"postgresql": lambda: postgresql.UUID(as_uuid=False), "sqlite": lambda: CHAR(36)}


def _utc(value: datetime) -> datetime:
    if value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        msg = "an instant needs an offset"
        raise ValueError(msg)
    return value.astimezone(UTC)


def _utc_text(value: datetime) -> str:
    # Fixed width, so that the order of the texts is the order of the instants.
    return _utc(value).isoformat(timespec="microseconds")[:26] + "Z"


class Instant(Column):
    """An instant: aware going in, aware in UTC coming out; text in SQLite, since it knows no instants."""

    on: ClassVar = {"postgresql": lambda: TIMESTAMP(timezone=True), "sqlite": lambda: CHAR(27)}
    sent: ClassVar = {"sqlite": _utc_text, "postgresql": _utc}
    loaded: ClassVar = {"sqlite": datetime.fromisoformat}


class Day(Column):
    """A calendar day."""

    on: ClassVar = {"postgresql": Date, "sqlite": lambda: CHAR(10)}
    sent: ClassVar = {"sqlite": date.isoformat}
    loaded: ClassVar = {"sqlite": date.fromisoformat}


class Flag(Column):
    on: ClassVar = {"postgresql": Boolean, "sqlite": Boolean}
    loaded: ClassVar = {"sqlite": bool}


class Document(Column):
    """JSON: what orjson can write."""

    on: ClassVar = {"postgresql": postgresql.JSONB, "sqlite": Text}
    sent: ClassVar = {
        "sqlite": lambda value: orjson.dumps(value).decode(),
        "postgresql": lambda value: orjson.dumps(value).decode(),
    }
    loaded: ClassVar = {"sqlite": orjson.loads, "postgresql": orjson.loads}


class Texts(Column):
    """A list of texts; a PostgreSQL array, JSON in SQLite."""

    on: ClassVar = {"postgresql": lambda: ARRAY(Text), "sqlite": lambda: JSON(none_as_null=True)}
    sent: ClassVar = {"sqlite": lambda value: orjson.dumps(value).decode(), "postgresql": list}
    loaded: ClassVar = {"sqlite": orjson.loads}


class Keys(Column):
    """A list of keys, as a parameter."""

    on: ClassVar = {"postgresql": lambda: ARRAY(postgresql.UUID(as_uuid=False)), "sqlite": Text}
    sent: ClassVar = {"sqlite": lambda value: orjson.dumps(value).decode(), "postgresql": list}


class Instants(Column):
    """A list of instants, as a parameter."""

    on: ClassVar = {"postgresql": lambda: ARRAY(TIMESTAMP(timezone=True)), "sqlite": Text}
    sent: ClassVar = {
        "sqlite": lambda value: orjson.dumps([*map(_utc_text, value)]).decode(),
        "postgresql": list,
    }


class SortedText(Column):
    """Text whose order is that of its code points, whatever the database's own language: the same on each of them."""

    on: ClassVar = {"postgresql": lambda: Text(collation="C"), "sqlite": Text}


class _Vector(postgresql.TSVECTOR):
    render_bind_cast = True  # as of all others: an INSERT of many rows is made of the types it says


class SearchWords(Column):
    """Normalised words, as one text with spaces between them: a `tsvector`, or text that a trigger puts into FTS5."""

    on: ClassVar = {"postgresql": _Vector, "sqlite": Text}


class Choice(Column):
    """One word of an enum, stored as its name; a CHECK constraint in the table holds it (see `tables.checks`)."""

    on: ClassVar = {"postgresql": String, "sqlite": String}
    cache_ok = True

    def __init__(self, words: type[Enum]) -> None:
        super().__init__()
        self.words = words

    @property
    def by_value(self) -> dict[str, Enum]:
        return {word.value: word for word in self.words}


class Choices(Texts):
    """A list of words of an enum."""

    cache_ok = True

    def __init__(self, words: type[Enum]) -> None:
        super().__init__()
        self.words = words


def sender(column: TypeEngine[Any], dialect: str) -> Convert | None:
    """What turns a value of *column*'s type for *dialect*'s driver; None where it goes as it is."""
    return column.sent.get(dialect) if isinstance(column, Column) else None


def loader(column: TypeEngine[Any], dialect: str) -> Convert | None:
    """What turns the value that *dialect*'s driver gives for *column*; None where it comes as it is."""
    if isinstance(column, Choice):
        return column.by_value.__getitem__
    if isinstance(column, Choices):
        words = {word.value: word for word in column.words}
        read: Callable[[Any], Iterable[str]] = orjson.loads if dialect == "sqlite" else list
        return lambda value: [words[name] for name in read(value)]
    return column.loaded.get(dialect) if isinstance(column, Column) else None
