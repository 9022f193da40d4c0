"""The one GraphQL endpoint: HTTP, event streams and sockets behind the same path."""

import asyncio

from starlette.types import Receive, Scope, Send

from mentorhub.web.doors import Doors
from mentorhub.web.graphql_events import EventStreams
from mentorhub.web.graphql_http import GraphQLOverHTTP
from mentorhub.web.graphql_socket import GraphQLSockets


class GraphQL:
    """An ASGI application for one exact path; `close` comes before the server closes its connections."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        self.events = EventStreams(doors)
        self.http = GraphQLOverHTTP(doors, self.events)
        self.sockets = GraphQLSockets(doors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.sockets(scope, receive, send)
        else:
            await self.http(scope, receive, send)

    async def close(self) -> None:
        """Ends every socket and stream in an orderly way, and opens no more."""
        await asyncio.gather(self.sockets.close(), self.events.close())
