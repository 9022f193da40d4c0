"""What executing costs, by plan and by graphql-core's own executor: no database, no wire.

    .venv/bin/python benchmarks/executors.py [--rounds N]

A list of 20 objects, each with a batch of 25 more; a list of fields with resolvers; one field; introspection.
"""

import argparse
import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import Any, Literal, NamedTuple, Self

import strawberry
from graphql import get_introspection_query

from mentorhub.execution import Batches, Engine, batch, rows


class Context:
    def __init__(self) -> None:
        self.batches = Batches()

    def fresh(self) -> Self:
        return type(self)()


class MentorRow(NamedTuple):
    id: str
    name: str
    company: str | None
    years: int
    rating: float


class SlotRow(NamedTuple):
    id: str
    starts_at: str
    minutes: int
    is_open: bool


MENTORS = [MentorRow(str(n), f"Mentor {n}", None if n % 3 else "Company", n, 4.5) for n in range(20)]
SLOTS = [
    [SlotRow(f"{n}-{m}", "2026-03-08T14:00:00Z", 30, is_open=True) for m in range(25)] for n in range(20)
]


async def slots_of(parents: Sequence[MentorRow], info: strawberry.Info[Context, None]) -> Any:
    return SLOTS[: len(parents)]


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.type
@rows(SlotRow)
class Slot(Node):
    starts_at: str
    minutes: int
    is_open: bool

    @strawberry.field
    def ends(self, after: int = 0) -> int:
        return self.minutes + after


@strawberry.type
@rows(MentorRow)
class Mentor(Node):
    name: str
    company: str | None
    years: int
    rating: float
    slots: list[Slot] = batch(slots_of, description="25 each.")


@strawberry.type
class Query:
    @strawberry.field
    async def mentors(self, first: int = 20) -> list[Mentor]:
        return MENTORS[:first]  # type: ignore[return-value]  # rows stand for types

    @strawberry.field
    def nodes(self) -> list[Node]:
        return [each for slots in SLOTS for each in slots]  # type: ignore[misc]  # likewise


OPERATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "20 x 25 rows": (
        (
            "query ($first: Int!) { mentors(first: $first)"
            " { id name company years rating slots { id startsAt minutes isOpen } } }"
        ),
        {"first": 20},
    ),
    "500 behind an interface": ("{ nodes { __typename id ... on Slot { minutes } } }", {}),
    "500 resolvers": ("{ mentors { slots { ends(after: 5) } } }", {}),
    "one field": ("query ($first: Int!) { mentors(first: $first) { id } }", {"first": 1}),
    "introspection": (get_introspection_query(), {}),
}


async def microseconds(executor: Literal["compiled", "stock"], operation: str, rounds: int) -> float:
    engine = Engine(strawberry.Schema(Query), executor=executor)
    text, variables = OPERATIONS[operation]
    prepared = engine.prepare(text)
    await engine.execute(prepared, variables, Context())
    best = float("inf")
    for _ in range(rounds):
        began, times = perf_counter(), 0
        while perf_counter() - began < 0.2:
            await engine.execute(prepared, variables, Context())
            times += 1
        best = min(best, (perf_counter() - began) / times)
    return best * 1e6


async def main(rounds: int) -> None:
    print(f"{'microseconds, best of ' + str(rounds):30} {'stock':>10} {'compiled':>10}")
    for operation in OPERATIONS:
        stock = await microseconds("stock", operation, rounds)
        compiled = await microseconds("compiled", operation, rounds)
        print(f"{operation:30} {stock:10.0f} {compiled:10.0f}   {stock / compiled:.1f} times")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    asyncio.run(main(parser.parse_args().rounds))
