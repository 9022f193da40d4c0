"""Variables are coerced as graphql-core does, and told in its words."""

from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, get_variable_values, parse
from hypothesis import example, given
from hypothesis import strategies as st

from mentorhub.execution import Rejected, variables
from mentorhub.execution.variables import Variables

SCHEMA = build_schema(
    """
    scalar Any
    enum Colour { RED GREEN }
    input Inner { number: Int = 3  words: [String!] }
    input Outer { inner: Inner!  colour: Colour  again: Outer }
    input One @oneOf { number: Int  word: String }
    input Form { id: ID!  word: String  other: String!  number: Int }
    input Said { word: String = "so"  other: ID }
    type Query { word: String }
    """
)
SCHEMA.get_type("Form").fields["other"].out_name = "renamed"  # type: ignore[union-attr]
SCHEMA.get_type("Said").out_type = lambda given: sorted(given.items())  # type: ignore[union-attr]


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


@given(
    st.sampled_from(["$a: Form", "$a: Form!", "$a: Said"]),
    st.dictionaries(
        st.sampled_from(["id", "word", "other", "number", "unknown"]),
        st.sampled_from(["text", "", None, 1, 2.5, True, ["text"], {}]),
    ),
)
@example("$a: Form!", {"other": "y", "id": "x"})
@example("$a: Form!", {"other": "y", "id": "x", "number": 1, "word": None})
@example("$a: Said", {"word": "no"})
@example("$a: Said", {})
def test_forms_are_filled_in_the_same(definitions: str, filled: dict[str, Any]) -> None:
    values, expected = both(SCHEMA, definitions, {"a": filled})

    if isinstance(expected, list):
        assert [error.message for error in values] == [error.message for error in expected]
    else:
        assert repr(values.coerced) == repr(expected.coerced)


def test_a_form_of_texts_is_filled_without_graphql_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(variables, "coerce_input_value")

    values, expected = both(SCHEMA, "$a: Form!", {"a": {"other": "y", "id": "x"}})

    assert values.coerced == expected.coerced == {"a": {"id": "x", "renamed": "y"}}


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
