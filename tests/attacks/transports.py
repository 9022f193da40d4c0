"""One operation over each transport, and what was heard of it: all tell the same errors."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from websockets.exceptions import ConnectionClosed

from tests.attacks.standing import Standing

EVENTS = "text/event-stream"
GRAPHQL = "application/graphql-response+json"


@dataclass(frozen=True)
class Asked:
    query: str
    variables: Any = None
    operation_name: Any = None

    @property
    def parameters(self) -> dict[str, Any]:
        given = {"query": self.query, "variables": self.variables, "operationName": self.operation_name}
        return {name: value for name, value in given.items() if value is not None}


class Heard(NamedTuple):
    errors: list[dict[str, Any]]
    data: Any = None
    status: int | None = None
    """HTTP's, or the code with which a socket was closed."""

    @property
    def codes(self) -> set[str]:
        return {error["extensions"]["code"] for error in self.errors}


Transport = Callable[[Standing, Asked], Awaitable[Heard]]


async def by_post(service: Standing, asked: Asked) -> Heard:
    response = await service.post(json.dumps(asked.parameters), accept=GRAPHQL)
    return _heard(response.json(), response.status_code)


async def by_get(service: Standing, asked: Asked) -> Heard:
    given = asked.parameters
    if "variables" in given:
        given["variables"] = json.dumps(given["variables"])
    response = await service.http.get("/graphql", params=given, headers={"accept": GRAPHQL})
    return _heard(response.json(), response.status_code)


async def by_events(service: Standing, asked: Asked) -> Heard:
    response = await service.post(json.dumps(asked.parameters), accept=EVENTS)
    if response.headers["content-type"].startswith(EVENTS):
        [first, *_] = [line for line in response.text.splitlines() if line.startswith("data: {")]
        return _heard(json.loads(first.removeprefix("data: ")), response.status_code)
    return _heard(response.json(), response.status_code)


async def by_socket(service: Standing, asked: Asked) -> Heard:
    async with service.socket() as socket:
        try:
            first = await socket.ask(**asked.parameters)
        except ConnectionClosed as end:
            return Heard([], status=end.rcvd.code if end.rcvd else None)
    if first["type"] == "error":
        return Heard(first["payload"])
    return _heard(first["payload"], None)


def _heard(answer: Any, status: int | None) -> Heard:
    return Heard(answer.get("errors", []), answer.get("data"), status)


TRANSPORTS: list[Transport] = [by_post, by_get, by_events, by_socket]
