"""A batch is declared once, and its function sees all parents of a level at once."""

from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any, NamedTuple, Self

import pytest
import strawberry

from mentorhub.execution import BROUGHT, Batches, Engine, Rejected, batch, extend, rows


class Context:
    def __init__(self) -> None:
        self.batches = Batches()
        self.calls: list[tuple[str, int]] = []

    def fresh(self) -> Self:
        return type(self)()


type_of_info = strawberry.Info[Context, None]


class MentorRow(NamedTuple):
    id: str
    name: str


class SlotRow(NamedTuple):
    id: str
    mentor_id: str


@strawberry.enum
class Order(Enum):
    SOONEST = "soonest"
    LATEST = "latest"


@strawberry.input
class Window:
    length: int = 2


async def ratings_of(parents: Sequence[MentorRow], info: type_of_info) -> Sequence[float | Exception | None]:
    info.context.calls.append(("ratings", len(parents)))
    return [ValueError("no rating") if parent.id == "2" else 4.5 for parent in parents]


def slots_of(
    parents: Sequence[MentorRow],
    info: type_of_info,
    *,
    from_: Annotated[str, strawberry.argument(name="from", description="The first.")] = "0",
    order: Order = Order.SOONEST,
    window: Window | None = None,
    first: int | None = strawberry.UNSET,
) -> Sequence[Sequence[SlotRow]]:
    info.context.calls.append((f"slots {from_} {order.name} {window} {first!r}", len(parents)))
    return [[SlotRow(f"{parent.id}-{n}", parent.id) for n in range(2)] for parent in parents]


async def mentors_of(parents: Sequence[SlotRow], info: type_of_info) -> Sequence[MentorRow]:
    info.context.calls.append(("mentors", len(parents)))
    return [MentorRow(parent.mentor_id, f"Mentor {parent.mentor_id}") for parent in parents]


async def too_few(parents: Sequence[MentorRow], info: type_of_info) -> Sequence[int]:
    return [1]


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.type
@rows(MentorRow)
class Mentor(Node):
    name: str
    rating: float | None = batch(ratings_of, description="Mean of all.")
    few: int | None = batch(too_few, description="Wrong.")


@strawberry.type
@rows(SlotRow)
class Slot(Node):
    mentor: Mentor = batch(mentors_of, description="Whose it is.")


@extend(Mentor)
class MentorSlots:
    slots: list[Slot] = batch(slots_of, description="Open slots.")


@strawberry.type
class Query:
    @strawberry.field
    def mentors(self) -> list[Mentor]:
        return [MentorRow(str(n), f"Mentor {n}") for n in range(3)]  # type: ignore[misc]  # rows stand for types

    @strawberry.field
    def nodes(self) -> list[Node]:
        return [MentorRow("1", "One"), SlotRow("7", "1")]  # type: ignore[list-item]


schema = strawberry.Schema(Query, types=[Slot])


@pytest.fixture
def engine() -> Engine:
    return Engine(schema)


async def ask(engine: Engine, text: str, variables: dict[str, Any] | None = None) -> tuple[Any, Any, Context]:
    context = Context()
    result = await engine.execute(engine.prepare(text), variables, context)
    return result.data, result.errors, context


async def test_a_batch_is_called_once_for_all_parents_of_a_level(engine: Engine) -> None:
    data, errors, context = await ask(engine, "{ mentors { name slots { mentor { name } } } }")

    assert errors is None
    assert data["mentors"][1] == {"name": "Mentor 1", "slots": [{"mentor": {"name": "Mentor 1"}}] * 2}
    assert [count for _, count in context.calls] == [3, 6]


async def test_an_exception_among_the_values_is_the_error_of_its_parent_alone(engine: Engine) -> None:
    data, errors, _ = await ask(engine, "{ mentors { rating } }")

    assert data == {"mentors": [{"rating": 4.5}, {"rating": 4.5}, {"rating": None}]}
    assert [(error.message, error.path) for error in errors] == [("no rating", ["mentors", 2, "rating"])]


