"""Days, weekdays, hours and seconds of instants, in UTC."""

from typing import Any

from sqlalchemy import ColumnElement, Float, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from mentorhub.db.types import Day


class _Of(ColumnElement[Any]):
    inherit_cache = False

    def __init__(self, instant: Any) -> None:
        self.instant = instant


class day_of(_Of):  # noqa: N801 -- reads as SQL
    """The day of an instant."""

    type = Day()


class weekday_of(_Of):  # noqa: N801 -- reads as SQL
    """The weekday of an instant, 0 for Monday."""

    type = Integer()


class hour_of(_Of):  # noqa: N801 -- reads as SQL
    """The hour of an instant, 0 to 23."""

    type = Integer()


class seconds_between(ColumnElement[float]):  # noqa: N801 -- reads as SQL
    """How many seconds *until* is later than *since*."""

    inherit_cache = False
    type = Float()

    def __init__(self, since: Any, until: Any) -> None:
        self.since = since
        self.until = until


# date_part gives floats; extract gives decimals, which cost several times as much.


@compiles(day_of, "postgresql")
def _day_postgresql(element: day_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"(({compiler.process(element.instant, **options)}) AT TIME ZONE 'UTC')::date"


@compiles(day_of, "sqlite")
def _day_sqlite(element: day_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"substr({compiler.process(element.instant, **options)}, 1, 10)"


@compiles(weekday_of, "postgresql")
def _weekday_postgresql(element: weekday_of, compiler: SQLCompiler, **options: Any) -> str:
    instant = compiler.process(element.instant, **options)
    return f"(date_part('isodow', ({instant}) AT TIME ZONE 'UTC')::int - 1)"


@compiles(weekday_of, "sqlite")
def _weekday_sqlite(element: weekday_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"((CAST(strftime('%w', {compiler.process(element.instant, **options)}) AS INTEGER) + 6) % 7)"


@compiles(hour_of, "postgresql")
def _hour_postgresql(element: hour_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"date_part('hour', ({compiler.process(element.instant, **options)}) AT TIME ZONE 'UTC')::int"


@compiles(hour_of, "sqlite")
def _hour_sqlite(element: hour_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(substr({compiler.process(element.instant, **options)}, 12, 2) AS INTEGER)"


@compiles(seconds_between, "postgresql")
def _seconds_postgresql(element: seconds_between, compiler: SQLCompiler, **options: Any) -> str:
    since, until = (compiler.process(part, **options) for part in (element.since, element.until))
    return f"date_part('epoch', {until} - {since})"


@compiles(seconds_between, "sqlite")
def _seconds_sqlite(element: seconds_between, compiler: SQLCompiler, **options: Any) -> str:
    since, until = (compiler.process(part, **options) for part in (element.since, element.until))
    # A Julian day tells milliseconds apart.
    return f"((julianday({until}) - julianday({since})) * 86400.0)"
