"""A client that speaks graphql-transport-ws one message at a time, and badly where a test wants that."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.web.serving import Door

PROTOCOL = Subprotocol("graphql-transport-ws")


class Talk:
    """An open socket; what it waits for comes within a few seconds or the test fails."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def say_raw(self, message: str | bytes) -> None:
        await self.connection.send(message)

    async def hear(self) -> Any:
        async with asyncio.timeout(5):
            message = await self.connection.recv()
        assert isinstance(message, str), "text frames only"
        return json.loads(message)

    async def closed(self) -> tuple[int, str]:
        """Code and reason of the close, which is all that is still to come."""
        with pytest.raises(ConnectionClosed) as end:
            await self.hear()
        assert end.value.rcvd is not None
        return end.value.rcvd.code, end.value.rcvd.reason

    async def init(self, **payload: Any) -> None:
        await self.say(type="connection_init", payload=payload)
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(self, operation: str, query: str, **parameters: Any) -> None:
        await self.say(id=operation, type="subscribe", payload={"query": query, **parameters})


@asynccontextmanager
async def talking(
    door: Door, *, init: bool = True, beyond: str = "", **how: Any
) -> AsyncGenerator[Talk, None]:
    how = {"subprotocols": [PROTOCOL], "ping_interval": None, "compression": None, "proxy": None} | how
    async with connect(door.ws + beyond, **how) as connection:
        talk = Talk(connection)
        if init:
            await talk.init()
        yield talk
