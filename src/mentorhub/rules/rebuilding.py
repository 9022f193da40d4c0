"""Rebuilding: what becomes of a mentor's rows of slots when what should be offered has changed."""

from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple, Protocol

from mentorhub.rules.intervals import Interval, Spanning, clear_of
from mentorhub.rules.keys import Key


class Standing(Spanning, Protocol):
    """A row of a slot as it stands, open or *taken* by an active booking."""

    @property
    def id(self) -> Key: ...

    @property
    def is_taken(self) -> bool: ...


class Changes(NamedTuple):
    """Open rows to close, intervals to open, and taken rows that are not to be offered again once free."""

    closed: list[Key]
    opened: list[Interval]
    withdrawn: list[Key]


def changes(standing: Iterable[Standing], wanted: Iterable[Interval]) -> Changes:
    """How to come from the rows that end after now to the *wanted* slots: `slots_between` now and horizon.

    A row whose interval is wanted keeps its id. A taken row always stays as it is, and nothing is opened that
    would overlap it. Neither rows nor wanted slots overlap among themselves, and so none will afterwards, if
    closing comes before opening.
    """
    closed: list[Key] = []
    stranded: list[Standing] = []
    missing: list[Interval] = []
    ahead = sorted(wanted, key=attrgetter("starts_at"), reverse=True)
    for row in sorted(standing, key=attrgetter("starts_at")):
        while ahead and ahead[-1].starts_at < row.starts_at:
            missing.append(ahead.pop())
        if ahead and ahead[-1] == (row.starts_at, row.ends_at):
            ahead.pop()
        elif row.is_taken:
            stranded.append(row)
        else:
            closed.append(row.id)
    missing.extend(reversed(ahead))
    return Changes(closed, clear_of(stranded, missing), [row.id for row in stranded])
