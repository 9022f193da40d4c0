"""Sockets and event streams that flood, dawdle, break the rules or are never read."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from websockets.exceptions import ConnectionClosed, InvalidStatus

from mentorhub.settings import Settings
from mentorhub.web.limits import Limits
from tests.attacks.conftest import standing
from tests.attacks.standing import UPGRADE, Socket, Standing
from tests.attacks.watching import watched

pytestmark = pytest.mark.asyncio(loop_scope="module")

LISTEN = {"query": "subscription { announcementPosted { id } }"}
PING = b"\x89\x80\x00\x00\x00\x00"
EMPTY_FRAGMENT = b"\x00\x80\x00\x00\x00\x00"
TEXT_BEGUN = b"\x01\x81\x00\x00\x00\x00{"


@pytest_asyncio.fixture(loop_scope="module")
async def hasty(house_settings: Settings) -> AsyncIterator[Standing]:
    """A service of little patience."""
    limits = Limits(init_seconds=0.3, ping_seconds=0.2, silence_seconds=0.6)
    async with standing(house_settings.model_copy(update={"rate_limits": "off"}), limits) as stood:
        yield stood


@pytest_asyncio.fixture(loop_scope="module")
async def crowded(house_settings: Settings) -> AsyncIterator[Standing]:
    """Twenty streams for an address."""
    limits = Limits(streams_per_address=20)
    async with standing(house_settings.model_copy(update={"rate_limits": "off"}), limits) as stood:
        yield stood


async def _opened(service: Standing, count: int) -> tuple[list[Socket], int]:
    """So many sockets as there may be, and how many of *count* were refused with 429."""
    sockets, refused = [], 0
    for _ in range(count):
        try:
            sockets.append(Socket(await service.connect()))
        except InvalidStatus as status:
            refused += status.response.status_code == 429
            error = json.loads(status.response.body)["errors"][0]["extensions"]
            assert (error["code"], error["actual"] - error["limit"]) == ("RATE_LIMITED", 1)
    return sockets, refused


async def test_floods_of_sockets_are_bounded_by_address(crowded: Standing) -> None:
    async with watched(crowded):
        sockets, refused = await _opened(crowded, 30)
        assert (len(sockets), refused) == (20, 10)
        for socket in sockets:
            await socket.connection.close()
        # What was given back may be taken again.
        again, _ = await _opened(crowded, 1)
        await again[0].connection.close()


async def test_event_streams_count_with_them(crowded: Standing) -> None:
    body = json.dumps(LISTEN).encode()
    head = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\naccept: text/event-stream\r\n"
    writers = []
    async with watched(crowded):
        for _ in range(20):
            reader, writer = await asyncio.open_connection("127.0.0.1", crowded.port)
            writer.write(head + b"content-length: %d\r\n\r\n" % len(body) + body)
            assert b" 200 " in await reader.readline()
            writers.append(writer)

        refused = await crowded.post(body, accept="text/event-stream")
        for writer in writers:
            writer.transport.abort()

    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0


async def test_whoever_opens_and_says_nothing_is_closed(hasty: Standing) -> None:
    async with watched(hasty):
        sockets, _ = await _opened(hasty, 20)
        ends = await asyncio.gather(*(socket.closed() for socket in sockets))

    assert ends == [(4408, "Connection initialisation timeout")] * 20


@pytest.mark.parametrize(
    "dripped", [b"\x89", PING, TEXT_BEGUN], ids=["half a frame", "pings", "half a message"]
)
async def test_whoever_drips_frames_is_closed_as_if_silent(hasty: Standing, dripped: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", hasty.port)
    async with watched(hasty):
        writer.write(UPGRADE)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(dripped)
        async with asyncio.timeout(20):
            # Closed with 4408; whoever does not answer that is cut a while later.
            await reader.readuntil(b"\x11\x38")
        writer.transport.abort()


async def test_hundreds_of_subscriptions_of_a_socket_are_a_hundred(service: Standing) -> None:
    async with watched(service), service.socket() as socket:
        for number in range(300):
            await socket.say(id=str(number), type="subscribe", payload=LISTEN)
        told = [await socket.hear() for _ in range(200)]
        await socket.say(type="ping")
        last = await socket.hear()

    errors = [message["payload"][0]["extensions"] for message in told]
    assert {(each["code"], each["limit"], each["actual"]) for each in errors} == {("RATE_LIMITED", 100, 101)}
    assert last == {"type": "pong"}


async def test_an_id_in_use_closes_with_4409(service: Standing) -> None:
    async with watched(service), service.socket() as socket:
        await socket.say(id="x" * 200, type="subscribe", payload=LISTEN)
        await socket.say(id="x" * 200, type="subscribe", payload=LISTEN)
        code, reason = await socket.closed()

    assert code == 4409
    assert len(reason.encode()) <= 123


async def test_the_other_ways_to_break_the_protocol_have_their_codes(service: Standing) -> None:
    async with watched(service):
        async with service.connect() as connection:
            early = Socket(connection)
            await early.say(id="1", type="subscribe", payload=LISTEN)
            assert await early.closed() == (4401, "Unauthorized")
        async with service.socket() as twice:
            await twice.say(type="connection_init")
            assert await twice.closed() == (4429, "Too many initialisation requests")
        async with service.connect(subprotocols=["graphql-ws"]) as connection:
            assert (await Socket(connection).closed())[0] == 4406
        async with service.connect() as connection:
            liar = Socket(connection)
            await liar.say(type="connection_init", payload={"Authorization": "Bearer wrong"})
            assert (await liar.closed())[0] == 4403
        async with service.socket() as binary:
            await binary.connection.send(b'{"type":"ping"}')
            assert (await binary.closed())[0] == 4400


async def test_pings_of_the_protocol_are_answered_one_by_one(service: Standing) -> None:
    async with watched(service), service.socket() as socket:
        for _ in range(500):
            await socket.say(type="ping")
        assert [await socket.hear() for _ in range(500)] == [{"type": "pong"}] * 500


async def test_pongs_that_nobody_reads_do_not_pile_up(service: Standing) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port, limit=1024)
    async with watched(service, megabytes=16):
        writer.write(UPGRADE)
        await reader.readuntil(b"\r\n\r\n")
        with_payload = b"\x89\xfd\x00\x00\x00\x00" + b"x" * 125
        sent = 0
        try:
            async with asyncio.timeout(20):
                while sent < 64 * 1024 * 1024:
                    writer.write(with_payload * 500)
                    sent += len(with_payload) * 500
                    await writer.drain()
        except ConnectionError:
            pass
        writer.transport.abort()

    assert sent < 64 * 1024 * 1024, "it went on answering"


async def test_fragments_without_end_are_no_message(service: Standing) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    async with watched(service, megabytes=16):
        writer.write(UPGRADE)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(TEXT_BEGUN)
        try:
            for _ in range(20):
                writer.write(EMPTY_FRAGMENT * 1_000)
                await writer.drain()
            async with asyncio.timeout(10):
                told = await reader.read()
        except ConnectionError:
            told = b""
        writer.transport.abort()

    assert told == b"" or b"\x03\xf1" in told  # 1009


@pytest.mark.parametrize("pieces", [1, 3])
async def test_a_message_beyond_measure_is_closed_with_1009(service: Standing, pieces: int) -> None:
    async with watched(service), service.socket() as socket:
        size = 70_000 // pieces
        await socket.connection.send([" " * size] * pieces if pieces > 1 else " " * size)
        code, _ = await socket.closed()

    assert code == 1009


@pytest.mark.parametrize(
    "frame",
    [
        b"\x81\x01x",
        b"\xc1\x81\x00\x00\x00\x00x",
        b"\x83\x80\x00\x00\x00\x00",
        b"\x89\xfe\x00\x7e\x00\x00\x00\x00" + b"x" * 126,
        b"\x09\x80\x00\x00\x00\x00",
        b"\x80\x80\x00\x00\x00\x00",
        b"\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        b"\x81\x82\x00\x00\x00\x00\xff\xfe",
        b"\x88\x82\x00\x00\x00\x00\x00\x01",
    ],
    ids=[
        "unmasked",
        "reserved bits",
        "unknown",
        "long ping",
        "ping in parts",
        "stray part",
        "endless",
        "no UTF-8",
        "bad close",
    ],
)
async def test_frames_that_are_none_close_the_socket_and_nothing_else(
    service: Standing, frame: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    async with watched(service):
        writer.write(UPGRADE)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(frame)
        async with asyncio.timeout(10):
            told = await reader.read()
        writer.close()

    assert told[:1] == b"\x88"


async def test_events_that_are_never_read_hold_nothing_up(crowded: Standing) -> None:
    """Keep-alives alone would fill nothing; what matters is that the stream costs its own connection only."""
    body = json.dumps(LISTEN).encode()
    head = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\naccept: text/event-stream\r\n"
    async with watched(crowded, megabytes=16):
        connections = [await asyncio.open_connection("127.0.0.1", crowded.port, limit=1) for _ in range(10)]
        for _, writer in connections:
            writer.write(head + b"content-length: %d\r\n\r\n" % len(body) + body)
        for reader, _ in connections:
            await reader.read(1)
        assert crowded.service.graphql.events.open == 10
        for _, writer in connections:
            writer.transport.abort()


async def test_subscribing_and_completing_in_haste_leaves_nothing(service: Standing) -> None:
    async with watched(service), service.socket() as socket:
        for number in range(200):
            await socket.say(id=str(number), type="subscribe", payload=LISTEN)
            await socket.say(id=str(number), type="complete")
        await socket.say(type="ping")
        assert await socket.hear() == {"type": "pong"}


async def test_a_socket_that_vanishes_with_all_its_subscriptions_leaves_nothing(service: Standing) -> None:
    async with watched(service):
        connections = [await service.connect() for _ in range(10)]
        for connection in connections:
            await connection.send('{"type":"connection_init"}')
            for number in range(20):
                await connection.send(json.dumps({"id": str(number), "type": "subscribe", "payload": LISTEN}))
            await connection.recv()
        for connection in connections:
            connection.transport.abort()
        for connection in connections:
            with pytest.raises(ConnectionClosed):
                await connection.recv()
