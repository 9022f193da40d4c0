"""Lists that last: the same object each time, so that what is made of one need be made once."""

from typing import TypeVar

T = TypeVar("T")


class Lasting(tuple[T, ...]):
    """A list of what never changes, given out again and again."""

    __slots__ = ()
