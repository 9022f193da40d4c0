"""The service served for real, with people who listen and facts that are told."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from mentorhub.app import Service
from mentorhub.db.tables.accounts import sessions, users
from mentorhub.house import House
from mentorhub.jobs import JOBS, Clockwork
from mentorhub.passwords import Passwords
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.rules.facts import Fact
from mentorhub.rules.keys import Key
from mentorhub.rules.secrets import hashed, new_secret
from mentorhub.rules.vocabulary import Role, UserStatus
from mentorhub.settings import Settings
from mentorhub.web.limits import Limits
from tests import rows
from tests.api import MONDAY, WEAK_HASHES, StandingClock
from tests.web.serving import PLAIN, eventually, serving
from tests.web.sockets import Talk, talking


@dataclass
class Person:
    key: Key
    session: Key
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


class Ear:
    """One subscription on a socket of its own."""

    def __init__(self, talk: Talk, operation: str) -> None:
        self.talk = talk
        self.operation = operation

    async def hear(self) -> Any:
        """The next event's one root field."""
        message = await self.talk.hear()
        assert message["type"] == "next", message
        assert message["id"] == self.operation
        assert "errors" not in message["payload"], message
        [value] = message["payload"]["data"].values()
        return value

    async def is_silent(self) -> bool:
        """Whether everything said before now has been heard; a ping is answered behind it."""
        await self.talk.say(type="ping")
        message = await self.talk.hear()
        return bool(message["type"] == "pong")


@dataclass
class Live:
    service: Service
    port: int
    http: httpx.AsyncClient
    clock: StandingClock

    @property
    def house(self) -> House:
        return self.service.house

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"

    async def person(
        self,
        *,
        name: str = "Noor Adeyemi",
        role: Role = Role.MEMBER,
        timezone: str | None = None,
        key: Key | None = None,
    ) -> Person:
        """Somebody who is signed in; the user with *key*, if it is given."""
        database = self.house.doors.database
        if key is None:
            row: dict[str, Any] = {"name": name, "email": f"{new_secret().lower()}@example.com", "role": role}
            row |= {"status": UserStatus.ACTIVE, "email_verified_at": MONDAY, "joined_at": MONDAY}
            row |= {"timezone": timezone}
            [key] = await rows.add(database, users, row)
        token, now = new_secret(), self.clock.now()
        row = {"user_id": key, "token_hash": hashed(token), "created_at": now, "last_used_at": now}
        [session] = await rows.add(database, sessions, row | {"expires_at": now + timedelta(days=365)})
        return Person(key, session, token)

    async def admin(self) -> Person:
        return await self.person(name="Ada Root", role=Role.ADMIN)

    def desk(self) -> Desk:
        return Desk(self.house.doors, None, self.clock.now())

    async def tell(self, *told: Fact) -> None:
        """Has *told* happen, in one transaction."""

        async def do(work: Work) -> None:
            work.tell(*told)

        await self.desk().do(do)

    async def run_jobs(self) -> None:
        """Does what the clock would do by now."""
        await Clockwork(self.house.doors, JOBS).run_all()

    @asynccontextmanager
    async def ear(
        self, person: Person | None, subscription: str, **variables: Any
    ) -> AsyncGenerator[Ear, None]:
        """Somebody who listens from the moment this is entered on."""
        before = self.house.log.listeners
        async with self._asking(person, subscription, variables) as talk:
            await eventually(lambda: self.house.log.listeners > before)
            yield Ear(talk, "1")

    async def refusal(self, person: Person | None, subscription: str, **variables: Any) -> str:
        """The code with which a subscription is refused, before anything is said in it."""
        async with self._asking(person, subscription, variables) as talk:
            message = await talk.hear()
        assert message["type"] == "error", message
        code: str = message["payload"][0]["extensions"]["code"]
        return code

    @asynccontextmanager
    async def _asking(
        self, person: Person | None, subscription: str, variables: dict[str, Any]
    ) -> AsyncGenerator[Talk, None]:
        async with talking(self, init=False) as talk:  # type: ignore[arg-type]  # a door is what has `ws`
            await talk.init(**({"Authorization": f"Bearer {person.token}"} if person else {}))
            await talk.subscribe("1", subscription, variables=variables)
            yield talk

    async def events(
        self, person: Person, query: str, *, last_event_id: str | None = None, **variables: Any
    ) -> AsyncGenerator[tuple[str | None, Any], None]:
        """The events of a stream: id and payload."""
        headers = person.headers | {"accept": "text/event-stream, application/json"}
        if last_event_id is not None:
            headers["last-event-id"] = last_event_id
        body = {"query": query, "variables": variables}
        async with self.http.stream("POST", "/graphql", json=body, headers=headers) as response:
            assert response.status_code == 200, await response.aread()
            identity = None
            async for line in response.aiter_lines():
                if line.startswith("id: "):
                    identity = line.removeprefix("id: ")
                elif line.startswith("data: {"):
                    yield identity, json.loads(line.removeprefix("data: "))
                    identity = None

    async def ask(self, person: Person | None, query: str, **variables: Any) -> Any:
        answer = await self.http.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers=person.headers if person else {},
        )
        return answer.json()


@asynccontextmanager
async def living(
    settings: Settings, *, limits: Limits | None = None, **how: Any
) -> AsyncGenerator[Live, None]:
    clock = StandingClock()
    service = Service(House(settings, clock=clock, passwords=Passwords(WEAK_HASHES)), limits=limits)
    async with (
        serving(service.app, farewell=service.farewell, **how) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=5, verify=PLAIN) as http,
    ):
        yield Live(service, port, http, clock)
