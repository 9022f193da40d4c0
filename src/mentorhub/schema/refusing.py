"""Refusals, translated once: those of a mutation's input into userErrors, all others into top-level errors."""

import functools
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, get_args

import strawberry
from graphql import GraphQLError
from strawberry.utils.str_converters import to_camel_case

from mentorhub.rules.refusals import (
    Barred,
    RateLimited,
    Refusal,
    Refusals,
    SlotRefusal,
    SlowConsumer,
    TooMany,
    WrongState,
)
from mentorhub.schema.context import request_id
from mentorhub.schema.errors import ErrorCode, InputError, SlotError, StateError, ThrottleError, UserError

_log: Final = logging.getLogger("mentorhub.faults")


def mutation(description: str) -> Callable[[Callable[..., Awaitable[Any]]], Any]:
    """Declares a mutation that returns a payload; a refusal of its input becomes the payload's userErrors."""

    def declare(resolve: Callable[..., Awaitable[Any]]) -> Any:
        [payload] = [kind for kind in get_args(resolve.__annotations__["return"]) if kind is not type(None)]

        @functools.wraps(resolve)
        async def refusing(*args: Any, **arguments: Any) -> Any:
            try:
                return await resolve(*args, **arguments)
            except Barred:
                raise
            except Refusal as refusal:
                return payload(user_errors=[told(refusal)])
            except Refusals as several:
                return payload(user_errors=[told(refusal) for refusal in several.refusals])

        return strawberry.field(resolver=refusing, description=description)

    return declare


def told(refusal: Refusal) -> UserError:
    """*refusal* as clients are told of it."""
    code, message = ErrorCode(refusal.code), refusal.message
    at = [to_camel_case(part) for part in refusal.field] if refusal.field else None
    match refusal:
        case SlotRefusal():
            return SlotError(
                code=code, message=message, field=at, mentor_id=refusal.mentor_id, near=refusal.near
            )
        case WrongState():
            return StateError(
                code=code,
                message=message,
                field=at,
                current_status=refusal.current,
                viewer_can=list(refusal.viewer_can),
            )
        case RateLimited():
            return ThrottleError(code=code, message=message, field=at, retry_after_seconds=refusal.seconds)
        case _:
            return InputError(code=code, message=message, field=at)


def masked(error: GraphQLError) -> GraphQLError:
    """*error* as clients may see it: a refusal with its code, GraphQL's own as it is, anything else as INTERNAL."""
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error:
        cause = cause.original_error
    if isinstance(cause, SlowConsumer):
        return _coded(error, cause.message, cause.code, cursor=cause.cursor)
    if isinstance(cause, TooMany):
        return _coded(error, cause.message, cause.code, limit=cause.limit, actual=cause.actual)
    if isinstance(cause, Refusal):
        return _coded(error, cause.message, cause.code)
    if cause is None or isinstance(cause, GraphQLError):
        code = (error.extensions or {}).get("code") or "BAD_USER_INPUT"
        return _coded(error, error.message, code)
    id_ = request_id.get()
    _log.error("a fault in %s (request %s)", error.path, id_, exc_info=cause)
    return _coded(error, "Something went wrong on our side.", "INTERNAL", requestId=id_)


def _coded(error: GraphQLError, message: str, code: str, **more: Any) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={**(error.extensions or {}), "code": code, **more},
    )
