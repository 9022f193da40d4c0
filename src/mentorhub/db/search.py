"""Search: rows in whose words every word that is sought stands, or begins one."""

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlalchemy import BindParameter, ColumnElement, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import Boolean

from mentorhub.db.types import Column


def _tsquery(words: Sequence[str]) -> str:
    return " & ".join(f"'{word}':*" for word in words)


def _fts5(words: Sequence[str]) -> str:
    return " ".join(f'"{word}"*' for word in words)


class Sought(Column):
    """Words as `rules.search_words` gives them, as a parameter; at least one."""

    on: ClassVar = {"postgresql": Text, "sqlite": Text}
    sent: ClassVar = {"postgresql": _tsquery, "sqlite": _fts5}


class has_words(ColumnElement[bool]):  # noqa: N801 -- reads as SQL
    """Each word of the list parameter *name* begins a word in *column*, the `search` of mentors or bookings."""

    inherit_cache = False
    type = Boolean()
    _is_implicitly_boolean = True  # else SQLite is told "= 1", and takes no index

    def __init__(self, column: Any, name: str) -> None:
        self.column = column
        self.key_column = column.table.c.id
        self.index = f"{column.table.name.removesuffix('s')}_search"
        self.values: BindParameter[Any] = bindparam(name, type_=Sought())


@compiles(has_words, "postgresql")
def _has_words_postgresql(element: has_words, compiler: SQLCompiler, **options: Any) -> str:
    column, words = (compiler.process(part, **options) for part in (element.column, element.values))
    return f"{column} @@ CAST({words} AS tsquery)"


@compiles(has_words, "sqlite")
def _has_words_sqlite(element: has_words, compiler: SQLCompiler, **options: Any) -> str:
    key, words = (compiler.process(part, **options) for part in (element.key_column, element.values))
    index = element.index
    owner = f"{index.removesuffix('_search')}_id"
    return (
        f"{key} IN (SELECT {owner} FROM {index}_rows WHERE number IN "  # noqa: S608 -- our own names
        f"(SELECT rowid FROM {index} WHERE {index} MATCH {words}))"
    )
