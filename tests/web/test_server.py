"""The server's patience with heads, and its farewell, over real connections."""

import asyncio
import contextlib
import gc
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import uvicorn
from uvicorn.server import ServerState
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from mentorhub.web.bodies import READ_WHOLE
from mentorhub.web.marking import WRITE_WHOLE
from mentorhub.web.server import MANNERS, PatientProtocol
from tests.system.processes import Process
from tests.system.processes import serving as process_serving
from tests.web.serving import Door, knocking


class Hasty(PatientProtocol):
    head_seconds = 0.3
    head_bytes = 16 * 1024


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with knocking(http=Hasty) as opened:
        yield opened


async def test_a_head_that_never_ends_is_answered_408_and_cut(door: Door) -> None:
    answer = await door.raw(b"POST /graphql HTTP/1.1\r\nhost: x\r\nx-slow: ")

    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b'"code":"BAD_USER_INPUT"' in answer


async def test_a_head_that_comes_byte_by_byte_has_no_more_time(door: Door) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)

    async def drip() -> None:
        writer.write(b"GET /healthz HTTP/1.1\r\nhost: x\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    dripping = asyncio.create_task(drip())
    async with asyncio.timeout(3):
        answer = await reader.read(100)

    assert answer.startswith(b"HTTP/1.1 408")
    dripping.cancel()
    with contextlib.suppress(asyncio.CancelledError, OSError):
        await dripping
    writer.close()


async def test_whoever_says_nothing_is_let_go(door: Door) -> None:
    assert await door.raw(b"") == b""


async def test_a_second_request_of_a_connection_has_as_much_time_as_the_first(door: Door) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
    first = await reader.readuntil(b"alive")
    # Longer than a head may take: between two requests there is none.
    await asyncio.sleep(0.5)

    writer.write(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
    second = await reader.readuntil(b"alive")
    await reader.readuntil(b"}")
    writer.write(b"GET /hea")
    async with asyncio.timeout(3):
        third = await reader.read()

    assert first.startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 200" in second
    assert third.startswith(b"HTTP/1.1 408")
    writer.close()


async def test_a_head_too_large_is_answered_431_and_cut(door: Door) -> None:
    answer = await door.raw(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-large: " + b"a" * 40_000)

    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_so_it_is_when_it_comes_at_once(door: Door) -> None:
    answer = await door.raw(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-large: " + b"x" * 40_000 + b"\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")


async def test_what_is_no_http_is_answered_as_json_and_cut(door: Door) -> None:
    answer = await door.raw(b"HELO mail.example\r\n\r\n")

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"content-type: application/json" in head
    assert json.loads(body)["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_body_may_take_longer_than_a_head(door: Door) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    body = b'{"query":"{ hello }"}'
    writer.write(
        b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        % len(body)
    )
    await asyncio.sleep(0.5)
    writer.write(body)

    async with asyncio.timeout(3):
        assert b"200 OK" in await reader.readline()
    writer.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux counts segments")
async def test_a_head_and_its_body_are_one_segment(door: Door) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    connection: socket.socket = writer.get_extra_info("socket")

    for _ in range(10):
        writer.write(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r\n")[0]))

    # Linux counts them: `tcpi_data_segs_in` of its `struct tcp_info`.
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 160)
    writer.close()
    assert int.from_bytes(info[152:156], sys.byteorder) == 10


async def test_a_head_without_a_body_yet_does_not_wait_for_it() -> None:
    async with knocking() as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        body = b'{"query":"subscription { news }"}'
        writer.write(
            b"POST /graphql HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n"
            b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)
        )
        async with asyncio.timeout(3):
            head = await reader.readuntil(b"\r\n\r\n")
        writer.close()

    assert b"content-type: text/event-stream" in head


class Wire(asyncio.Transport):
    """The other end of a connection: what was written to it, until it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: Any) -> None:
        # As uvloop's has it.
        if self.closed:
            raise RuntimeError
        self.written += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        return

    def resume_reading(self) -> None:
        return


def answering(wire: Wire, app: Callable[..., Any]) -> PatientProtocol:
    config = uvicorn.Config(app, **MANNERS)
    config.load()
    protocol = PatientProtocol(config, ServerState(), {})
    protocol.connection_made(wire)
    return protocol


ASKING = b"%s / HTTP/1.1\r\nhost: x\r\n\r\n"


class Asked(NamedTuple):
    wire: Wire
    protocol: PatientProtocol
    wrote: list[bool]


async def answered_whole(
    sent: bytes,
    *,
    lines: Sequence[tuple[bytes, bytes]] = (),
    status: int = 200,
    paused: bool = False,
) -> Asked:
    """What became of requests that are each answered in one go, if that can be, else in two messages."""
    asked = Asked(Wire(), None, [])  # type: ignore[arg-type]  # made below

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if paused:
            asked.protocol.pause_writing()
        await receive()
        given = [(b"content-length", b"2"), *lines]
        asked.wrote.append(scope["state"][WRITE_WHOLE](send, status, given, b"{}"))
        if paused:
            asked.protocol.resume_writing()
        if not asked.wrote[-1]:
            await send({"type": "http.response.start", "status": status, "headers": given})
            await send({"type": "http.response.body", "body": b"" if status == 204 else b"{}"})

    asked = asked._replace(protocol=answering(asked.wire, app))
    asked.protocol.data_received(sent)
    async with asyncio.timeout(3):
        while asked.protocol.tasks:
            await asyncio.gather(*asked.protocol.tasks, return_exceptions=True)
    return asked


def told(*heads: bytes) -> bytes:
    return b"".join(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n" + head + b"\r\n{}" for head in heads)


async def test_an_answer_is_written_in_one_go_and_its_connection_goes_on() -> None:
    pipelined = ASKING % b"GET" + b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc" + ASKING % b"GET"

    asked = await answered_whole(pipelined, lines=[(b"x-name", b"value")])

    assert asked.wrote == [True] * 3
    assert asked.wire.written == told(*[b"x-name: value\r\n"] * 3)
    assert not asked.wire.closed


@pytest.mark.parametrize(
    "sent", [b"GET / HTTP/1.0\r\n\r\n", b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"]
)
async def test_an_answer_in_one_go_may_be_the_last(sent: bytes) -> None:
    asked = await answered_whole(sent)

    assert asked.wrote == [True]
    assert asked.wire.written == told(b"connection: close\r\n")
    assert asked.wire.closed


async def test_answers_without_a_body_and_to_slow_readers_are_uvicorns_own() -> None:
    head = await answered_whole(ASKING % b"HEAD")
    empty = await answered_whole(ASKING % b"GET", status=304)
    slow = await answered_whole(ASKING % b"GET", paused=True)

    assert head.wrote == empty.wrote == slow.wrote == [False]
    assert head.wire.written == told(b"")[:-2]
    assert empty.wire.written.startswith(b"HTTP/1.1 304 Not Modified\r\n")
    assert slow.wire.written == told(b"")


async def test_whoever_rests_for_long_is_let_go_and_each_answer_begins_a_rest() -> None:
    (wire, protocol, _) = await answered_whole(ASKING % b"GET")
    timer = protocol.timeout_keep_alive_task
    assert timer is not None

    protocol.data_received(ASKING % b"GET")
    await asyncio.gather(*protocol.tasks)
    assert protocol.timeout_keep_alive_task is timer
    protocol.timeout_keep_alive_handler()
    assert not wire.closed
    again = protocol.timeout_keep_alive_task
    assert again is not None
    assert again is not timer

    protocol.data_received(ASKING % b"GET")
    protocol.timeout_keep_alive_handler()
    assert not wire.closed
    assert protocol.timeout_keep_alive_task is None
    protocol.timeout_keep_alive = 0
    await asyncio.gather(*protocol.tasks)
    async with asyncio.timeout(3):
        while not wire.closed:  # noqa: ASYNC110 -- a timer tells nobody
            await asyncio.sleep(0)


async def test_whoever_has_left_is_waited_for_no_more() -> None:
    (_, protocol, _) = await answered_whole(ASKING % b"GET")
    timer = protocol.timeout_keep_alive_task
    assert timer is not None

    protocol.connection_lost(None)

    assert timer.cancelled()


WHOLE = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n%b\r\nabc"


@pytest.mark.parametrize(
    ("sent", "most", "whole"),
    [
        ([WHOLE % b""], 3, b"abc"),
        ([WHOLE % b""], 2, None),
        ([(WHOLE % b"")[:-1], b"c"], 3, None),
        ([WHOLE % b"expect: 100-continue\r\n"], 3, None),
    ],
    ids=["all there", "too long", "not all there", "to be asked for"],
)
async def test_a_body_that_is_there_is_taken_at_once_and_any_other_received(
    sent: list[bytes], most: int, whole: bytes | None
) -> None:
    read: list[bytes | None] = []
    said: list[str] = []
    began, has_body = asyncio.Event(), asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        read.append(scope["state"][READ_WHOLE](receive, most))
        began.set()
        body = b""
        while read[0] is None and len(body) < 3:
            body += (await receive())["body"]
        said.append((read[0] or body).decode())
        has_body.set()
        said.append((await receive())["type"])

    protocol = answering(Wire(), app)
    protocol.data_received(sent[0])
    await began.wait()
    for more in sent[1:]:
        protocol.data_received(more)
    await has_body.wait()
    protocol.connection_lost(None)
    await asyncio.gather(*protocol.tasks)

    assert read == [whole]
    assert said == ["abc", "http.disconnect"]


async def test_an_answer_leaves_no_garbage_in_circles() -> None:
    """It is found late, and so much of it then that others wait."""
    await answered_whole(ASKING % b"GET" * 3)
    gc.collect()
    gc.disable()
    try:
        few = await answered_whole(ASKING % b"GET")
        del few
        left = gc.collect()
        many = await answered_whole(ASKING % b"GET" * 20)
        assert len(many.wrote) == 20
        del many
        assert gc.collect() < left + 20
    finally:
        gc.enable()


@pytest.mark.parametrize("value", [b"1\r\nset-cookie: a=b", b"1\n", b"\0"])
async def test_no_value_makes_another_line(value: bytes) -> None:
    asked = await answered_whole(ASKING % b"GET", lines=[(b"x-name", value)])

    assert asked.wrote == [False]
    assert b"set-cookie" not in asked.wire.written
    assert b"HTTP/1.1 200" not in asked.wire.written


async def test_readers_of_streams_that_leave_at_once_are_no_fault(sqlite_url: str, tmp_path: Path) -> None:
    stream = (
        b"GET /graphql?query=subscription%20{%20announcementPosted%20{%20id%20}%20} HTTP/1.1\r\nhost: x\r\n"
        b"accept: text/event-stream\r\n\r\n"
    )

    async def leave(port: int) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(stream)
        await writer.drain()
        writer.transport.abort()

    async with process_serving(sqlite_url, tmp_path) as service:
        port = int(service.url.rpartition(":")[2])
        for _ in range(40):
            await asyncio.gather(*(leave(port) for _ in range(20)))
        async with httpx.AsyncClient() as http:
            assert (await http.get(f"{service.url}/healthz")).status_code == 200

        said = service.said()
    assert "Exception" not in said
    assert '"kind":"subscription"' in said


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_sockets_and_streams_hear_farewell_when_the_service_is_told_to_stop(
    postgresql_url: str, tmp_path: Path, workers: str
) -> None:
    async with (
        process_serving(postgresql_url, tmp_path, command=("--workers", workers)) as service,
        httpx.AsyncClient(timeout=20) as http,
    ):
        listening = "subscription { announcementPosted { id } }"
        async with (
            connect(
                service.socket_url, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None
            ) as socket,
            http.stream(
                "POST",
                f"{service.url}/graphql",
                json={"query": listening},
                headers={"accept": "text/event-stream"},
            ) as stream,
        ):
            await socket.send('{"type":"connection_init"}')
            await socket.recv()
            await socket.send(f'{{"id":"1","type":"subscribe","payload":{{"query":"{listening}"}}}}')
            lines = stream.aiter_text()
            assert await anext(lines) == ":\n\n"

            service.process.send_signal(signal.SIGTERM)

            async with asyncio.timeout(15):
                with pytest.raises(ConnectionClosed) as end:
                    await socket.recv()
                rest = [part async for part in lines]
        assert end.value.rcvd is not None
        assert (end.value.rcvd.code, end.value.rcvd.reason) == (1012, "The service restarts")
        assert "complete" not in "".join(rest)
        await asyncio.to_thread(_ended, service.process)


def _ended(process: Process) -> None:
    process.wait(15)
