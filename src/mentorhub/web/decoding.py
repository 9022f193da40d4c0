"""What clients send, decoded strictly, for every transport: nothing passes that later code could trip over.

UTF-8 JSON only (no NaN, no lone surrogates, no integer that would silently lose digits), bounded nesting,
every part of its own type. A name given twice counts the last time.
"""

import re
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

from mentorhub.web.approach import Refused

_BEYOND_64_BITS = 2.0**63
_LONG_INTEGER = re.compile(rb"(?<![\d.eE+])\d{19,}(?![\d.eE])")


class Parameters(NamedTuple):
    """The parameters of a GraphQL request, of the types that the specification gives them."""

    query: str
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None


def parameters_from_json(body: bytes, *, nesting: int) -> Parameters:
    """Raises Refused (400) saying what is wrong with *body*."""
    return parameters_from_value(json_value(body), nesting=nesting, raw=body)


def parameters_from_value(value: Any, *, nesting: int, raw: bytes) -> Parameters:
    """*raw* is the text that *value* was read from."""
    if type(value) is not dict:
        what = "Batches are not supported: send" if type(value) is list else "Send"
        raise malformed(f"{what} one JSON object with query, variables and operationName.")
    query = value.get("query")
    if type(query) is not str:
        raise malformed("query must be a string." if "query" in value else "query is missing.")
    name = value.get("operationName")
    if name is not None and type(name) is not str:
        raise malformed("operationName must be a string or null.")
    variables = value.get("variables")
    if variables:
        _check_values(variables, nesting=nesting, raw=raw)
    return Parameters(
        query, name, _object(variables, "variables"), _object(value.get("extensions"), "extensions")
    )


def parameters_from_query_string(query_string: bytes, *, nesting: int) -> Parameters:
    """An empty parameter is one that is not given (GraphQL over HTTP, GET)."""
    try:
        fields = parse_qsl(query_string.decode("ascii"), encoding="utf-8", errors="strict", max_num_fields=20)
    except ValueError:
        raise malformed("The query string is not URL-encoded UTF-8 with at most 20 fields.") from None
    value: dict[str, Any] = dict(fields)
    raw = b""
    for name in ("variables", "extensions"):
        if name in value:
            encoded = value[name].encode()
            value[name] = json_value(encoded, what=name)
            raw = encoded if name == "variables" else raw
    return parameters_from_value(value, nesting=nesting, raw=raw)


def json_value(text: bytes | str, *, what: str = "The body") -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as fault:
        raise malformed(f"{what} is not valid JSON in UTF-8: {fault}.") from None


def malformed(message: str, **extensions: int) -> Refused:
    return Refused("BAD_USER_INPUT", message, status=400, extensions=extensions)


def _object(value: Any, name: str) -> dict[str, Any] | None:
    if value is not None and type(value) is not dict:
        raise malformed(f"{name} must be an object or null.")
    return value


def _check_values(variables: Any, *, nesting: int, raw: bytes) -> None:
    """Breadth first, so that no depth of input reaches the stack."""
    level, large = [variables], False
    for _ in range(nesting):
        below = []
        for value in level:
            for item in value.values() if type(value) is dict else value if type(value) is list else ():
                kind = type(item)
                if kind is dict or kind is list:
                    below.append(item)
                elif kind is float and abs(item) >= _BEYOND_64_BITS:
                    large = True
        level = below
        if not level:
            break
    else:
        raise malformed(f"variables are nested more than {nesting} deep.", limit=nesting, actual=nesting + 1)
    if large and _LONG_INTEGER.search(raw):
        raise malformed("variables hold an integer of more than 64 bits: send it as a string.")
