"""The variables of an operation: their types looked up once, their values coerced at every execution."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    Undefined,
    coerce_input_literal,
    coerce_input_value,
    get_nullable_type,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import (
    VariableValues,
    VariableValueSource,
    get_variable_values,
    input_is_nested_too_deeply,
)

from .rejections import Code, Rejected

_TEXTS = {GraphQLID, GraphQLString}


class Form:
    """An input object of which nothing but texts has to be given. Where only texts are, they are taken as they are."""

    __slots__ = ("_texts", "_type")

    def __init__(self, type_: GraphQLInputObjectType) -> None:
        self._type = type_
        self._texts = [
            (name, field.out_name or name, _may_be_left_out(field))
            for name, field in type_.fields.items()
            if get_nullable_type(field.type) in _TEXTS
        ]

    @classmethod
    def of(cls, type_: Any) -> "Form | None":
        """None where a value of *type_* is not to be had so."""
        named = get_nullable_type(type_)
        if not isinstance(named, GraphQLInputObjectType) or named.is_one_of:
            return None
        fields = named.fields.values()
        is_form = all(_may_be_left_out(each) or get_nullable_type(each.type) in _TEXTS for each in fields)
        return cls(named) if is_form else None

    def value(self, given: dict[str, Any]) -> Any:
        """Undefined where graphql-core is to see to it."""
        coerced = {}
        for name, out_name, may_be_left_out in self._texts:
            value = given.get(name, Undefined)
            if type(value) is str:
                coerced[out_name] = value
            elif value is not Undefined or not may_be_left_out:
                return Undefined
        return self._type.out_type(coerced) if len(coerced) == len(given) else Undefined


def _may_be_left_out(field: GraphQLInputField) -> bool:
    """Whether nothing stands for *field* where it is left out."""
    has_default = field.default is not None or field.default_value is not Undefined
    return not (has_default or isinstance(field.type, GraphQLNonNull))


class Variables:
    """The variables that a valid operation declares."""

    __slots__ = ("_definitions", "_forms", "_schema", "_signatures", "_texts")

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._definitions = operation.variable_definitions or ()
        signatures = [get_variable_signature(schema, each) for each in self._definitions]
        self._signatures = [each for each in signatures if isinstance(each, GraphQLVariableSignature)]
        self._texts = {each.name for each in self._signatures if get_nullable_type(each.type) in _TEXTS}
        self._forms = {each.name: form for each in self._signatures if (form := Form.of(each.type))}

    def values(self, given: Mapping[str, Any] | None, *, max_errors: int) -> VariableValues:
        """The values as resolvers get them; raises Rejected when some do not fit."""
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        inputs = given or {}
        try:
            for signature in self._signatures:
                name, type_, default, _ = signature
                value = inputs.get(name, Undefined)
                sources[name] = VariableValueSource(signature, value)
                if value is Undefined and default is not None and default.literal is not None:
                    value = coerce_input_literal(default.literal, type_)
                elif type(value) is str and name in self._texts:
                    pass  # as it is
                elif (
                    type(value) is dict
                    and name in self._forms
                    and (filled := self._forms[name].value(value)) is not Undefined
                ):
                    value = filled
                elif value is not Undefined or isinstance(type_, GraphQLNonNull):
                    if isinstance(value, dict | list) and input_is_nested_too_deeply(value, type_):
                        return self._complain(inputs, max_errors)
                    value = coerce_input_value(value, type_)
                else:
                    continue  # may be left out
                if value is Undefined:
                    return self._complain(inputs, max_errors)
                coerced[name] = value
        except (GraphQLError, RecursionError):
            return self._complain(inputs, max_errors)
        return VariableValues(sources, coerced)

    def _complain(self, inputs: Mapping[str, Any], max_errors: int) -> VariableValues:
        """Lets graphql-core say what is wrong."""
        values = get_variable_values(
            self._schema, self._definitions, dict(inputs), max_errors=max_errors, hide_suggestions=True
        )
        if isinstance(values, list):
            raise Rejected.because(Code.BAD_USER_INPUT, values)
        return values
