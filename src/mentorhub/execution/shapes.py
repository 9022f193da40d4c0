"""The shapes of a field's values: what graphql-core asks of a type anew for each value, asked once.

A shape also says which values need no second look, by their class alone: an exact str is a String, a row that
is not None is an object. Everything else takes the careful way, which gives graphql-core's own messages.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite
from types import GeneratorType
from typing import TYPE_CHECKING, Any, cast

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import UndefinedType
from strawberry.schema.schema_converter import GraphQLCoreConverter

from .declarations import IsRow

if TYPE_CHECKING:
    from .infos import FieldInfo

type_of_leaf = GraphQLScalarType | GraphQLEnumType
type_of_abstract = GraphQLInterfaceType | GraphQLUnionType

SMALLEST, GREATEST = -(2**31), 2**31 - 1

COLUMNS: Mapping[GraphQLScalarType, tuple[type, Callable[[list[Any]], bool]]] = {
    GraphQLString: (str, lambda _: True),
    GraphQLID: (str, lambda _: True),
    GraphQLBoolean: (bool, lambda _: True),
    GraphQLInt: (int, lambda column: min(column) >= SMALLEST and max(column) <= GREATEST),
    GraphQLFloat: (float, lambda column: isfinite(sum(column))),
}
"""Of which exact class, and within which bounds, values of the built-in scalars are their own answer."""

CHECKS: Mapping[GraphQLScalarType, str] = {
    GraphQLString: "type({v}) is str",
    GraphQLID: "type({v}) is str",
    GraphQLBoolean: "type({v}) is bool",
    GraphQLInt: f"type({{v}}) is int and {SMALLEST} <= {{v}} <= {GREATEST}",
    GraphQLFloat: "type({v}) is float and {v} - {v} == 0.0",
}
"""The same for one value, as code; `v - v` is NaN for what is not finite."""


INSTANTS = "mentorhub instants"
"""The key, in a schema's extensions, of the names of scalars whose instants whoever encodes answers writes."""


def are_instants(column: list[Any]) -> bool:
    """Whether datetimes are all in UTC, by its one object."""
    return {value.tzinfo for value in column} == {UTC}


class Leaf:
    """A scalar or enum. `check` is the code that says whether a value is its own answer; None where none ever is."""

    __slots__ = ("check", "column", "names", "non_null", "type", "write")

    def __init__(self, type_: type_of_leaf, *, non_null: bool, is_instant: bool = False) -> None:
        self.type = type_
        self.non_null = non_null
        self.write: Callable[[Any], Any] = type_.coerce_output_value
        self.column: tuple[type, Callable[[list[Any]], bool]] | None = None
        self.check: str | None = None
        if is_instant:
            self.column, self.check = (datetime, are_instants), "type({v}) is datetime and {v}.tzinfo is UTC"
        elif isinstance(type_, GraphQLScalarType):
            self.column, self.check = COLUMNS.get(type_), CHECKS.get(type_)
        self.names = _names(type_) if isinstance(type_, GraphQLEnumType) else None

    def is_answered_by(self, values: list[Any]) -> bool:
        """Whether the values are their own answers."""
        if self.column is None:
            return False
        exact, is_within = self.column
        return set(map(type, values)) == {exact} and is_within(values)

    def written(self, values: list[Any]) -> list[Any] | None:
        """The answers to the values where each is there and can be written; else None, and nothing is told."""
        if not all(map(is_settled, set(map(type, values)))):
            return None
        try:
            answers = list(map(self.names.__getitem__ if self.names else self.write, values))
        except Exception:  # noqa: BLE001  # whose it was is found out one by one
            return None
        return answers if NO_ANSWERS.isdisjoint(map(type, answers)) else None


def _names(type_: GraphQLEnumType) -> dict[Any, str]:
    """The names of the values that an enum answers, as the type itself gives them."""
    names: dict[Any, str] = {}
    for value in [each.value for each in type_.values.values()] + list(getattr(type_, "wrapped_cls", ())):
        if value is None:
            continue  # null comes before the enum is asked
        try:
            name = type_.coerce_output_value(value)
            if names.setdefault(value, name) != name:
                return {}  # equal values of different names: ask each time
        except TypeError:
            continue  # not hashable
    return names


