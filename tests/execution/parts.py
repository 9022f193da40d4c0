"""Plain fields: leaves of every kind, objects, and lists of them, with every nullability."""

from datetime import datetime
from typing import Union

import strawberry

from tests.execution.chaos import Colour, OddNumber


@strawberry.type
class Leaves:
    text: str | None
    text_: str
    number: int | None
    number_: int
    real: float | None
    real_: float
    flag: bool | None
    flag_: bool
    ident: strawberry.ID | None
    ident_: strawberry.ID
    colour: Colour | None
    colour_: Colour
    moment: datetime | None
    moment_: datetime
    number_odd: OddNumber | None
    manytext: list[str] | None
    manytext_: list[str | None]
    manynumber: list[int | None] | None
    manyreal_: list[float]
    manyflag: list[bool]
    manycolour: list[Colour] | None
    manymanynumber: list[list[int] | None] | None
    manymanytext_: list[list[str | None]]


@strawberry.type
class Part:
    text: str | None
    text_: str
    number: int | None
    number_: int
    real: float | None
    flag: bool | None
    ident: strawberry.ID | None
    colour: Colour | None
    thing: Union["Part", None]
    thing_: "Part"
    manything: list["Part"] | None
    manything_: list[Union["Part", None]]
    manything_x: list["Part"]
    manymanything: list[list[Union["Part", None]] | None] | None
    manymanything_: list[list["Part"]]
