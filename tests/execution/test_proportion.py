"""A longer, wider or deeper answer costs in proportion to its fields: counted in instructions of the interpreter."""

import sys
from collections.abc import Callable, Coroutine, Sequence
from itertools import pairwise
from types import FrameType
from typing import Any, NamedTuple

import pytest
import strawberry

from mentorhub.execution import Engine, Limits, batch
from tests.execution.contexts import Context, type_of_info


class TreeRow(NamedTuple):
    name: str
    number: int


def _trees(parents: Sequence[TreeRow], info: type_of_info, *, many: int) -> list[list[TreeRow]]:
    return [[TreeRow("Birch", number) for number in range(many)] for _ in parents]


@strawberry.type
class Tree:
    name: str
    number: int

    neighbours: "list[Tree]" = batch(_trees, description="As many as asked for.")


def _forest(many: int) -> Any:
    return [TreeRow("Birch", number) for number in range(many)]


@strawberry.type
class Query:
    forest: list[Tree] = strawberry.field(resolver=_forest)


UNLIMITED = Limits(depth=100, aliases=1_000, cost=10**60, directives=1_000)


def longer(size: int) -> str:
    return f"{{ forest(many: {10 * size}) {{ name number neighbours(many: 3) {{ name number }} }} }}"


def wider(size: int) -> str:
    names = " ".join(f"name{each}: name" for each in range(5 * size))
    lists = " ".join(f"list{each}: neighbours(many: 3) {{ number }}" for each in range(5 * size))
    return f"{{ forest(many: 5) {{ {names} {lists} }} }}"


def deeper(size: int) -> str:
    levels = 5 * size
    return "{ forest(many: 5) " + "{ name neighbours(many: 1) " * levels + "{ name }" + " }" * (levels + 1)


@pytest.mark.parametrize("document", [longer, wider, deeper])
def test_an_answer_costs_in_proportion_to_its_fields(document: Callable[[int], str]) -> None:
    engine = Engine(strawberry.Schema(Query), limits=UNLIMITED)

    spent = [instructions_of(engine, document(size)) for size in (1, 2, 3, 4, 5)]

    # Each step in size adds as much as the one before, but for what generated code needs to count beyond 255.
    steps = [later - sooner for sooner, later in pairwise(spent)]
    assert 0 < max(steps) < 1.03 * min(steps), spent


def instructions_of(engine: Engine, text: str) -> int:
    """How many instructions the interpreter takes for the answer, once the plan is made."""
    prepared = engine.prepare(text)
    # Instructions are made to measure for what they meet, in the first few runs.
    for _ in range(20):
        finished(engine.execute(prepared, None, Context()))
    count = 0

    def counted(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return counted

    execution, before = engine.execute(prepared, None, Context()), sys.gettrace()
    sys.settrace(counted)
    try:
        result = finished(execution)
    finally:
        sys.settrace(before)
    assert not result.errors, result.errors
    return count


def finished(execution: Coroutine[Any, Any, Any]) -> Any:
    """What *execution*, which awaits nothing, gives."""
    try:
        execution.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError
