"""graphql-transport-ws to the letter: what each message does, and which wrong ones close the socket."""

import asyncio
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from mentorhub.web.limits import Limits
from tests.web.serving import Door, eventually, knocking
from tests.web.sockets import PROTOCOL, Talk, talking

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEWS = "subscription { news }"


async def test_a_subscription_is_told_and_completed(door: Door) -> None:
    async with talking(door) as talk:
        await talk.subscribe('"1"\n', "subscription ($to: Int!) { count(to: $to) }", variables={"to": 2})

        told = [await talk.hear() for _ in range(3)]

    assert talk.connection.subprotocol == PROTOCOL
    assert told == [
        {"id": '"1"\n', "type": "next", "payload": {"data": {"count": 1}}},
        {"id": '"1"\n', "type": "next", "payload": {"data": {"count": 2}}},
        {"id": '"1"\n', "type": "complete"},
    ]


@pytest.mark.parametrize(
    ("query", "payload"),
    [
        ("{ hello }", {"data": {"hello": "Hello, world!"}}),
        ('mutation { rename(name: "x") }', {"data": {"rename": "x"}}),
        ("{ transport }", {"data": {"transport": "websocket"}, "extensions": {"seen": True}}),
    ],
)
async def test_queries_and_mutations_are_answered_once(door: Door, query: str, payload: Any) -> None:
    async with talking(door) as talk:
        await talk.subscribe("q", query)

        told = [await talk.hear(), await talk.hear()]

    assert told == [{"id": "q", "type": "next", "payload": payload}, {"id": "q", "type": "complete"}]


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{", None, "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", None, "GRAPHQL_VALIDATION_FAILED"),
        ("subscription ($to: Int!) { count(to: $to) }", {"to": []}, "BAD_USER_INPUT"),
        ("{ surrogate }", None, "INTERNAL"),
    ],
)
async def test_a_bad_operation_is_an_error_and_the_socket_goes_on(
    door: Door, query: str, variables: Any, code: str
) -> None:
    async with talking(door) as talk:
        await talk.subscribe("a", query, variables=variables)
        error = await talk.hear()
        await talk.subscribe("a", "{ hello }")
        after = await talk.hear()

    assert (error["id"], error["type"]) == ("a", "error")
    assert error["payload"][0]["extensions"]["code"] == code
    assert after["payload"] == {"data": {"hello": "Hello, world!"}}


async def test_each_operation_has_a_context_of_its_own(door: Door) -> None:
    async with talking(door) as talk:
        for query in ("{ transport }", "{ hello }"):
            await talk.subscribe("q", query)
            answer = await talk.hear()
            await talk.hear()

    assert answer["payload"] == {"data": {"hello": "Hello, world!"}}


async def test_operations_run_side_by_side(door: Door) -> None:
    async with talking(door) as talk:
        await talk.subscribe("waits", NEWS)
        await door.house.is_running(1)
        await talk.subscribe("quick", "{ hello }")
        quick = [await talk.hear(), await talk.hear()]
        door.house.news.put_nowait("at last")
        late = await talk.hear()

    assert [each["id"] for each in quick] == ["quick", "quick"]
    assert late == {"id": "waits", "type": "next", "payload": {"data": {"news": "at last"}}}


@pytest.mark.parametrize("query", [NEWS, "{ forever }"])
async def test_a_client_that_completes_ends_the_work_and_may_use_the_id_again(door: Door, query: str) -> None:
    async with talking(door) as talk:
        await talk.subscribe("a", query)
        await door.house.is_running(1)
        await talk.say(id="a", type="complete")
        await door.house.is_running(0)
        await talk.subscribe("a", "{ hello }")

        told = [await talk.hear(), await talk.hear()]

    assert [each["type"] for each in told] == ["next", "complete"]


async def test_completing_what_is_unknown_does_nothing(door: Door) -> None:
    async with talking(door) as talk:
        await talk.say(id="nobody", type="complete")
        await talk.say(type="ping")

        assert await talk.hear() == {"type": "pong"}


