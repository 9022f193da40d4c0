"""GraphQL over WebSocket: the handshake. Who may open a socket, how many, and how all of them are closed."""

import asyncio
from typing import Any

from starlette.types import Receive, Scope, Send

from mentorhub.web.answers import refuse_socket
from mentorhub.web.approach import Refused
from mentorhub.web.conversation import Conversation
from mentorhub.web.doors import Doors
from mentorhub.web.headers import headers_of
from mentorhub.web.socket_messages import PROTOCOL


class GraphQLSockets:
    """Speaks graphql-transport-ws, and nothing else; to be mounted at one exact path."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._open: dict[Conversation, asyncio.Task[Any] | None] = {}
        self._closing = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            approach = self._doors.approach(scope, headers_of(scope), "websocket")
            self._doors.origins.check_socket(approach.origin, scope)
            self._check_open()
            self._doors.seats.take(approach.address)
        except Refused as refused:
            await refuse_socket(scope, receive, send, refused)
            return
        try:
            await receive()
            if PROTOCOL not in scope["subprotocols"]:
                # Accepted first: before that, a close has no code that its client could see.
                await send({"type": "websocket.accept"})
                await send({"type": "websocket.close", "code": 4406, "reason": "Subprotocol not acceptable"})
                return
            await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
            await self._converse(Conversation(receive, send, self._doors, approach))
        finally:
            self._doors.seats.leave(approach.address)

    @property
    def open(self) -> int:
        """How many sockets there are."""
        return len(self._open)

    @property
    def operations(self) -> int:
        """How many operations are under way in them."""
        return sum(conversation.operations for conversation in self._open)

    def _check_open(self) -> None:
        if self._closing:
            raise Refused("UNAVAILABLE", "The service is going down.", status=503)

    async def _converse(self, conversation: Conversation) -> None:
        self._open[conversation] = asyncio.current_task()
        try:
            await conversation.run()
        finally:
            del self._open[conversation]

    async def close(self) -> None:
        """Closes all sockets (1012) for a service that goes down, once what was asked in them is answered.

        Subscriptions are not completed: a client that hears `complete` takes its own for finished, and does not come
        back for the rest.
        """
        self._closing = True
        asked = [task for conversation in self._open for task in conversation.asked]
        if asked:
            await asyncio.wait(asked, timeout=self._doors.limits.farewell_seconds)
        conversing = [task for task in self._open.values() if task is not None]
        for conversation in self._open:
            conversation.end(1012, "The service restarts")
        if conversing:
            await asyncio.wait(conversing, timeout=self._doors.limits.farewell_seconds)
