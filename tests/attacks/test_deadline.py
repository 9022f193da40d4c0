"""Work that would never end is stopped at the deadline, over every transport."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.web.serving import Door, knocking
from tests.web.sockets import talking

ENDLESS = "{ forever }"


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with knocking() as opened:
        opened.house.doors.engine.deadline = 0.2
        yield opened


async def _by_post(door: Door) -> Any:
    return (await door.ask(ENDLESS)).json()


async def _by_get(door: Door) -> Any:
    return (await door.http.get("/graphql", params={"query": ENDLESS})).json()


async def _by_events(door: Door) -> Any:
    response = await door.ask(ENDLESS, headers={"accept": "text/event-stream"})
    [line] = [line for line in response.text.splitlines() if line.startswith("data: {")]
    return json.loads(line.removeprefix("data: "))


async def _by_socket(door: Door) -> Any:
    async with talking(door) as talk:
        await talk.subscribe("1", ENDLESS)
        return (await talk.hear())["payload"]


@pytest.mark.parametrize("ask", [_by_post, _by_get, _by_events, _by_socket])
async def test_what_takes_too_long_is_stopped(door: Door, ask: Callable[[Door], Awaitable[Any]]) -> None:
    answer = await ask(door)

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["TIMEOUT"]
    await door.house.is_running(0)