async def test_pings_are_answered_before_and_after_the_connection_is_acknowledged(door: Door) -> None:
    async with talking(door, init=False) as talk:
        await talk.say(type="ping")
        before = await talk.hear()
        await talk.init()
        await talk.say(type="ping", payload={"n": 1})
        after = await talk.hear()
        await talk.say(type="pong")
        await talk.say(type="pong", payload=None)
        await talk.say(type="ping", payload=None)

        assert before == await talk.hear() == {"type": "pong"}
        assert after == {"type": "pong", "payload": {"n": 1}}


@pytest.mark.parametrize(
    "offered", [None, ["graphql-ws"], ["graphql-transport-ws2"], ["Graphql-Transport-Ws"]]
)
async def test_any_other_subprotocol_is_not_acceptable(door: Door, offered: list[str] | None) -> None:
    subprotocols = offered and [Subprotocol(each) for each in offered]

    async with talking(door, init=False, subprotocols=subprotocols) as talk:
        assert await talk.closed() == (4406, "Subprotocol not acceptable")


async def test_ours_is_found_among_several(door: Door) -> None:
    async with talking(door, subprotocols=[Subprotocol("graphql-ws"), PROTOCOL]) as talk:
        assert talk.connection.subprotocol == PROTOCOL


async def test_whoever_does_not_say_who_he_is_in_time_is_closed() -> None:
    async with knocking(Limits(init_seconds=0.05)) as door, talking(door, init=False) as talk:
        with pytest.raises(ConnectionClosed) as end:
            await pinging(talk)

    assert end.value.rcvd is not None
    assert (end.value.rcvd.code, end.value.rcvd.reason) == (4408, "Connection initialisation timeout")


async def pinging(talk: Talk) -> None:
    async with asyncio.timeout(5):
        while True:
            await talk.say(type="ping")
            await talk.hear()


async def test_one_says_who_he_is_once(door: Door) -> None:
    async with talking(door) as talk:
        await talk.say(type="connection_init")

        assert await talk.closed() == (4429, "Too many initialisation requests")


async def test_nobody_subscribes_before_that(door: Door) -> None:
    async with talking(door, init=False) as talk:
        await talk.subscribe("a", "{ hello }")

        assert await talk.closed() == (4401, "Unauthorized")


async def test_an_id_stands_for_one_operation_at_a_time(door: Door) -> None:
    operation = "x" + "é" * 100
    async with talking(door) as talk:
        await talk.subscribe(operation, NEWS)
        await talk.subscribe(operation, NEWS)

        code, reason = await talk.closed()

    await door.house.is_running(0)
    assert code == 4409
    assert reason == f"Subscriber for x{'é' * 53}"


async def test_a_client_that_closes_ends_all_its_operations(door: Door) -> None:
    async with talking(door) as talk:
        for number in range(3):
            await talk.subscribe(str(number), NEWS)
        await talk.subscribe("q", "{ forever }")
        await door.house.is_running(4)

    await door.house.is_running(0)


async def test_a_client_that_just_vanishes_ends_all_its_operations(door: Door) -> None:
    async with talking(door) as talk:
        await talk.subscribe("a", NEWS)
        await door.house.is_running(1)

        talk.connection.transport.abort()

        await door.house.is_running(0)
        with pytest.raises(ConnectionClosed):
            await talk.hear()


async def test_no_task_outlives_its_socket() -> None:
    async with knocking() as door:
        before = asyncio.all_tasks()
        async with talking(door) as talk:
            await talk.subscribe("a", NEWS)
            await talk.subscribe("b", "{ forever }")
            await door.house.is_running(2)
        await door.house.is_running(0)
        await eventually(lambda: door.house.doors.watch.listeners == 0)
        await asyncio.sleep(0)

        names = {task.get_name() for task in asyncio.all_tasks() - before}

    assert not {"operation of a socket", "watch of listeners"} & names
