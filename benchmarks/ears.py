"""Many sockets that listen and do nothing else, as cheaply as Python can, so that a server is what is measured."""

import asyncio
import os
from collections.abc import Sequence
from time import perf_counter
from typing import Final

import orjson

_PER_ADDRESS: Final = 900
"""Sockets from one address of this machine: the service lets none have more than a thousand."""
_AT_ONCE: Final = 50


class Crowd:
    """Subscribers at one server: who is ready, and when each heard the last event."""

    def __init__(self, port: int, text: str) -> None:
        self._port = port
        self._subscribe = {"id": "1", "type": "subscribe", "payload": {"query": text}}
        self.ears: list[_Ear] = []
        self.times: list[float] = []
        self.frame = b""
        """The last event, as it was heard."""
        self._wanted = 0
        self._all = asyncio.Event()

    async def gather(self, tokens: Sequence[str]) -> None:
        """One more socket for each of *tokens*, subscribed."""
        loop = asyncio.get_running_loop()
        for start in range(0, len(tokens), _AT_ONCE):
            joining = []
            for token in tokens[start : start + _AT_ONCE]:
                address = f"127.0.0.{1 + len(self.ears) // _PER_ADDRESS}"
                ear = _Ear(self, self._port, token)
                self.ears.append(ear)
                await loop.create_connection(
                    lambda ear=ear: ear, "127.0.0.1", self._port, local_addr=(address, 0)
                )
                joining.append(ear.acknowledged)
            await asyncio.gather(*joining)
        for ear in self.ears[-len(tokens) :]:
            ear.say(self._subscribe)

    def expect(self) -> asyncio.Event:
        """Set once all have heard the next event."""
        self.times, self._wanted, self._all = [], len(self.ears), asyncio.Event()
        return self._all

    def heard(self, frame: bytes) -> None:
        self.times.append(perf_counter())
        if len(self.times) == self._wanted:
            self.frame = frame
            self._all.set()

    def leave(self) -> None:
        for ear in self.ears:
            ear.transport.abort()
        self.ears.clear()


class _Ear(asyncio.Protocol):
    transport: asyncio.Transport

    def __init__(self, crowd: Crowd, port: int, token: str) -> None:
        self._crowd = crowd
        self._port = port
        self._token = token
        self._rest = b""
        self._is_open = False
        self.acknowledged = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is one
        self.transport = transport
        transport.write(
            f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        if not self._is_open:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            assert b" 101 " in head, head
            self._is_open = True
            self.say({"type": "connection_init", "payload": {"Authorization": f"Bearer {self._token}"}})
        while len(data) > 4:
            size, start = data[1], 2
            if size == 126:
                size, start = int.from_bytes(data[2:4]), 4
            if len(data) < start + size:
                break
            self._hear(data[start : start + size])
            data = data[start + size :]
        self._rest = data

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.acknowledged.done():
            self.acknowledged.set_exception(ConnectionError("the server closed"))

    def _hear(self, frame: bytes) -> None:
        if b'"type":"next"' in frame:
            self._crowd.heard(frame)
        elif b'"type":"ping"' in frame:
            self.say({"type": "pong"})
        elif b'"type":"connection_ack"' in frame:
            self.acknowledged.set_result(None)
        else:
            raise AssertionError(frame)

    def say(self, message: object) -> None:
        payload, mask = orjson.dumps(message), os.urandom(4)
        size = len(payload)
        head = bytes([0x81, 0x80 | size]) if size < 126 else bytes([0x81, 0xFE]) + size.to_bytes(2)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        self.transport.write(head + mask + masked)
