"""Search: rows in whose words every word that is sought stands, or begins one."""

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlalchemy import BindParameter, ColumnElement, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import Boolean

from mentorhub.db.types import Column

Word = str | Sequence[str]
"""One to be found, or several of which any will do."""


def _tsquery(words: Sequence[Word]) -> str:
    return " & ".join(_any_of(word, "'{}':*", " | ") for word in words)


def _fts5(words: Sequence[Word]) -> str:
    return " AND ".join(_any_of(word, '"{}"*', " OR ") for word in words)


def _any_of(word: Word, beginning: str, or_: str) -> str:
    words = [word] if isinstance(word, str) else word
    return f"({or_.join(map(beginning.format, words))})"


class Sought(Column):
    """Words as `rules.search_words` gives them, as a parameter; at least one."""

    on: ClassVar = {"postgresql": Text, "sqlite": Text}
    sent: ClassVar = {"postgresql": _tsquery, "sqlite": _fts5}


class has_words(ColumnElement[bool]):  # noqa: N801 -- reads as SQL
    """Each word of the list parameter *name* begins a word in *column*, the `search` of mentors or bookings.

    *in_order* says that many rows have them, which are best read in the list's own order.
    """

    inherit_cache = False
    type = Boolean()
    _is_implicitly_boolean = True  # else SQLite is told "= 1", and takes no index

    def __init__(self, column: Any, name: str, *, in_order: bool = False) -> None:
        self.column = column
        self.in_order = in_order
        self.key_column = column.table.c.id
        self.index = f"{column.table.name.removesuffix('s')}_search"
        self.values: BindParameter[Any] = bindparam(name, type_=Sought())


@compiles(has_words, "postgresql")
def _has_words_postgresql(element: has_words, compiler: SQLCompiler, **options: Any) -> str:
    column, words = (compiler.process(part, **options) for part in (element.column, element.values))
    found = f"{column} @@ CAST({words} AS tsquery)"
    return f"({found}) IS TRUE" if element.in_order else found


@compiles(has_words, "sqlite")
def _has_words_sqlite(element: has_words, compiler: SQLCompiler, **options: Any) -> str:
    key, words = (compiler.process(part, **options) for part in (element.key_column, element.values))
    index = element.index
    owner = f"{index.removesuffix('_search')}_id"
    return (
        f"{key} IN (SELECT {owner} FROM {index}_rows WHERE number IN "  # noqa: S608 -- our own names
        f"(SELECT rowid FROM {index} WHERE {index} MATCH {words}))"
    )
