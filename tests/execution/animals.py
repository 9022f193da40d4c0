"""Interfaces and unions: of rows, of what guesses at itself, and of what is told."""

from collections.abc import Awaitable
from typing import Annotated, Any, Union

import strawberry

from mentorhub.execution import rows
from tests.execution.chaos import Cat, Dog, Fish, Later, Thing, Trouble


@strawberry.interface
class Animal:
    text: str | None
    number: int | None
    pet: Union["Animal", None]


@strawberry.type
@rows(Cat)
class CatType(Animal):
    flag_: bool
    manypet: list["AnyPet"] | None


@strawberry.type
@rows(Dog)
class DogType(Animal):
    text_: str
    cat: CatType | None


@strawberry.type
@rows(Fish)
class FishType(Animal):
    real: float | None
    pet_x: "AnyPet"


AnyPet = Annotated[CatType | DogType | FishType, strawberry.union("AnyPet")]


@strawberry.type
class Zoo:
    pet: Animal | None
    pet_: Animal
    pet_any: AnyPet | None
    manypet: list[Animal] | None
    manypet_: list[Animal | None]
    manypet_any: list[AnyPet | None]
    cat: CatType | None
    cat_: CatType
    manycat: list[CatType]


@strawberry.interface
class Guessed:
    text: str | None


def is_like(cls: type[Thing], value: Any) -> bool | Awaitable[bool]:
    """Sometimes wrong, sometimes late."""
    if not isinstance(value, Thing):
        return False
    random = value.random("is_like")
    if random.random() < value.trouble:
        raise Trouble("cannot tell")
    verdict = isinstance(value, cls)
    return Later(verdict) if value.waits and random.random() < 0.5 else verdict


@strawberry.type
class GuessedCat(Guessed):
    flag: bool | None

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> Any:
        return is_like(Cat, value)


@strawberry.type
class GuessedDog(Guessed):
    number_: int

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> Any:
        return is_like(Dog, value)


@strawberry.interface
class Resolved:
    text: str | None

    @classmethod
    def resolve_type(cls, value: Any, info: Any, type_: Any) -> Any:
        random = value.random("resolve_type") if isinstance(value, Thing) else None
        if random is None or random.random() < value.trouble:
            return "Guessed"
        name = "ResolvedCat" if isinstance(value, Cat) else "ResolvedDog"
        return Later(name) if value.waits and random.random() < 0.5 else name


@strawberry.type
@rows(Cat)
class ResolvedCat(Resolved):
    flag: bool | None


@strawberry.type
class ResolvedDog(Resolved):
    number_: int

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> Any:
        return is_like(Dog, value)


@strawberry.type
class Guesses:
    pet: Guessed | None
    pet_: Guessed
    manypet: list[Guessed | None] | None
    pet_resolved: Resolved | None
    manypet_resolved: list[Resolved | None]
    cat_guessed: GuessedCat | None
    manycat_guessed: list[GuessedCat]
