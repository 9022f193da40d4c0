"""The one GraphQL endpoint: HTTP, event streams and sockets behind the same path."""

import asyncio
from collections.abc import Awaitable

from starlette.types import Receive, Scope, Send

from mentorhub.web.doors import Doors
from mentorhub.web.graphql_events import EventStreams
from mentorhub.web.graphql_http import GraphQLOverHTTP
from mentorhub.web.graphql_socket import GraphQLSockets
from mentorhub.web.metrics import Figure


class GraphQL:
    """An ASGI application for one exact path; `close` comes before the server closes its connections."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        self.events = EventStreams(doors)
        self.http = GraphQLOverHTTP(doors, self.events)
        self.sockets = GraphQLSockets(doors)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        app = self.sockets if scope["type"] == "websocket" else self.http
        return app(scope, receive, send)

    @property
    def figures(self) -> list[Figure]:
        """How much is open, and how operations were executed."""
        counts = self.doors.engine.counts
        return [
            ("mentorhub_sockets", "Open WebSockets.", self.sockets.open),
            ("mentorhub_event_streams", "Open event streams.", self.events.open),
            ("mentorhub_subscriptions", "Operations of sockets under way.", self.sockets.operations),
            ("mentorhub_plans_compiled_total", "Executions by plan.", counts.compiled),
            ("mentorhub_plans_fallback_total", "Executions that no plan covered.", counts.stock),
        ]

    async def close(self) -> None:
        """Ends every socket and stream in an orderly way, and opens no more."""
        await asyncio.gather(self.sockets.close(), self.events.close())
