"""The journal over the wire: a line for each request, operation of a socket and event stream, and what it tells."""

from collections.abc import AsyncIterator

import httpx
import pytest

from mentorhub.app import Service
from mentorhub.house import House
from mentorhub.settings import Settings
from mentorhub.web.served import Served
from tests.attacks.standing import Standing
from tests.web.serving import eventually, serving

WHO = "query Who { viewer { user { id } } }"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def lines() -> list[Served]:
    return []


@pytest.fixture
async def service(house_settings: Settings, lines: list[Served]) -> AsyncIterator[Standing]:
    stood = Service(House(house_settings), observer=lines.append)
    async with (
        serving(stood.app, farewell=stood.farewell) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http,
    ):
        yield Standing(stood, port, http)


async def test_a_request_is_one_line(service: Standing, lines: list[Served]) -> None:
    response = await service.ask(WHO)

    [line] = lines
    assert (line.kind, line.name, line.transport, line.status, line.code) == (
        "query",
        "Who",
        "http",
        200,
        None,
    )
    assert line.request_id == response.headers["x-request-id"]
    assert line.cost is not None
    assert line.seconds > 0
    assert line.viewer is None


async def test_a_refused_request_has_its_code(service: Standing, lines: list[Served]) -> None:
    await service.ask("query Bad { nothing }")
    await service.ask(WHO, authorization="Bearer wrong")

    assert [(line.kind, line.code) for line in lines] == [
        ("unread", "GRAPHQL_VALIDATION_FAILED"),
        ("unread", "UNAUTHENTICATED"),
    ]


async def test_each_operation_of_a_socket_is_one_line(service: Standing, lines: list[Served]) -> None:
    async with service.socket() as socket:
        await socket.ask(WHO)
        await socket.ask("query Again { viewer { user { id } } }")
        await eventually(lambda: len(lines) == 2)

    assert [(line.kind, line.name, line.transport) for line in lines[:2]] == [
        ("query", "Who", "websocket"),
        ("query", "Again", "websocket"),
    ]
    assert all(line.cost is not None and line.request_id for line in lines[:2])


async def test_an_event_stream_is_one_line_when_it_ends(service: Standing, lines: list[Served]) -> None:
    asked = {"query": "subscription News { announcementPosted { id } }"}
    async with service.http.stream(
        "POST", "/graphql", json=asked, headers={"accept": "text/event-stream"}
    ) as stream:
        await anext(stream.aiter_bytes())
        assert lines == []

    await eventually(lambda: len(lines) == 1)
    [line] = lines
    assert (line.kind, line.name, line.transport, line.status) == ("subscription", "News", "sse", 200)
    assert line.cost is not None


async def test_an_error_in_an_event_stream_has_its_code(service: Standing, lines: list[Served]) -> None:
    asked = {"query": "subscription Mine { notificationReceived { id } }"}
    response = await service.http.post("/graphql", json=asked, headers={"accept": "text/event-stream"})

    assert "UNAUTHENTICATED" in response.text
    assert lines[-1].code == "UNAUTHENTICATED"
