"""Messages that are none, and what becomes of the socket that they came by."""

import pytest

from tests.web.serving import Door
from tests.web.sockets import talking

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    "message",
    [
        "",
        "null",
        "7",
        "[]",
        "{",
        '"x"',
        "NaN",
        "[" * 5_000,
        "{}",
        '{"type": null}',
        '{"type": ["ping"]}',
        '{"type": "hello"}',
        '{"type": "start", "id": "1", "payload": {"query": "{ hello }"}}',
        '{"type": "connection_ack"}',
        '{"type": "next", "id": "1"}',
        '{"type": "ping", "payload": "x"}',
        '{"type": "pong", "payload": []}',
        '{"type": "connection_init", "payload": 1}',
        '{"type": "connection_init", "payload": {"Authorization": 1}}',
        '{"type": "complete"}',
        '{"type": "complete", "id": 1}',
        '{"type": "subscribe", "payload": {"query": "{ hello }"}}',
        '{"type": "subscribe", "id": 1, "payload": {"query": "{ hello }"}}',
        '{"type": "subscribe", "id": "", "payload": {"query": "{ hello }"}}',
        '{"type": "subscribe", "id": "\\ud800", "payload": {"query": "{ hello }"}}',
        '{"type": "subscribe", "id": "1"}',
        '{"type": "subscribe", "id": "1", "payload": null}',
        '{"type": "subscribe", "id": "1", "payload": "{ hello }"}',
        '{"type": "subscribe", "id": "1", "payload": {}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "variables": []}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "operationName": {}}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "extensions": 1}}',
        '{"type": "' + "ü" * 300 + '"}',
    ],
    ids=lambda message: message[:70],
)
async def test_a_message_that_is_none_closes_the_socket_with_a_reason(door: Door, message: str) -> None:
    async with talking(door, init="connection_init" not in message) as talk:
        await talk.say_raw(message)

        code, reason = await talk.closed()

    assert code == 4400
    assert reason
    assert len(reason.encode()) <= 123


async def test_messages_are_text(door: Door) -> None:
    async with talking(door) as talk:
        await talk.say_raw(b'{"type": "ping"}')

        assert await talk.closed() == (4400, "Messages are text")


@pytest.mark.parametrize("filling", ["xx", "é"])
async def test_a_message_has_a_largest_size(door: Door, filling: str) -> None:
    async with talking(door) as talk:
        fits = 65_536 - len('{"type":"ping","payload":{"x":""}}')
        await talk.say_raw('{"type":"ping","payload":{"x":"%s"}}' % ("x" * fits))
        pong = await talk.hear()
        await talk.say_raw('{"type":"ping","payload":{"x":"%s"}}' % (filling * (fits // 2 + 1)))

        code, _ = await talk.closed()

    assert pong["type"] == "pong"
    assert code == 1009
