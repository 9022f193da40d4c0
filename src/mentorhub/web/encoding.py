"""Results as JSON text, made once for each result object however many readers it goes to."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from graphql import ExecutionResult, GraphQLError

INSTANTS: Final = ("DateTime",)
"""Scalars whose datetimes in UTC are written here, as the scalar itself would."""
_OPTIONS: Final = orjson.OPT_UTC_Z

# Whatever holds values that JSON has no form for is a fault of the executor, and refused here by a TypeError.


def encoded(result: ExecutionResult, extensions: Mapping[str, Any] | None = None) -> bytes:
    """The body that answers an operation that was executed; errors stand first, to be seen."""
    answer: dict[str, Any] = {}
    if result.errors:
        answer["errors"] = [error.formatted for error in result.errors]
    answer["data"] = result.data
    if result.extensions or extensions:
        answer["extensions"] = {**(result.extensions or {}), **(extensions or {})}
    return orjson.dumps(answer, option=_OPTIONS)


def fragment(part: Any) -> tuple[orjson.Fragment, int]:
    """A part of results' data that comes again, encoded once, and how many bytes it has."""
    written = orjson.dumps(part, option=_OPTIONS)
    return orjson.Fragment(written), len(written)


def text_of(result: ExecutionResult, extensions: Mapping[str, Any] | None = None) -> str:
    """The same as text.

    A result with an attribute `text` (a subclass of ExecutionResult that many readers share) keeps it there
    once it is made, and goes to all of them as it is, without the extensions of anyone's context.
    """
    try:
        text: str | None = result.text  # type: ignore[attr-defined]  # shared results have it
    except AttributeError:
        return encoded(result, extensions).decode()
    if text is None:
        text = result.text = encoded(result).decode()  # type: ignore[attr-defined]  # likewise
    return text


def cursor_of(result: ExecutionResult, context: Any) -> str | None:
    """Where in the log of facts *result* stands: it says so itself, or its subscription's context does."""
    cursor: str | None = getattr(result, "cursor", None) or getattr(context, "cursor", None)
    return cursor


def encoded_errors(errors: Sequence[Mapping[str, Any]], extensions: Mapping[str, Any] | None = None) -> bytes:
    """The body that answers a request which was not executed: it has no data entry at all."""
    answer: dict[str, Any] = {"errors": errors}
    if extensions:
        answer["extensions"] = extensions
    return orjson.dumps(answer, option=_OPTIONS)


def internal_error(request_id: str) -> dict[str, Any]:
    """What a client is told of a fault of ours: how to find it in the log."""
    message = "Something went wrong on our side. Quote the request id when you report it."
    return {"message": message, "extensions": {"code": "INTERNAL", "requestId": request_id}}


def formatted(errors: Sequence[GraphQLError]) -> list[Mapping[str, Any]]:
    return [error.formatted for error in errors]
