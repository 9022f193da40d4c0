"""The words the tables are written in."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Table, false, text, true
from sqlmodel import Field, SQLModel

from mentorhub.db.types import Choice, Day, Flag, Instant, KeyColumn

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


def primary_key() -> Any:
    return Field(sa_type=KeyColumn, primary_key=True)


def references(target: str, *, on_delete: str = "RESTRICT", null: bool = False, primary: bool = False) -> Any:
    """A key of *target* ("users.id"); *on_delete* as in SQL."""
    return Field(
        sa_type=KeyColumn,
        nullable=null,
        primary_key=primary,
        sa_column_args=[ForeignKey(target, ondelete=on_delete)],
    )


def key(*, null: bool = False) -> Any:
    """A key that may outlive its row, or names one of several tables."""
    return Field(sa_type=KeyColumn, nullable=null)


def instant(*, null: bool = False) -> Any:
    return Field(sa_type=Instant, nullable=null)


def calendar_day(*, null: bool = False) -> Any:
    return Field(sa_type=Day, nullable=null)


def flag(*, default: bool) -> Any:
    return Field(
        sa_type=Flag, nullable=False, sa_column_kwargs={"server_default": true() if default else false()}
    )


def choice(words: type[Enum], *, null: bool = False) -> Any:
    """A word of *words*; hold it with `is_one_of` in the table's arguments."""
    return Field(sa_type=Choice(words), nullable=null)


def whole(*, null: bool = False, default: int | None = None) -> Any:
    extra = {"server_default": text(str(default))} if default is not None else {}
    return Field(nullable=null, sa_column_kwargs=extra)


def is_one_of(column: str, words: Iterable[Enum]) -> CheckConstraint:
    quoted = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({quoted})", name=f"{column}_is_a_word")


def check(rule: str, name: str) -> CheckConstraint:
    return CheckConstraint(rule, name=name)


def table_of(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel makes it for table=True
    return table


__all__ = [
    "calendar_day",
    "check",
    "choice",
    "date",
    "datetime",
    "flag",
    "instant",
    "is_one_of",
    "key",
    "primary_key",
    "references",
    "table_of",
    "whole",
]  # fmt: skip
