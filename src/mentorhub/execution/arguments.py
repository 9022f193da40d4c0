"""The arguments of a field of a document: what can be known from the document alone is worked out once."""

from collections.abc import Mapping
from dataclasses import MISSING
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

import strawberry
from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNonNull,
    Undefined,
    ValueNode,
    VariableNode,
    is_leaf_type,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.utilities import coerce_input_literal
from graphql.utilities.coerce_input_value import coerce_default_value
from strawberry.relay import GlobalID
from strawberry.types.arguments import convert_argument
from strawberry.types.base import StrawberryMaybe, StrawberryOptional, has_object_definition
from strawberry.types.field import StrawberryField
from strawberry.types.unset import UNSET

type_of_values = dict[str, Any]
type_of_info = strawberry.Info[Any, Any] | None

ATOMS = (str, int, float, bool, type(None), Enum, date, time, timedelta, Decimal, UUID)
"""What nobody can change, so that one value may serve every execution of a plan."""


class Variable(NamedTuple):
    """An argument given as a variable alone."""

    name: str
    variable: str
    non_null: bool
    default: Any


class Literal(NamedTuple):
    """An argument that holds variables, or values that someone could change: made anew each time."""

    name: str
    node: ValueNode
    type: GraphQLInputType


class Arguments:
    """The arguments of one field of a document; `of` raises as graphql-core does."""

    __slots__ = ("_constants", "_definition", "_is_faulty", "_literals", "_node", "_variables")

    def __init__(self, definition: GraphQLField, node: FieldNode) -> None:
        self._definition = definition
        self._node = node
        self._constants: type_of_values = {}
        self._variables: list[Variable] = []
        self._literals: list[Literal] = []
        self._is_faulty = False
        """Only without validation: something is missing, or a default of the schema does not fit."""
        given = {each.name.value: each.value for each in node.arguments or ()}
        for name, argument in definition.args.items():
            try:
                self._add(name, argument, given.get(name))
            except TypeError:
                self._is_faulty = True

    def _add(self, name: str, argument: GraphQLArgument, value: ValueNode | None) -> None:
        known_as = argument.out_name or name
        if value is not None and not isinstance(value, VariableNode):
            self._add_literal(known_as, value, argument.type)
            return
        default = coerce_default_value(argument)
        if value is not None:
            non_null = isinstance(argument.type, GraphQLNonNull)
            self._variables.append(Variable(known_as, value.name.value, non_null, default))
        elif default is not Undefined:
            self._constants[known_as] = default
        elif isinstance(argument.type, GraphQLNonNull):
            self._is_faulty = True

    def _add_literal(self, name: str, node: ValueNode, type_: GraphQLInputType) -> None:
        value = coerce_input_literal(node, type_)
        if isinstance(value, ATOMS):
            self._constants[name] = value
        else:
            self._literals.append(Literal(name, node, type_))

    @property
    def constant(self) -> type_of_values | None:
        """What `of` gives each time, the same object; None where that depends on variables."""
        return None if self._is_faulty or self._variables or self._literals else self._constants

    @property
    def are_given(self) -> bool:
        """Whether any may be other than null."""
        known = any(value is not None for value in self._constants.values())
        return known or self._is_faulty or bool(self._variables or self._literals)

    def of(self, variable_values: VariableValues) -> type_of_values:
        if self._is_faulty:
            return self._complain(variable_values)
        if not self._variables and not self._literals:
            return self._constants
        values = dict(self._constants)
        coerced = variable_values.coerced
        for name, variable, non_null, default in self._variables:
            value = coerced.get(variable, default)
            if value is not Undefined:
                if value is None and non_null:
                    return self._complain(variable_values)
                values[name] = value
            elif non_null:
                return self._complain(variable_values)
        for name, node, type_ in self._literals:
            value = coerce_input_literal(node, type_, variable_values)
            if value is Undefined:
                return self._complain(variable_values)
            values[name] = value
        return values

    def _complain(self, variable_values: VariableValues) -> type_of_values:
        """Lets graphql-core say what is wrong."""
        return get_argument_values(self._definition, self._node, variable_values, hide_suggestions=True)


