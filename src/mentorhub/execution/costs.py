"""What a selection costs: an estimate of the fields to be answered, as a sum over products of page sizes.

Page sizes given by variables stay open, so that one estimate serves every execution of a document:
`mentors(first: $n) { nodes { name slots(first: 5) { id } } }` costs 1 + 1 + 2·n + 5·n.
"""

from collections.abc import Callable, Mapping
from math import prod
from typing import Any, NamedTuple

MOST_PRODUCTS = 50
"""A sum of more is closed at the greatest sizes: by then nobody can have meant it."""


class Size(NamedTuple):
    """How many items: a number, or what a variable says."""

    number: int = 1
    variable: str | None = None


class Cost(NamedTuple):
    """A sum of products: by the variables in a product, how often it counts."""

    products: Mapping[tuple[str, ...], int]

    def plus(self, other: "Cost") -> "Cost":
        products = dict(self.products)
        for variables, count in other.products.items():
            products[variables] = products.get(variables, 0) + count
        return Cost(products)

    def times(self, size: Size) -> "Cost":
        factor = () if size.variable is None else (size.variable,)
        return Cost(
            {tuple(sorted(each + factor)): count * size.number for each, count in self.products.items()}
        )

    def closed(self, size: int) -> "Cost":
        """The same with every variable at *size*."""
        return Cost({(): self.at(lambda _: size)})

    def at(self, size_of: Callable[[str], int]) -> int:
        """The number for known sizes."""
        return sum(count * prod(map(size_of, variables)) for variables, count in self.products.items())


NOTHING = Cost({})
ONE = Cost({(): 1})


def size_of_value(value: Any, *, assumed: int, largest: int) -> int:
    """The size that the value of an argument stands for: a page size, or a list that is answered item by item."""
    if isinstance(value, list):
        return min(len(value), largest)
    if isinstance(value, int) and not isinstance(value, bool):
        return max(0, min(value, largest))
    return assumed
