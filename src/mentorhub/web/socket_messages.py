"""The messages of graphql-transport-ws: those a client may send, checked, and those it is sent, as text."""

from dataclasses import dataclass
from typing import Any

import orjson

from mentorhub.web.decoding import Parameters, json_value, malformed, parameters_from_value

PROTOCOL = "graphql-transport-ws"
ACKNOWLEDGED = '{"type":"connection_ack"}'
PING = '{"type":"ping"}'


@dataclass(frozen=True, slots=True)
class Init:
    authorization: str | None


@dataclass(frozen=True, slots=True)
class Ping:
    payload: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Pong:
    pass


@dataclass(frozen=True, slots=True)
class Subscribe:
    id: str
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class Complete:
    id: str


Message = Init | Ping | Pong | Subscribe | Complete


def message_from(text: str, *, nesting: int) -> Message:
    """Raises Refused with the reason for which the protocol has the socket closed with 4400."""
    value = json_value(text, what="The message")
    if type(value) is not dict:
        raise malformed("A message is a JSON object.")
    match value.get("type"):
        case "connection_init":
            return Init(_authorization(_payload(value)))
        case "ping":
            return Ping(_payload(value))
        case "pong":
            _payload(value)
            return Pong()
        case "subscribe":
            request = value.get("payload")
            if type(request) is not dict:
                raise malformed("The payload of subscribe must be an object.")
            return Subscribe(_id(value), parameters_from_value(request, nesting=nesting, raw=text.encode()))
        case "complete":
            return Complete(_id(value))
        case str() as unknown:
            raise malformed(f"There is no message type {unknown[:40]}.")
        case _:
            raise malformed("A message has a type.")


def _payload(value: dict[str, Any]) -> dict[str, Any] | None:
    payload = value.get("payload")
    if payload is not None and type(payload) is not dict:
        raise malformed("payload must be an object or null.")
    return payload


def _id(value: dict[str, Any]) -> str:
    given = value.get("id")
    if type(given) is not str or not given:
        raise malformed("id must be a string that is not empty.")
    return given


def _authorization(payload: dict[str, Any] | None) -> str | None:
    for name, value in (payload or {}).items():
        if name.lower() == "authorization" and value is not None:
            if type(value) is not str:
                raise malformed("Authorization must be a string.")
            return value
    return None


def next_prefix(operation: str) -> str:
    """What stands before a result and its closing brace; the same for all results of an operation."""
    return f'{{"id":{_quoted(operation)},"type":"next","payload":'


def complete(operation: str) -> str:
    return f'{{"id":{_quoted(operation)},"type":"complete"}}'


def error(operation: str, errors: list[Any]) -> str:
    return f'{{"id":{_quoted(operation)},"type":"error","payload":{orjson.dumps(errors).decode()}}}'


def pong(payload: dict[str, Any] | None) -> str:
    return (
        '{"type":"pong"}'
        if payload is None
        else f'{{"type":"pong","payload":{orjson.dumps(payload).decode()}}}'
    )


def _quoted(operation: str) -> str:
    return orjson.dumps(operation).decode()