class _AsStrawberry:
    """Converts values as Strawberry does, which asks of each what its type is."""

    __slots__ = ("_declared", "_path", "_schema")

    def __init__(self, schema: strawberry.Schema, declared: Any, path: tuple[str, ...]) -> None:
        self._schema = schema
        self._declared = declared
        self._path = path

    def __call__(self, value: Any, info: type_of_info) -> Any:
        scalars = self._schema.schema_converter.scalar_registry
        return convert_argument(value, self._declared, scalars, self._schema.config, info, path=self._path)


class _InputClass:
    """Makes objects of an input class: what each field's value becomes is known beforehand."""

    __slots__ = ("_class", "_fields", "_implied")

    def __init__(
        self, schema: strawberry.Schema, type_: GraphQLInputObjectType, declared: Any, path: tuple[str, ...]
    ) -> None:
        definition = declared.__strawberry_definition__
        self._class = declared
        # What is nullable may be left out, with a default or without.
        self._implied: type_of_values = {
            field.python_name: None
            for field in definition.fields
            if field.default_value is MISSING and field.default_factory is MISSING
        }
        self._fields = []
        for field in definition.fields:
            name = schema.config.name_converter.from_field(field)
            of_field = field.resolve_type(type_definition=definition)
            kept = _is_kept(type_.fields[name].type, of_field)
            convert = None if kept else _AsStrawberry(schema, of_field, (*path, name))
            self._fields.append((name, field.python_name, convert))

    def __call__(self, value: Any, info: type_of_info) -> Any:
        if value is None or value is UNSET:
            return value
        given = dict(self._implied)
        for name, python_name, convert in self._fields:
            if name in value:
                given[python_name] = value[name] if convert is None else convert(value[name], info)
        return self._class(**given)


def _converter(
    schema: strawberry.Schema, name: str, type_: GraphQLInputType, declared: Any
) -> _AsStrawberry | _InputClass | None:
    """What converts values of the argument *name*; None where they are left as they are."""
    if _is_kept(type_, declared):
        return None
    named = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    plain = declared
    if isinstance(declared, StrawberryOptional) and not isinstance(declared, StrawberryMaybe):
        plain = declared.of_type
    is_plain = has_object_definition(plain) and plain.__strawberry_definition__.from_input is None
    if is_plain and isinstance(named, GraphQLInputObjectType):
        return _InputClass(schema, named, plain, (name,))
    return _AsStrawberry(schema, declared, (name,))


class Conversion:
    """From GraphQL's values to those a Strawberry resolver expects: Python names, input classes, copies."""

    __slots__ = ("_arguments", "_constant", "_of_constant", "is_renaming")

    def __init__(
        self,
        field: StrawberryField,
        definition: GraphQLField,
        schema: strawberry.Schema,
        constant: type_of_values | None,
    ) -> None:
        """*constant* are the values given each time, the same object, where they are."""
        self._constant = constant
        self._of_constant: type_of_values | None = None
        name_of = schema.config.name_converter.from_argument
        self._arguments = [
            (
                name,
                argument.python_name,
                _converter(schema, name, definition.args[name].type, argument.type),
            )
            for argument in field.arguments
            for name in [name_of(argument)]
        ]
        self.is_renaming = all(convert is None for _, _, convert in self._arguments)
        """Whether values only change their names: then one result may serve many calls."""

    @property
    def takes_any(self) -> bool:
        return bool(self._arguments)

    def shared(self, values: Mapping[str, Any]) -> type_of_values | None:
        """What serves every call with *values*; None where each needs its own."""
        if self._of_constant is not None:
            return self._of_constant
        return self.of(values, None) if self.is_renaming else None

    def of(self, values: Mapping[str, Any], info: type_of_info) -> type_of_values:
        converted: type_of_values = {}
        for name, python_name, convert in self._arguments:
            if name in values:
                converted[python_name] = values[name] if convert is None else convert(values[name], info)
        if values is self._constant and all(isinstance(value, ATOMS) for value in converted.values()):
            self._of_constant = dict(converted)
        return converted


def _is_kept(type_: GraphQLInputType, declared: Any) -> bool:
    """Whether Strawberry leaves values of the type as they are."""
    if isinstance(type_, GraphQLNonNull):
        type_ = type_.of_type
    if isinstance(declared, StrawberryMaybe) or not is_leaf_type(type_):
        return False
    if isinstance(declared, StrawberryOptional):
        declared = declared.of_type
    return declared is not GlobalID
