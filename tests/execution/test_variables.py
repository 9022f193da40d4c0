"""Variables are coerced as graphql-core does, and told in its words."""

from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, get_variable_values, parse

from mentorhub.execution import Rejected
from mentorhub.execution.variables import Variables

SCHEMA = build_schema(
    """
    scalar Any
    enum Colour { RED GREEN }
    input Inner { number: Int = 3  words: [String!] }
    input Outer { inner: Inner!  colour: Colour  again: Outer }
    input One @oneOf { number: Int  word: String }
    type Query { word: String }
    """
)


def both(schema: GraphQLSchema, definitions: str, given: dict[str, Any]) -> tuple[Any, Any]:
    """What our coercion and graphql-core's make of the same."""
    (operation,) = parse(f"query ({definitions}) {{ word }}").definitions
    assert isinstance(operation, OperationDefinitionNode)
    expected = get_variable_values(
        schema, operation.variable_definitions or (), given, max_errors=5, hide_suggestions=True
    )
    try:
        return Variables(schema, operation).values(given, max_errors=5), expected
    except Rejected as rejected:
        return rejected.errors, expected


@pytest.mark.parametrize(
    ("definitions", "given"),
    [
        ("$a: Int", {}),
        ("$a: Int", {"a": None}),
        ("$a: Int", {"a": 1, "b": 2}),
        ("$a: Int = 4", {}),
        ("$a: Int = 4", {"a": None}),
        ("$a: Int! = 4", {}),
        ("$a: [Int] = [1, 2]", {}),
        ("$a: [Int]", {"a": 5}),
        ("$a: Colour", {"a": "RED"}),
        ("$a: Outer", {"a": {"inner": {"words": ["x"]}, "colour": "GREEN"}}),
        ("$a: Outer = {inner: {}}", {}),
        ("$a: One", {"a": {"number": 1}}),
        ("$a: Any", {"a": {"any": ["thing"]}}),
    ],
)
def test_values_that_fit_are_the_same(definitions: str, given: dict[str, Any]) -> None:
    values, expected = both(SCHEMA, definitions, given)

    assert values.coerced == expected.coerced
    assert {name: source.value for name, source in values.sources.items()} == {
        name: source.value for name, source in expected.sources.items()
    }


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {"inner": {}}
    for _ in range(depth):
        value = {"inner": {}, "again": value}
    return value


@pytest.mark.parametrize(
    ("definitions", "given"),
    [
        ("$a: Int!", {}),
        ("$a: Int!", {"a": None}),
        ("$a: Int", {"a": "1"}),
        ("$a: Int", {"a": 2**31}),
        ("$a: Int = 4, $b: Colour!", {"a": "x", "b": "REDD"}),
        ("$a: Colour", {"a": "red"}),
        ("$a: Outer", {"a": {}}),
        ("$a: Outer", {"a": {"inner": {"number": "x", "wordz": []}}}),
        ("$a: One", {"a": {"number": 1, "word": "x"}}),
        ("$a: One", {"a": {"number": None}}),
        ("$a: [Int!]", {"a": [1, None, "x", "y", "z", "v", "w", "u"]}),
        ("$a: Outer", {"a": nested(230)}),
        ("$a: Outer", {"a": nested(5_000)}),
    ],
)
def test_values_that_do_not_fit_are_told_the_same(definitions: str, given: dict[str, Any]) -> None:
    errors, expected = both(SCHEMA, definitions, given)

    assert [error.message for error in errors] == [error.message for error in expected]
    assert {error.extensions["code"] for error in errors} == {"BAD_USER_INPUT"}
    assert all("Did you mean" not in error.message for error in errors)
