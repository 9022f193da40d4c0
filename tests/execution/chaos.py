"""Objects whose attributes are mostly what their types promise, and sometimes anything else.

What an attribute is depends on nothing but the object's seed and the attribute's name: asked twice, in any order, by
either executor, it gives the like.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Generator
from datetime import UTC, datetime
from enum import Enum
from random import Random
from typing import Any

import strawberry


@strawberry.enum
class Colour(Enum):
    RED = "red"
    GREEN = "green"
    BLUE = 3


class OddNumber(int):
    """Of a scalar that serializes with errors (worlds.py)."""


class Trouble(Exception):  # noqa: N818  # not a fault of anybody's
    """What goes wrong on purpose."""


GOOD: dict[str, Callable[["Thing", Random], Any]] = {
    "text": lambda thing, random: random.choice(["", "a", "ß😀", "x" * 50]),
    "number": lambda thing, random: random.choice([0, -1, 7, 2**31 - 1, -(2**31)]),
    "real": lambda thing, random: random.choice([0.0, -1.5, 1e300, 3]),
    "flag": lambda thing, random: random.choice([True, False]),
    "ident": lambda thing, random: random.choice(["1", "abc", 12]),
    "colour": lambda thing, random: random.choice([*Colour, "red", 3]),
    "moment": lambda thing, random: datetime(2026, 3, random.randint(1, 28), tzinfo=UTC),
    "thing": lambda thing, random: thing.child(random, Thing),
    "cat": lambda thing, random: thing.child(random, Cat),
    "pet": lambda thing, random: thing.child(random, random.choice([Cat, Dog, Fish])),
    "fish": lambda thing, random: thing.child(random, Fish),
}

ODD: list[Callable[[Random], Any]] = [
    lambda random: None,
    lambda random: None,
    lambda random: Trouble("given"),
    lambda random: {"not": "expected"},
    lambda random: ["not", "expected"],
    lambda random: "expected?",
    lambda random: 2**40,
    lambda random: float("nan"),
    lambda random: float("inf"),
    lambda random: 2.5,
    lambda random: True,
    lambda random: object,
    lambda random: Colour.RED,
    lambda random: Cat("stray", 0.0, waits=False),
]


class Thing:
    """Names are made as kind[_kind…][_suffix]: `texts_` is a list of texts, `waiting_` something to be awaited."""

    def __init__(self, seed: str, trouble: float, *, waits: bool) -> None:
        self.seed = seed
        self.trouble = trouble
        self.waits = waits

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def child(self, random: Random, cls: type["Thing"]) -> "Thing":
        return cls(f"{self.seed}.{random.random()}", self.trouble, waits=self.waits)

    def random(self, name: str) -> Random:
        return Random(f"{self.seed}.{name}")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.value(name)

    def value(self, name: str) -> Any:
        """The value of the attribute, raised if it is an error that came to be raised."""
        random = self.random(name)
        value = self.make(name.rstrip("_").split("_")[0], random)
        if isinstance(value, Trouble) and random.random() < 0.5:
            raise value
        return self.maybe_awaited(value, random)

    async def waited(self, name: str) -> Any:
        random = self.random(name)
        value = self.make(name.split("_", maxsplit=1)[0], random)
        if isinstance(value, Trouble) and random.random() < 0.5:
            raise value
        return value

    def make(self, kind: str, random: Random) -> Any:
        if random.random() < self.trouble:
            return random.choice(ODD)(random)
        if kind.startswith("many"):
            items = [
                self.maybe_awaited(self.make(kind.removeprefix("many"), random), random)
                for _ in range(random.choice([0, 1, 2, 2, 3]))
            ]
            return self.as_some_list(items, random)
        return GOOD[kind](self, random)

    def as_some_list(self, items: list[Any], random: Random) -> Any:
        choice = random.random()
        if choice < 0.7:
            return items
        if choice < 0.8:
            return tuple(items)
        if choice < 0.9 or not self.waits:
            return breaking(items, broken=random.random() < self.trouble)
        return breaking_later(items, broken=random.random() < self.trouble)

    def maybe_awaited(self, value: Any, random: Random) -> Any:
        return Later(value) if self.waits and random.random() < 0.3 else value


class Cat(Thing):
    pass


class Dog(Thing):
    pass


class Fish(Thing):
    pass


class Later:
    """To be awaited, and no harm done if it is not."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __await__(self) -> Generator[Any, None, Any]:
        yield from asyncio.sleep(0).__await__()
        if isinstance(self.value, Trouble):
            raise self.value
        return self.value


def breaking(items: list[Any], *, broken: bool) -> Any:
    yield from items
    if broken:
        raise Trouble("broke off")


async def breaking_later(items: list[Any], *, broken: bool) -> AsyncIterator[Any]:
    for item in items:
        yield item
    if broken:
        raise Trouble("broke off later")
