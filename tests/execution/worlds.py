"""Small schemas, each made for one feature of execution, over objects that misbehave (chaos.py)."""

# mypy: disable-error-code="attr-defined, no-any-return, union-attr, misc, redundant-expr"
# Types stand for the things of chaos.py here.

from collections.abc import Sequence
from typing import Any, Union

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig

from mentorhub.execution import batch
from tests.execution.animals import (
    Animal,
    CatType,
    DogType,
    FishType,
    GuessedCat,
    GuessedDog,
    Guesses,
    ResolvedCat,
    ResolvedDog,
    Zoo,
)
from tests.execution.callers import Calls, Filter, Waits
from tests.execution.chaos import Colour, OddNumber, Thing, Trouble
from tests.execution.contexts import type_of_info
from tests.execution.parts import Leaves, Part

Odd = strawberry.scalar(name="Odd", serialize=lambda value: None if value == 7 else 100 // value)
CONFIG = StrawberryConfig(scalar_map={OddNumber: Odd})

# ── Batches ──


def values_of(parents: Sequence[Thing], name: str) -> list[Any]:
    return [
        parent.make(name.split("_", maxsplit=1)[0], parent.random(name))
        if isinstance(parent, Thing)
        else Trouble(f"stray {type(parent).__name__}")
        for parent in parents
    ]


async def numbers_of(parents: Sequence[Thing], info: type_of_info) -> list[Any]:
    return values_of(parents, "number_batch")


def texts_of(
    parents: Sequence[Thing], info: type_of_info, *, first: int, colour: Colour = Colour.RED
) -> list[Any]:
    return [
        f"{value} {first} {colour}" if isinstance(value, str) else value
        for value in values_of(parents, "text_batch")
    ]


async def things_of(
    parents: Sequence[Thing], info: type_of_info, *, filter: Filter | None = None
) -> list[Any]:
    return values_of(parents, "thing_batch")


async def lists_of(parents: Sequence[Thing], info: type_of_info) -> list[Any]:
    return values_of(parents, "manything_batch")


async def pets_of(parents: Sequence[Thing], info: type_of_info) -> list[Any]:
    return values_of(parents, "pet_batch")


async def none_of(parents: Sequence[Thing], info: type_of_info) -> list[Any]:
    raise Trouble("all of them")


@strawberry.type
class Batched:
    text: str | None
    number: int | None = batch(numbers_of, description="Asynchronous.")
    number_: int = batch(numbers_of, description="Asynchronous.")
    text_batch: str | None = batch(texts_of, description="Synchronous, with arguments.")
    thing: Union["Batched", None] = batch(things_of, description="Objects.")
    thing_: "Batched" = batch(things_of, description="Objects.")
    things: list["Batched"] | None = batch(lists_of, description="Lists.")
    things_: list[Union["Batched", None]] = batch(lists_of, description="Lists.")
    pet: Animal | None = batch(pets_of, description="Interfaces.")
    failing: str | None = batch(none_of, description="Fails.")


# ── Permissions and field extensions ──


class Sometimes(BasePermission):
    message = "Not now"

    def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
        return bool(source.random("permission").random() > source.trouble)


class AndLater(BasePermission):
    message = "Not later"

    async def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
        return bool(source.random("later").random() > source.trouble)


class Twice(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: Any, **kwargs: Any) -> Any:
        value = next_(source, info, **kwargs)
        return value * 2 if isinstance(value, str) else value


@strawberry.type
class Guarded:
    text: str | None = strawberry.field(permission_classes=[Sometimes])
    text_: str = strawberry.field(permission_classes=[Sometimes])
    number: int | None = strawberry.field(permission_classes=[AndLater])
    text_twice: str | None = strawberry.field(extensions=[Twice()])

    @strawberry.field(permission_classes=[Sometimes, AndLater])
    async def thing(self, number: int = 1) -> Union["Guarded", None]:
        return await self.waited("thing")

    @strawberry.field(permission_classes=[Sometimes])
    def manything(self) -> list["Guarded"] | None:
        return self.value("manything")


# ── Mutations ──


@strawberry.type
class Done:
    text: str | None
    text_: str
    thing: Union["Done", None]

    @strawberry.field
    async def happened(self, info: type_of_info) -> list[str]:
        return list(info.context.happened)


@strawberry.type
class Deeds:
    @strawberry.field
    def now(self, info: type_of_info, number: int) -> Done | None:
        info.context.happened.append(f"now {number}")
        return self.value(f"thing_{number}")

    @strawberry.field
    async def later(self, info: type_of_info, number: int) -> Done | None:
        info.context.happened.append(f"later {number}")
        value = await self.waited(f"thing_{number}")
        info.context.happened.append(f"done {number}")
        return value

    @strawberry.field
    async def strict(self, info: type_of_info, number: int) -> Done:
        info.context.happened.append(f"strict {number}")
        return await self.waited(f"thing_{number}")


def world(type_: Any, types: Sequence[type] = (), mutation: type | None = None) -> strawberry.Schema:
    @strawberry.type
    class Query:
        thing: type_ | None
        thing_: type_
        manything: list[type_] | None

    return strawberry.Schema(Query, mutation, types=types, config=CONFIG)


WORLDS = {
    "leaves": world(Leaves),
    "objects": world(Part),
    "abstract": world(Zoo),
    "guesses": world(Guesses, [GuessedCat, GuessedDog, ResolvedCat, ResolvedDog]),
    "calls": world(Calls),
    "waits": world(Waits),
    "batches": world(Batched, [CatType, DogType, FishType]),
    "guarded": world(Guarded),
}
MUTATIONS = world(Part, mutation=Deeds)
