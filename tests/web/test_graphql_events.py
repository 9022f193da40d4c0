"""GraphQL over server-sent events: one response for one operation, told until it ends or its reader goes."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from mentorhub.web.approach import Refused
from mentorhub.web.limits import Limits
from tests.web.house import CLIENT
from tests.web.serving import Door, eventually, knocking

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVENTS = {"accept": "text/event-stream"}
COUNT = "subscription { count(to: 2) }"
NEWS = "subscription { news }"


def nexts(text: str) -> list[Any]:
    return [json.loads(line[6:]) for line in text.split("\n") if line.startswith("data: {")]


@asynccontextmanager
async def reading(door: Door, query: str, **headers: str) -> AsyncGenerator[httpx.Response, None]:
    async with door.http.stream(
        "POST", "/graphql", json={"query": query}, headers=EVENTS | headers
    ) as answer:
        yield answer


async def test_a_subscription_is_told_as_events_with_cursors_and_completed(door: Door) -> None:
    answer = await door.ask(COUNT, headers=EVENTS)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text == (
        ":\n\n"
        'event: next\nid: 1\ndata: {"data":{"count":1}}\n\n'
        'event: next\nid: 2\ndata: {"data":{"count":2}}\n\n'
        "event: complete\ndata: \n\n"
    )


async def test_a_browser_comes_by_get_and_goes_on_after_what_it_has_seen(door: Door) -> None:
    query = {
        "query": "subscription ($after: Int!) { count(to: 4, after: $after) }",
        "variables": '{"after": 0}',
    }

    answer = await door.http.get("/graphql", params=query, headers=EVENTS | {"last-event-id": "2"})

    assert [each["data"]["count"] for each in nexts(answer.text)] == [3, 4]
    assert door.house.approaches[0].last_event_id == "2"
    assert door.house.approaches[0].transport == "sse"


@pytest.mark.parametrize(
    "accept", ["text/event-stream, application/json", "application/json, text/event-stream"]
)
async def test_where_json_is_wanted_too_only_subscriptions_are_streams(door: Door, accept: str) -> None:
    query = await door.ask("{ hello }", headers={"accept": accept})
    subscription = await door.ask(COUNT, headers={"accept": accept})

    assert query.headers["content-type"].startswith("application/json")
    assert subscription.headers["content-type"].startswith("text/event-stream")


@pytest.mark.parametrize("query", ["{ hello }", 'mutation { hello: rename(name: "Hello, world!") }'])
async def test_where_nothing_else_is_wanted_all_operations_are_streams(door: Door, query: str) -> None:
    answer = await door.ask(query, headers=EVENTS)

    assert nexts(answer.text) == [{"data": {"hello": "Hello, world!"}}]
    assert answer.text.endswith("event: complete\ndata: \n\n")


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("subscription {", None, "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", None, "GRAPHQL_VALIDATION_FAILED"),
        ("subscription ($to: Int!) { count(to: $to) }", {"to": "x"}, "BAD_USER_INPUT"),
    ],
)
async def test_what_is_wrong_with_an_operation_is_told_in_the_stream(
    door: Door, query: str, variables: Any, code: str
) -> None:
    answer = await door.ask(query, variables=variables, headers=EVENTS)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    (told,) = nexts(answer.text)
    assert told.keys() == {"errors"}
    assert told["errors"][0]["extensions"]["code"] == code
    assert answer.text.endswith("event: complete\ndata: \n\n")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": "Bearer wrong"}, 401),
        ({"cookie": "session=anna", "origin": "https://evil.example"}, 403),
        ({"cookie": "session=anna", "origin": CLIENT}, 200),
    ],
)
async def test_who_may_listen_is_settled_before_the_stream(
    door: Door, headers: dict[str, str], status: int
) -> None:
    answer = await door.ask(COUNT, headers=EVENTS | headers)

    assert answer.status_code == status


async def test_a_mutation_by_get_is_no_better_as_a_stream(door: Door) -> None:
    params = {"query": 'mutation { rename(name: "x") }'}

    answer = await door.http.get("/graphql", params=params, headers=EVENTS)

    assert answer.status_code == 405


async def test_a_fault_in_the_middle_is_told_by_its_number_only(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await door.ask("{ surrogate }", headers=EVENTS)

    assert nexts(answer.text)[0]["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert answer.headers["x-request-id"] in caplog.text


async def test_events_go_out_as_they_come_and_a_reader_who_leaves_ends_the_work(door: Door) -> None:
    async with reading(door, NEWS) as answer:
        await door.house.is_running(1)
        lines = answer.aiter_lines()
        told = []
        for news in ("one", "two"):
            door.house.news.put_nowait(news)
            told.append(await anext(line async for line in lines if line.startswith("data")))

    assert told == ['data: {"data":{"news":"one"}}', 'data: {"data":{"news":"two"}}']
    await door.house.is_running(0)
    await eventually(lambda: door.house.doors.watch.listeners == 0)


async def test_while_nothing_happens_the_connection_is_kept_alive() -> None:
    async with knocking(Limits(keep_alive_seconds=0.02)) as door, reading(door, NEWS) as answer:
        chunks = answer.aiter_text()

        heard = "".join([await anext(chunks) for _ in range(3)])

    assert heard.startswith(":\n\n:\n\n:\n\n")


@pytest.mark.parametrize("why", [None, Refused("FORBIDDEN", "No longer an admin.", status=403)])
async def test_whoever_may_listen_no_longer_is_told_so_and_hears_nothing_more(why: Refused | None) -> None:
    async with knocking(Limits(recheck_seconds=0.02)) as door:
        async with reading(door, NEWS, authorization="Bearer anna") as answer:
            await door.house.is_running(1)
            door.house.why = why
            door.house.revoked.add("anna")
            text = (await answer.aread()).decode()

        await door.house.is_running(0)

    (told,) = nexts(text)
    assert told["errors"][0]["extensions"]["code"] == (why.code if why else "UNAUTHENTICATED")
    assert text.endswith("event: complete\ndata: \n\n")


async def test_one_address_cannot_take_all_the_room_and_gives_back_what_it_leaves() -> None:
    async with knocking(Limits(streams_per_address=1)) as door:
        async with reading(door, NEWS):
            await door.house.is_running(1)
            refused = await door.ask(COUNT, headers=EVENTS)
        await door.house.is_running(0)
        await eventually(lambda: door.house.doors.seats.free("127.0.0.1") == 1)
        welcome = await door.ask(COUNT, headers=EVENTS)

    assert refused.status_code == 429
    assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert welcome.status_code == 200


async def test_a_service_that_goes_down_ends_its_streams_so_that_readers_come_back() -> None:
    async with knocking() as door, reading(door, NEWS) as answer:
        await door.house.is_running(1)
        await door.house.graphql.close()
        text = (await answer.aread()).decode()
        late = await door.ask(COUNT, headers=EVENTS)

    assert "complete" not in text
    assert late.status_code == 503


async def test_a_reader_who_takes_nothing_holds_nothing_up_but_himself() -> None:
    limits = Limits(stall_seconds=0.1, keep_alive_seconds=0.05)
    query = json.dumps({"query": "subscription { flood }"}).encode()
    head = (
        "POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(query)}\r\n\r\n"
    )
    async with knocking(limits) as door:
        _, writer = await asyncio.open_connection("127.0.0.1", door.port, limit=1)
        writer.write(head.encode() + query)

        await door.house.is_running(1)
        await door.house.is_running(0)

        assert door.house.flooded < 1_000
        writer.transport.abort()
