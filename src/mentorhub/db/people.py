"""Lists of users, as administrators search and filter them.

Nobody but administrators searches for users, and seldom: their names are read as they stand, without an index.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Text, exists, literal, not_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from mentorhub.db.list_parameters import among, each
from mentorhub.db.paging import Listing
from mentorhub.db.tables.accounts import users
from mentorhub.db.users import COLUMNS, UserRow


class Shape(NamedTuple):
    """By what a list of users is narrowed; the values are given at the call by these names."""

    search: bool = False
    roles: bool = False
    statuses: bool = False


class words_in(ColumnElement[str]):  # noqa: N801 -- reads as SQL
    """The words of a text as search knows them, with spaces between them; none of none."""

    inherit_cache = False
    type = Text()

    def __init__(self, text: Any) -> None:
        self.text = text


@compiles(words_in, "postgresql")
def _words_postgresql(element: words_in, compiler: SQLCompiler, **options: Any) -> str:
    text = compiler.process(element.text, **options)
    # As `rules.search_words` does it, but for letters that stand for two.
    plain = f"translate(lower(normalize(coalesce({text}, ''), NFKD)), 'øłđħŧı', 'oldhti')"
    unmarked = f"regexp_replace({plain}, '[\u0300-\u036f]', '', 'g')"
    return f"regexp_replace({unmarked}, '[^[:alnum:]]+', ' ', 'g')"


@compiles(words_in, "sqlite")
def _words_sqlite(element: words_in, compiler: SQLCompiler, **options: Any) -> str:
    return f"search_words({compiler.process(element.text, **options)})"


_WORD = each("search", Text())
_WORDS = literal(" ") + words_in(users.c.name) + literal(" ") + words_in(users.c.email)
_HAS_ALL_WORDS = not_(
    exists(select(1).select_from(_WORD).where(_WORDS.not_like(literal("% ") + _WORD.c.value + literal("%"))))
)


@cache
def listing(shape: Shape) -> Listing[UserRow]:
    """The newest first."""
    sql = select(*COLUMNS).where(*_conditions(shape))
    return Listing(sql, UserRow, users.c.joined_at, users.c.id, descending=True, long=shape.search)


def _conditions(shape: Shape) -> Iterator[ColumnElement[bool]]:
    if shape.roles:
        yield among(users.c.role, "roles")
    if shape.statuses:
        yield among(users.c.status, "statuses")
    if shape.search:
        yield _HAS_ALL_WORDS
