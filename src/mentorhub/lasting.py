"""Lists that last: whatever is made of one is kept with it, and goes when it goes."""

from collections.abc import Hashable, Iterable
from typing import Any, Final, Self, TypeVar

T = TypeVar("T")

_MOST: Final = 4
"""So much is kept with a list: the same few ask for it mostly."""


class Lasting(tuple[T, ...]):  # noqa: SLOT001 -- it keeps something
    """A list of what never changes, given out again and again. What is kept with it is not to be changed either."""

    _kept: dict[Hashable, Any]

    def __new__(cls, items: Iterable[T]) -> Self:
        lasting = super().__new__(cls, items)
        lasting._kept = {}
        return lasting

    def kept(self, maker: Hashable) -> Any:
        """What *maker* made of the list; None where that is not there, or not any more."""
        return self._kept.get(maker)

    def keep(self, maker: Hashable, made: Any) -> None:
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[maker] = made
