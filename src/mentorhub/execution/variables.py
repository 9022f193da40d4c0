"""The variables of an operation: their types looked up once, their values coerced at every execution."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLID,
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


class Variables:
    """The variables that a valid operation declares."""

    __slots__ = ("_definitions", "_schema", "_signatures", "_texts")

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._definitions = operation.variable_definitions or ()
        signatures = [get_variable_signature(schema, each) for each in self._definitions]
        self._signatures = [each for each in signatures if isinstance(each, GraphQLVariableSignature)]
        self._texts = {
            each.name
            for each in self._signatures
            if get_nullable_type(each.type) in {GraphQLID, GraphQLString}
        }

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
