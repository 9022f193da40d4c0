"""What Strawberry's declarations lack: types whose values are rows, fields added by a later module, resolvers that
only read.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple, TypeVar

import strawberry
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

Declared = TypeVar("Declared", bound=type[Any])


class IsRow:
    """The `is_type_of` of a type whose values are the instances of *classes*: nothing but the class tells."""

    __slots__ = ("classes",)

    def __init__(self, classes: tuple[type[Any], ...]) -> None:
        self.classes = classes

    def __call__(self, value: Any, _info: Any) -> bool:
        return isinstance(value, self.classes)


def rows(*classes: type[Any]) -> Callable[[Declared], Declared]:
    """Says whose instances are values of the decorated type, so that interfaces and unions know them.

    @strawberry.type
    @rows(MentorRow)
    class Mentor(Node): ...
    """

    def declare(cls: Declared) -> Declared:
        cls.is_type_of = IsRow((*classes, cls))
        return cls

    return declare


def extend(target: type[Any]) -> Callable[[Declared], Declared]:
    """Adds the fields of the decorated class to *target*, an object type declared earlier.

    So a field that points back can stand with the type it points to, and modules need not import in circles:

    @extend(Mentor)
    class MentorSlots:
        slots: list[Slot] = batch(slots_of, description="…")

    To be done before a schema is built: one that exists already does not see the addition.
    """
    definition = get_object_definition(target, strict=True)
    if definition.is_interface or definition.is_input:
        msg = f"{definition.name} is not an object type: what implements or sends it would not get the fields"
        raise TypeError(msg)

    def add(cls: Declared) -> Declared:
        added = get_object_definition(strawberry.type(cls), strict=True).fields
        if twice := sorted(_names(definition.fields) & _names(added)):
            msg = f"{definition.name} already has the field {', '.join(twice)}"
            raise TypeError(msg)
        definition.fields.extend(added)
        return cls

    return add


READS: Final = "reads"
"""The key of a `Reads` in a field's Strawberry metadata."""


class Reads(NamedTuple):
    attribute: str
    prefix: str


def reads(attribute: str, *, prefix: str = "") -> dict[str, Any]:
    """Metadata of a field whose resolver, where none of its arguments is given, only reads *attribute* of its object.

    *prefix* is what it puts before that, where it is a text. Plans then read it themselves, and call nobody:

    starts_at: datetime = strawberry.field(resolver=starts_at_in_zone, metadata=reads("starts_at"), description="…")
    """
    return {READS: Reads(attribute, prefix)}


def _names(fields: Iterable[StrawberryField]) -> set[str]:
    return {field.graphql_name or to_camel_case(field.python_name) for field in fields}
