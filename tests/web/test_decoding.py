"""Decoding and encoding by themselves: whatever comes in, only a request or a refusal comes out."""

import json
from collections.abc import Callable
from time import perf_counter
from typing import Any

import orjson
import pytest
from graphql import ExecutionResult, GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from mentorhub.web.approach import Refused
from mentorhub.web.decoding import Parameters, parameters_from_json, parameters_from_query_string
from mentorhub.web.encoding import cursor_of, text_of
from mentorhub.web.negotiation import GRAPHQL, JSON, media_type, wanted
from mentorhub.web.socket_messages import Message, complete, message_from, next_prefix

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
REQUESTS = st.fixed_dictionaries(
    {"query": st.text() | JSON_VALUES},
    optional=dict.fromkeys(("variables", "operationName", "extensions", "other"), JSON_VALUES),
)


def outcome(decode: Callable[..., Any], given: Any) -> Any:
    """What comes out: a value, or why there is none."""
    try:
        return decode(given, nesting=5)
    except Refused as refused:
        return refused


@given(st.binary() | st.one_of(JSON_VALUES, REQUESTS).map(lambda value: json.dumps(value).encode()))
def test_any_body_is_a_request_or_refused(body: bytes) -> None:
    check(outcome(parameters_from_json, body))


@given(st.binary(max_size=200) | st.text(alphabet='querivabls=&%{}"0fF+', max_size=60).map(str.encode))
def test_any_query_string_is_a_request_or_refused(query_string: bytes) -> None:
    check(outcome(parameters_from_query_string, query_string))


def check(decoded: Parameters | Refused) -> None:
    """All of a request can be written out again, so nothing in it is what JSON cannot hold."""
    if isinstance(decoded, Refused):
        assert (decoded.status, decoded.code) == (400, "BAD_USER_INPUT")
        assert orjson.dumps(decoded.formatted)
    else:
        assert type(decoded.query) is str
        assert type(decoded.operation_name) in {str, type(None)}
        assert type(decoded.variables) in {dict, type(None)}
        assert type(decoded.extensions) in {dict, type(None)}
        assert orjson.dumps([decoded.query, decoded.operation_name, decoded.variables, decoded.extensions])


MESSAGES = st.fixed_dictionaries(
    {"type": st.sampled_from(["connection_init", "ping", "pong", "subscribe", "complete", "next"])},
    optional={"id": st.text() | st.integers(), "payload": REQUESTS | JSON_VALUES},
)


@given(st.text() | MESSAGES.map(json.dumps))
def test_any_message_is_understood_or_refused(text: str) -> None:
    decoded = outcome(message_from, text)

    assert isinstance(decoded, Message) or decoded.message


@pytest.mark.parametrize("depth", [1, 4, 5, 6])
def test_variables_are_nested_so_far_and_no_further(depth: int) -> None:
    body = b'{"query": "{a}", "variables": {"x": ' + b"[" * (depth - 1) + b"1" + b"]" * (depth - 1) + b"}}"

    if depth <= 5:
        assert parameters_from_json(body, nesting=5).variables
    else:
        with pytest.raises(Refused, match="more than 5 deep"):
            parameters_from_json(body, nesting=5)


@given(st.text())
def test_an_id_comes_back_as_it_was(operation: str) -> None:
    message = f'{next_prefix(operation)}{{"data":null}}}}'

    assert orjson.loads(message) == {"id": operation, "type": "next", "payload": {"data": None}}
    assert orjson.loads(complete(operation)) == {"id": operation, "type": "complete"}


class Shared(ExecutionResult):
    """A result for many readers, as the live layer makes them."""

    __slots__ = ("cursor", "text")

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.text: str | None = None
        self.cursor = "c1"


def test_a_shared_result_is_written_once_for_all_its_readers() -> None:
    shared = Shared({"news": "one"})

    first, second = text_of(shared, {"seen": 1}), text_of(shared)

    assert first is second
    assert first == '{"data":{"news":"one"}}'
    assert cursor_of(shared, None) == "c1"


def test_a_result_of_ones_own_has_errors_first_and_all_extensions() -> None:
    result = ExecutionResult({"a": None}, [GraphQLError("no", extensions={"code": "X"})], {"x": 1, "y": 1})

    text = text_of(result, {"y": 2})

    assert text == (
        '{"errors":[{"message":"no","extensions":{"code":"X"}}],"data":{"a":null},"extensions":{"x":1,"y":2}}'
    )


@given(st.text(alphabet='aplictonjsgrqh/+;=,."\\ *0123456789-', max_size=80))
def test_any_accept_header_is_understood(accept: str) -> None:
    assert wanted(accept.encode()).plain in {None, JSON, GRAPHQL}
    media_type(accept)


def test_a_quoted_comma_does_not_end_a_media_type() -> None:
    assert wanted(b'text/html;x=", application/json", text/plain').plain is None
    assert media_type('application/json; x="a;b, c"') is not None


@pytest.mark.parametrize("accept", ['"\\', '"', 'a/b;x="', "a/b,", ";", "\\"])
def test_to_read_an_accept_header_takes_no_more_than_its_length(accept: str) -> None:
    long = (accept * 60_000)[:60_000].encode()

    began = perf_counter()
    wanted(long)

    assert perf_counter() - began < 0.5
