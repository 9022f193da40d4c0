"""Where things are in an answer: levels of like objects, and the sites that values are to fill.

Nothing here is computed before it is asked for: while all goes well, nobody needs a path.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Protocol

from graphql.pyutils import Path

if TYPE_CHECKING:
    from .plans import Field, Selection
    from .running import Run


class Level:
    """Objects answered by one selection at one place of the document, whatever lists they stand in.

    `sources[i]` is resolved into `outs[i]`, which fills the i-th of `sites`; the root level has no sites.
    """

    __slots__ = ("outs", "run", "selection", "sites", "sources")

    def __init__(self, run: "Run", selection: "Selection", sources: list[Any], sites: "Sites | None") -> None:
        self.run = run
        self.selection = selection
        self.sources = sources
        self.sites = sites
        self.outs: list[dict[str, Any]] = []


class Sites(Protocol):
    """The sites in a level's objects that a column of values is to fill."""

    level: Level
    field: "Field"

    def at(self, number: int) -> tuple[int, tuple[int, ...]]:
        """The object of the level that the value belongs to, and its indices in the lists of the field."""
        ...


class Each:
    """The field in every object of the level."""

    __slots__ = ("field", "level")

    def __init__(self, level: Level, field: "Field") -> None:
        self.level = level
        self.field = field

    def at(self, number: int) -> tuple[int, tuple[int, ...]]:
        return number, ()


class Some:
    """Some of the sites: those that hold an object, or one of a certain type."""

    __slots__ = ("field", "level", "numbers", "sites")

    def __init__(self, sites: Sites, numbers: Sequence[int]) -> None:
        self.level = sites.level
        self.field = sites.field
        self.sites = sites
        self.numbers = numbers

    def at(self, number: int) -> tuple[int, tuple[int, ...]]:
        return self.sites.at(self.numbers[number])


class Items:
    """The items of the lists at the sites."""

    __slots__ = ("_ends", "_lengths", "field", "level", "sites")

    def __init__(self, sites: Sites, lengths: list[int]) -> None:
        self.level = sites.level
        self.field = sites.field
        self.sites = sites
        self._lengths = lengths
        self._ends: list[int] | None = None

    def at(self, number: int) -> tuple[int, tuple[int, ...]]:
        if self._ends is None:
            self._ends = list(accumulate(self._lengths))
        which = bisect_right(self._ends, number)
        index, indices = self.sites.at(which)
        return index, (*indices, number - self._ends[which] + self._lengths[which])


def path_to(level: Level, index: int, field: "Field", indices: tuple[int, ...] = ()) -> Path:
    """The response path of *field* in the object at *index*, or of an item of its lists."""
    above = None
    if level.sites is not None:
        above = path_to(level.sites.level, *_within(level.sites, index))
    path = Path(above, field.key, level.selection.type.name)
    for number in indices:
        path = path.add_key(number)
    return path


def order_of(level: Level, index: int, field: "Field", indices: tuple[int, ...] = ()) -> tuple[int, ...]:
    """The place in the answer's order: of each key its number in the selection, of each item its index."""
    above: tuple[int, ...] = ()
    if level.sites is not None:
        above = order_of(level.sites.level, *_within(level.sites, index))
    return (*above, field.number, *indices)


def _within(sites: Sites, number: int) -> tuple[int, "Field", tuple[int, ...]]:
    index, indices = sites.at(number)
    return index, sites.field, indices


def put(sites: Sites, number: int, value: Any) -> None:
    """Fills a site late, when what surrounds it stands already."""
    index, indices = sites.at(number)
    container: Any = sites.level.outs[index]
    key: str | int = sites.field.key
    for step in indices:
        container, key = container[key], step
    container[key] = value
