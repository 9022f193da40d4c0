"""Lists of all mentors, of whatever status."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, select

from mentorhub.db.list_parameters import among
from mentorhub.db.mentors import COLUMNS, MentorRow
from mentorhub.db.paging import Listing
from mentorhub.db.search import has_words
from mentorhub.db.tables.mentors import mentors


class Shape(NamedTuple):
    """By what the list is narrowed; the values are given at the call by these names."""

    statuses: bool = False
    words: bool = False


@cache
def listing(shape: Shape) -> Listing[MentorRow]:
    """The latest application first."""
    sql = select(*COLUMNS).where(*_conditions(shape))
    return Listing(sql, MentorRow, mentors.c.applied_at, mentors.c.id, descending=True, long=shape.words)


def _conditions(shape: Shape) -> Iterator[ColumnElement[bool]]:
    if shape.statuses:
        yield among(mentors.c.status, "statuses")
    if shape.words:
        yield has_words(mentors.c.search, "words")
