"""A small service behind real doors: a schema with one field for each thing that a transport must carry."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import strawberry
from starlette.datastructures import UploadFile
from starlette.types import ASGIApp
from strawberry.file_uploads import Upload

from mentorhub.execution import Batches, Engine
from mentorhub.web.approach import Approach, Refused
from mentorhub.web.doors import Doors
from mentorhub.web.endpoint import GraphQL
from mentorhub.web.limits import Limits
from mentorhub.web.origins import Origins
from mentorhub.web.pages import alive_page, nowhere, ready_page, schema_page
from mentorhub.web.site import Site

CLIENT = "https://client.example"


class InnerError(Exception):
    """Something that no client should read."""


@dataclass
class Visitor:
    """The context of an operation; *name* is whoever came with a good token or cookie."""

    house: "House"
    approach: Approach
    name: str | None
    cookies: list[str] = field(default_factory=list)
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    extensions: dict[str, Any] = field(default_factory=dict)
    batches: Batches = field(default_factory=Batches)
    cursor: str | None = None

    @property
    def charged(self) -> int | None:
        return None

    @property
    def viewer_key(self) -> str | None:
        return self.name

    def fresh(self) -> "Visitor":
        return Visitor(self.house, self.approach, self.name)


Info = strawberry.Info[Visitor, None]


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello, {name}!"

    @strawberry.field
    def whoami(self, info: Info) -> str | None:
        return info.context.name

    @strawberry.field
    def transport(self, info: Info) -> str:
        info.context.extensions["seen"] = True
        return info.context.approach.transport

    @strawberry.field
    def broken(self) -> str | None:
        raise InnerError

    @strawberry.field
    async def forever(self, info: Info) -> str:
        async with info.context.house.running():
            await asyncio.Event().wait()
        return "never"

    @strawberry.field
    async def next_news(self, info: Info) -> str:
        house = info.context.house
        async with house.running():
            return await house.news.get()

    @strawberry.field
    def surrogate(self) -> str:
        return "\ud800"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def rename(self, name: str) -> str:
        return name

    @strawberry.mutation
    def sign_in(self, info: Info) -> str:
        info.context.cookies.append("session=anna; Path=/; HttpOnly; SameSite=Lax")
        return "anna"

    @strawberry.mutation
    async def measure(self, info: Info, files: list[Upload], note: str | None = None) -> list[str]:
        info.context.house.files += files
        return [
            f"{file.filename}: {len(await file.read())}" for file in files if isinstance(file, UploadFile)
        ]


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, info: Info, to: int, after: int = 0) -> AsyncGenerator[int, None]:
        seen = info.context.approach.last_event_id
        for number in range(int(seen) + 1 if seen else after + 1, to + 1):
            info.context.cursor = str(number)
            yield number

    @strawberry.subscription
    async def news(self, info: Info) -> AsyncGenerator[str, None]:
        house = info.context.house
        async with house.running():
            while True:
                yield await house.news.get()

    @strawberry.subscription
    async def stubborn(self, info: Info) -> AsyncGenerator[str, None]:
        with contextlib.suppress(asyncio.CancelledError):
            async with info.context.house.running():
                await asyncio.Event().wait()
        yield "I stay"

    @strawberry.subscription
    async def flood(self, info: Info, size: int = 50_000) -> AsyncGenerator[str, None]:
        async with info.context.house.running():
            while True:
                info.context.house.flooded += 1
                yield "x" * size


SCHEMA = strawberry.Schema(Query, Mutation, Subscription)


class House:
    """The service, and what tests see of its inside."""

    def __init__(self, *, limits: Limits | None = None) -> None:
        self.approaches: list[Approach] = []
        self.files: list[Any] = []
        self.news: asyncio.Queue[str] = asyncio.Queue()
        self.flooded = 0
        self.revoked: set[str | None] = set()
        self.why: Refused | None = None
        self.unsure = False
        self.faults: dict[str, str | None] = {"database": None}
        self._active = 0
        self._changed = asyncio.Condition()
        self.origins = Origins([CLIENT])
        self.doors = Doors(
            Engine(SCHEMA), self.welcome, self.still_allowed, origins=self.origins, limits=limits or Limits()
        )
        self.graphql = GraphQL(self.doors)

    @property
    def app(self) -> ASGIApp:
        exact: dict[str, ASGIApp] = {
            "/graphql": self.graphql,
            "/schema.graphql": schema_page("type Query { hello: String! }\n"),
            "/healthz": alive_page(),
            "/readyz": ready_page(self.look_around),
            "/crash": crash,
        }
        return Site(exact, nowhere, origins=self.origins)

    async def welcome(self, approach: Approach) -> Visitor:
        self.approaches.append(approach)
        token = (approach.authorization or "").removeprefix("Bearer ") or approach.session
        if token == "wrong":
            raise Refused(
                "UNAUTHENTICATED", "This token is not valid.", headers={"www-authenticate": "Bearer"}
            )
        if token == "hasty":
            raise Refused("RATE_LIMITED", "Too many.", status=429, headers={"retry-after": "7"})
        if token == "unlucky":
            raise InnerError
        return Visitor(self, approach, token)

    async def still_allowed(self, visitor: Visitor) -> bool:
        if self.unsure:
            raise InnerError
        if visitor.name in self.revoked and self.why:
            raise self.why
        return visitor.name not in self.revoked

    async def look_around(self) -> dict[str, str | None]:
        return self.faults

    def running(self) -> "Running":
        return Running(self)

    async def is_running(self, how_many: int) -> None:
        """Until so many operations stand in a resolver that waits; fails after a while."""
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: self._active == how_many)

    async def change(self, by: int) -> None:
        self._active += by
        async with self._changed:
            self._changed.notify_all()


class Running:
    """Counts who is inside, also when they are thrown out."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def __aenter__(self) -> None:
        await self.house.change(+1)

    async def __aexit__(self, *fault: object) -> None:
        await self.house.change(-1)


async def crash(scope: Any, receive: Any, send: Any) -> None:
    raise InnerError