class Objects:
    """Objects of one type. `are_objects` keeps what has been found out about classes."""

    __slots__ = ("_classes", "non_null", "type")

    def __init__(self, type_: GraphQLObjectType, *, non_null: bool) -> None:
        self.type = type_
        self.non_null = non_null
        self._classes: dict[type, bool] = {}

    def are_objects(self, values: list[Any]) -> bool:
        """Whether all values are objects of the type, by nothing but their classes."""
        known = self._classes
        for cls in set(map(type, values)):
            verdict = known.get(cls)
            if verdict is None:
                verdict = known[cls] = self._is_object(cls)
            if not verdict:
                return False
        return True

    def _is_object(self, cls: type) -> bool:
        if not is_settled(cls):
            return False
        check = self.type.is_type_of
        return check is None or (isinstance(check, IsRow) and issubclass(cls, check.classes))


class Abstract:
    """Objects of any type of an interface or union; where rows alone decide, by their class."""

    __slots__ = ("_classes", "_types", "non_null", "objects", "type")

    def __init__(self, type_: type_of_abstract, schema: GraphQLSchema, *, non_null: bool) -> None:
        self.type = type_
        self.non_null = non_null
        possible = schema.get_possible_types(type_)
        self.objects = {each.name: Objects(each, non_null=False) for each in possible}
        by_class = all(isinstance(each.is_type_of, IsRow) for each in possible)
        declared = type_.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        self._types = possible if by_class and not getattr(declared, "resolve_type", None) else []
        self._classes: dict[type, str | None] = {}

    def name_for(self, cls: type) -> str | None:
        """The type of this class of rows, if nothing but the class decides."""
        try:
            return self._classes[cls]
        except KeyError:
            name = self._classes[cls] = self._name_for(cls)
            return name

    def object_type(self, name: Any, value: Any, info: "FieldInfo") -> GraphQLObjectType:
        """The type that has been told for a value; raises, in graphql-core's words, if it cannot be that."""
        # Of the executor, its check needs nothing but the schema; of the field, nothing but its nodes.
        details = [FieldDetails(node, None) for node in info.field_nodes]
        return Executor.ensure_valid_runtime_type(
            cast("Any", info), name, self.type, details, cast("Any", info), value
        )

    def _name_for(self, cls: type) -> str | None:
        if not is_settled(cls) or issubclass(cls, Mapping) or hasattr(cls, "__strawberry_definition__"):
            return None
        for each in self._types:
            if isinstance(each.is_type_of, IsRow) and issubclass(cls, each.is_type_of.classes):
                return each.name
        return None


class Items:
    __slots__ = ("item", "non_null")

    def __init__(self, item: "Shape", *, non_null: bool) -> None:
        self.item = item
        self.non_null = non_null


NO_ANSWERS = {type(None), UndefinedType}
"""What a scalar that is given a value must not answer."""

UNSETTLED = {type(None), UndefinedType, GeneratorType}
"""A generator may be one of the old coroutines."""

Shape = Leaf | Objects | Abstract | Items


def shape_of(type_: Any, schema: GraphQLSchema) -> Shape:
    non_null = isinstance(type_, GraphQLNonNull)
    if non_null:
        type_ = type_.of_type
    match type_:
        case GraphQLList():
            return Items(shape_of(type_.of_type, schema), non_null=non_null)
        case GraphQLObjectType():
            return Objects(type_, non_null=non_null)
        case GraphQLInterfaceType() | GraphQLUnionType():
            return Abstract(type_, schema, non_null=non_null)
        case _:
            is_instant = type_.name in schema.extensions.get(INSTANTS, ())
            return Leaf(type_, non_null=non_null, is_instant=is_instant)


def _is_settled(cls: type) -> bool:
    return not (cls in UNSETTLED or issubclass(cls, Exception) or hasattr(cls, "__await__"))


is_settled: Callable[[type], bool] = lru_cache(maxsize=4096)(_is_settled)
"""Whether a value of the class is one to be completed: not missing, not an error, not to be awaited."""
