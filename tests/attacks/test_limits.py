"""A case for each limit of what may be asked, over HTTP, WebSocket and events; a second client is served meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from mentorhub.settings import Settings
from mentorhub.web.limits import Limits
from tests.attacks.conftest import standing
from tests.attacks.standing import Standing

EVENTS = "text/event-stream"


@dataclass(frozen=True)
class Attack:
    """A document, the code that it must be refused with, and whether limit and figure are told."""

    name: str
    query: str
    code: str = "QUERY_TOO_COMPLEX"
    is_measured: bool = True

    def __str__(self) -> str:
        return self.name


def _doubling(levels: int) -> str:
    spreads = " ".join(
        f"fragment F{number} on Query {{ ...F{number + 1} a{number}: __typename ...F{number + 1} }}"
        for number in range(levels)
    )
    return f"{{ ...F0 }} {spreads} fragment F{levels} on Query {{ __typename }}"


def _deep(levels: int) -> str:
    return "{ mentors(first: 1) { nodes { " + "user { mentor { " * levels + "id" + " } }" * levels + " } } }"


ATTACKS = [
    Attack("characters", "{ __typename } #" + "x" * 200_000),
    Attack("tokens", "{ " + "__typename " * 3_000 + "}"),
    Attack("depth", _deep(10)),
    Attack("aliases", "{ " + " ".join(f"a{n}: __typename" for n in range(70)) + " }"),
    Attack("root fields", "{ " + " ".join(f"a{n}: viewer {{ __typename }}" for n in range(40)) + " }"),
    Attack("directives", "{ __typename " + "@include(if: true) " * 120 + "}"),
    Attack("operations", " ".join(f"query Q{n} {{ __typename }}" for n in range(30))),
    Attack(
        "mutations", "mutation { " + " ".join(f"a{n}: signOut {{ __typename }}" for n in range(12)) + " }"
    ),
    Attack(
        "cost",
        "{ mentors(first: 100) { nodes { slots(first: 100) { nodes { mentor { slots(first: 100) "
        "{ nodes { id } } } } } } } }",
    ),
    Attack(
        "introspection", "{ __schema { types { " + "fields { type { " * 15 + "name" + " } }" * 15 + " } } }"
    ),
    Attack("nested lists", "{ mentor(id: " + "[" * 500 + "]" * 500 + ") { id } }", "GRAPHQL_", False),
    Attack("nested selections", "{ a " * 900 + "}" * 900, "", False),
    Attack(
        "circular fragments",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "GRAPHQL_",
        False,
    ),
    Attack("doubling fragments", _doubling(40), "", False),
    Attack("one name again and again", "{ " + "viewer { __typename } " * 400 + "}", "", False),
]


@pytest.fixture
async def service(house_settings: Settings) -> AsyncIterator[Standing]:
    async with standing(house_settings.model_copy(update={"rate_limits": "off"})) as stood:
        yield stood


@asynccontextmanager
async def _watched(service: Standing) -> AsyncIterator[None]:
    """A second client asks all the while, and is answered within a second each time."""
    slowest = 0.0
    over = asyncio.Event()

    async def watch() -> None:
        nonlocal slowest
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{service.port}", timeout=10) as http:
            while not over.is_set():
                began = time.monotonic()
                response = await http.post("/graphql", json={"query": "{ __typename }"})
                assert response.status_code == 200
                slowest = max(slowest, time.monotonic() - began)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        over.set()
        await watching
    assert slowest < 1


async def _over_http(service: Standing, query: str) -> list[Any]:
    response = await service.ask(query, accept="application/graphql-response+json")
    errors: list[Any] = response.json().get("errors", [])
    assert (response.status_code == 200) == (not errors)
    return errors


async def _over_events(service: Standing, query: str) -> list[Any]:
    response = await service.ask(query, accept=EVENTS)
    assert '"code":"INTERNAL"' not in response.text
    if response.headers["content-type"].startswith(EVENTS):
        [first, *_] = [line for line in response.text.splitlines() if line.startswith("data: {")]
        answer: Any = httpx.Response(200, content=first.removeprefix("data: ")).json()
    else:
        answer = response.json()
    errors: list[Any] = answer.get("errors", [])
    return errors


async def _over_a_socket(service: Standing, query: str) -> list[Any]:
    async with service.socket() as socket:
        first = await socket.ask(query)
    if first["type"] == "error":
        errors: list[Any] = first["payload"]
        return errors
    told: list[Any] = first["payload"].get("errors", [])
    return told


Ask = Callable[[Standing, str], Coroutine[Any, Any, list[Any]]]


@pytest.mark.parametrize("ask", [_over_http, _over_events, _over_a_socket], ids=["http", "events", "socket"])
async def test_each_limit_refuses_with_code_limit_and_figure_and_disturbs_nobody(
    service: Standing, ask: Ask
) -> None:
    for attack in ATTACKS:
        if ask is _over_a_socket and len(attack.query) > 60_000:
            continue  # a message of a socket may not be so large at all

        async with _watched(service):
            began = time.monotonic()
            errors = await asyncio.gather(*(ask(service, attack.query) for _ in range(4)))
            took = time.monotonic() - began

        assert took < 4, attack
        for told in errors:
            if attack.code:
                assert told, attack
                assert told[0]["extensions"]["code"].startswith(attack.code), (attack.name, told[0])
            if attack.is_measured and attack.name != "tokens":
                assert told[0]["extensions"]["actual"] > told[0]["extensions"]["limit"], attack
            assert all(error["extensions"]["code"] != "INTERNAL" for error in told), attack


async def test_floods_of_sockets_are_bounded_by_address(house_settings: Settings) -> None:
    async with standing(house_settings, Limits(streams_per_address=20)) as service:
        opened = []
        async with _watched(service):
            refused = 0
            for _ in range(30):
                try:
                    opened.append(
                        await connect(
                            f"ws://127.0.0.1:{service.port}/graphql",
                            subprotocols=[Subprotocol("graphql-transport-ws")],
                            proxy=None,
                        )
                    )
                except InvalidStatus as status:
                    refused += status.response.status_code == 429
            for socket in opened:
                await socket.close()

    assert (len(opened), refused) == (20, 10)


async def test_slow_and_broken_senders_disturb_nobody(service: Standing) -> None:
    async def drip() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", service.port)
        writer.write(b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n")
        for _ in range(20):
            writer.write(b"x")
            await asyncio.sleep(0.02)
        writer.transport.abort()

    async with _watched(service):
        await asyncio.gather(*(drip() for _ in range(100)))

    assert (await service.ask("{ __typename }")).status_code == 200
