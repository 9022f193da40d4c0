"""What failed, and what of the answer it takes with it.

Failures are only noted while the answer grows, with null in their place. Once it stands, they are taken in
the answer's order, as an executor would meet them that goes depth first: each nulls the nearest position that
may be null; what lies within a nulled position and comes later is passed over: nothing would have come to it.
"""

from typing import Any, NamedTuple

from graphql import GraphQLError, located_error

from .levels import Level, Sites, order_of, path_to
from .shapes import Shape


class Failure(NamedTuple):
    sites: Sites
    number: int
    error: Exception
    after: tuple[int, ...] = ()
    """Items that came before the failure, when a list itself broke off."""


class Failures:
    """The failures of one execution."""

    __slots__ = ("_all", "are_total")

    def __init__(self) -> None:
        self._all: list[Failure] = []
        self.are_total = False
        """Whether any takes the whole answer with it: then nothing else need be waited for, or begun."""

    def __bool__(self) -> bool:
        return bool(self._all)

    def note(self, sites: Sites, number: int, error: Exception, after: tuple[int, ...] = ()) -> None:
        failure = Failure(sites, number, error, after)
        self._all.append(failure)
        self.are_total = self.are_total or _nulled(failure) is None

    def missing(self, sites: Sites, number: int) -> None:
        """Null where the type does not allow it."""
        field = sites.field
        message = f"Cannot return null for non-nullable field {field.parent}.{field.name}."
        self.note(sites, number, TypeError(message))

    def settle(self, data: dict[str, Any]) -> tuple[dict[str, Any] | None, list[GraphQLError]]:
        """The data without what failed, and the errors in the data's order."""
        errors: list[GraphQLError] = []
        nulled: set[tuple[str | int, ...]] = set()
        for failure in sorted(self._all, key=_order):
            place = _nulled(failure)
            position = () if place is None else tuple(path_to(*place).as_list())
            if any(position[:length] in nulled for length in range(len(position) + 1)):
                continue
            nulled.add(position)
            errors.append(_located(failure))
            if place is None:
                return None, errors
            *way, last = position
            container: Any = data
            for step in way:
                container = container[step]
            container[last] = None
        return data, errors


def _order(failure: Failure) -> tuple[int, ...]:
    index, indices = failure.sites.at(failure.number)
    return order_of(failure.sites.level, index, failure.sites.field, indices) + failure.after


def _located(failure: Failure) -> GraphQLError:
    sites = failure.sites
    index, indices = sites.at(failure.number)
    path = path_to(sites.level, index, sites.field, indices)
    return located_error(failure.error, sites.field.nodes, path.as_list())


def _nulled(failure: Failure) -> tuple[Level, int, Any, tuple[int, ...]] | None:
    """The nearest position, from the failure upwards, that may be null; None if that is the whole answer."""
    sites: Sites | None = failure.sites
    number = failure.number
    while sites is not None:
        index, indices = sites.at(number)
        shapes: list[Shape] = sites.field.shapes
        for depth in range(len(indices), -1, -1):
            if not shapes[depth].non_null:
                return sites.level, index, sites.field, indices[:depth]
        sites, number = sites.level.sites, index
    return None