async def test_arguments_are_converted_as_strawberry_does(engine: Engine) -> None:
    text = """query ($order: Order!) {
        mentors { a: slots { id } b: slots(from: "9", order: $order, window: {length: 7}, first: 3) { id } }
    }"""

    _, errors, context = await ask(engine, text, {"order": "LATEST"})

    assert errors is None
    assert context.calls == [
        ("slots 0 SOONEST None UNSET", 3),
        (f"slots 9 LATEST {Window(length=7)} 3", 3),
    ]


async def test_a_batch_that_gives_too_few_values_fails_for_every_parent(engine: Engine) -> None:
    data, errors, _ = await ask(engine, "{ mentors { few } }")

    assert data == {"mentors": [{"few": None}] * 3}
    assert {error.message for error in errors} == {"too_few gave 1 values for 3 parents"}


async def test_rows_are_known_behind_an_interface(engine: Engine) -> None:
    data, errors, _ = await ask(engine, "{ nodes { __typename id ... on Slot { mentor { name } } } }")

    assert errors is None
    assert data["nodes"] == [
        {"__typename": "Mentor", "id": "1"},
        {"__typename": "Slot", "id": "7", "mentor": {"name": "Mentor 1"}},
    ]


def test_descriptions_and_arguments_reach_the_schema() -> None:
    text = schema.as_str()

    assert '"""Open slots."""\n  slots(\n    """The first."""\n    from: String! = "0"' in text
    assert "order: Order! = SOONEST\n    window: Window = null\n    first: Int\n" in text


def test_a_field_cannot_be_added_twice() -> None:
    with pytest.raises(TypeError, match="Mentor already has the field slots"):

        @extend(Mentor)
        class Again:
            slots: list[Slot] = batch(slots_of, description="Open slots.")


def test_only_an_object_type_can_be_extended() -> None:
    with pytest.raises(TypeError, match="Node is not an object type"):
        extend(Node)


def test_an_argument_of_a_batch_is_keyword_only() -> None:
    def load(parents: Sequence[Any], info: type_of_info, first: int) -> Sequence[int]:
        return []

    with pytest.raises(TypeError, match="first must be keyword-only"):
        batch(load, description="…")


async def test_what_all_parents_have_already_is_not_loaded() -> None:
    class Bringing(SlotRow):
        mentor: Any

    def bringing(mentor: Any) -> SlotRow:
        row = Bringing("7", "1")
        row.mentor = mentor
        return row

    async def mentors(parents: Sequence[SlotRow], info: type_of_info) -> Sequence[Any]:
        info.context.calls.append(("mentors", len(parents)))
        return [MentorRow(parent.mentor_id, "Loaded") for parent in parents]

    setattr(mentors, BROUGHT, "mentor")
    given = [bringing(MentorRow("1", "Brought")), bringing(None)]

    @strawberry.type
    @rows(SlotRow)
    class Place:
        id: str
        mentor: Mentor | None = batch(mentors, description="Whose it is.")

    @strawberry.type
    class Places:
        @strawberry.field
        def brought(self) -> list[Place]:
            return given  # type: ignore[return-value]  # rows stand for types

        @strawberry.field
        def mixed(self) -> list[Place]:
            return [*given, SlotRow("8", "2")]  # type: ignore[list-item]

    engine = Engine(strawberry.Schema(Places))
    data, errors, context = await ask(engine, "{ brought { mentor { name } } mixed { mentor { name } } }")

    assert errors is None
    assert data["brought"] == [{"mentor": {"name": "Brought"}}, {"mentor": None}]
    assert data["mixed"] == [{"mentor": {"name": "Loaded"}}] * 3
    assert context.calls == [("mentors", 3)]


async def test_variables_that_do_not_fit_reject_the_operation(engine: Engine) -> None:
    prepared = engine.prepare("query ($order: Order!) { mentors { slots(order: $order) { id } } }")

    with pytest.raises(Rejected) as rejected:
        await engine.execute(prepared, {"order": "LATER"}, Context())

    (error,) = rejected.value.errors
    assert error.extensions == {"code": "BAD_USER_INPUT"}
    assert "Did you mean" not in error.message
