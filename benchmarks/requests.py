"""What one request costs the service, from the ASGI message that brings it to the one that takes its answer.

    .venv/bin/python -m benchmarks.requests URL [--rounds N] [--at-once N] [--only NAME] [--profile FILE]

URL is that of a database which `mentorhub seed` has filled; sessions and bookings are added to it. The service is as it
is run, with sessions, limits, figures and journal; what is left out is the socket and HTTP's own text. Prints for each
operation the CPU time of this process (the driver of PostgreSQL included, its server not) and the time from end to
end, of the best round each, and how many statements and bytes a request takes.
"""

import argparse
import asyncio
import cProfile
import gc
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
import uvloop
from sqlalchemy import exists, select
from starlette.types import ASGIApp, Message, Scope

from mentorhub import logs
from mentorhub.app import Service
from mentorhub.db import migrations, sessions
from mentorhub.db.database import Database
from mentorhub.db.statements import LIMITED, Statement
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.availability import slots
from mentorhub.db.tables.mentors import mentors
from mentorhub.house import House
from mentorhub.resolvers import accounts
from mentorhub.resolvers.desk import Desk, Doors
from mentorhub.rules.secrets import hashed, new_secret
from mentorhub.rules.vocabulary import MentorStatus, Role, SlotStatus
from mentorhub.schema.nodes import id_of
from mentorhub.settings import Settings
from mentorhub.web.journal import journal

BROWSE: Final = """
query Browse($first: Int!) { mentors(first: $first) { nodes {
  id name company jobTitle timezone rating { average count } expertise { id name }
  slots(first: 5) { id startsAt endsAt }
} pageInfo { hasNextPage endCursor } } }
"""
BOOKINGS: Final = """
query MyBookings($first: Int!) { viewer { bookings(first: $first) { nodes {
  id status startsAt endsAt topic mentor { id name expertise { id name } } mentee { id name }
  feedback { rating comment }
} pageInfo { hasNextPage endCursor } } } }
"""
DASHBOARD: Final = """
query Dashboard { admin {
  dashboard { totalMentors approvedMentors pendingMentors totalUsers totalBookings pendingBookings averageRating }
  activity(first: 10) { nodes { id kind summary occurredAt actor { id name } } }
} }
"""
NAME: Final = "query Name($id: ID!) { mentor(id: $id) { name } }"
REQUEST: Final = """
mutation Request($input: RequestBookingInput!) { requestBooking(input: $input) {
  booking { id status startsAt mentor { name } } userErrors { code message }
} }
"""

Request = tuple[bytes, str | None]
"""A body, and the session of whoever sends it."""


class _Key(NamedTuple):
    id: str


class Operation(NamedTuple):
    name: str
    requests: Callable[[], Iterator[Request]]
    times: int
    """How many requests a round has."""


def _body(text: str, **variables: Any) -> bytes:
    return orjson.dumps({"query": text, "variables": variables})


def _always(*requests: Request) -> Callable[[], Iterator[Request]]:
    def endless() -> Iterator[Request]:
        while True:
            yield from requests

    return endless


async def operations(doors: Doors, *, times: int, rounds: int) -> list[Operation]:
    """The operations, over people of the platform who are signed in for them."""
    database = doors.database
    mentees = await _keys(database, _MENTEES, limit=max(200, times * (rounds + 1) // _ASKED_BY_EACH + 1))
    tokens = [await _signed_in(database, key) for key in mentees]
    admin = await _administrator(doors)
    public = await _keys(database, _MENTORS, limit=200)
    named = [
        (_body(NAME, id=id_of("Mentor", key)), token) for key, token in zip(public, tokens, strict=False)
    ]
    own = [(_body(BOOKINGS, first=20), token) for token in tokens[:100]]
    free = await _keys(database, _SLOTS, limit=20_000)
    random.Random(time.time_ns()).shuffle(free)
    asked = iter(
        [
            (
                _body(REQUEST, input={"slotId": id_of("Slot", slot), "topic": "How to begin with databases"}),
                tokens[number % len(tokens)],
            )
            for number, slot in enumerate(free)
        ]
    )
    browse = [(_body(BROWSE, first=20), token) for token in tokens[:100]]
    dashboard = (_body(DASHBOARD), await _signed_in(database, admin))
    return [
        Operation("browse", _always(*browse), times),
        Operation("my bookings", _always(*own), times),
        Operation("dashboard and feed", _always(dashboard), times),
        Operation("one name", _always(*named), times),
        Operation("request a booking", lambda: asked, times),
    ]


_ASKED_BY_EACH: Final = 4
_IS_MENTOR: Final = exists().where(mentors.c.user_id == users.c.id)
_MENTEES: Final = Statement(
    select(users.c.id)
    .where(users.c.email_verified_at.is_not(None), users.c.role == Role.MEMBER, ~_IS_MENTOR)
    .limit(LIMITED),
    _Key,
)
_MENTORS: Final = Statement(
    select(mentors.c.id).where(mentors.c.status == MentorStatus.APPROVED).limit(LIMITED), _Key
)
_SLOTS: Final = Statement(
    select(slots.c.id)
    .where(slots.c.status == SlotStatus.OPEN, slots.c.starts_at > slots.c.offered_from)
    .limit(LIMITED),
    _Key,
)


async def _keys(database: Database, statement: Statement[_Key], *, limit: int) -> list[str]:
    return [row.id for row in await database.reader.all(statement, limit=limit)]


async def _administrator(doors: Doors) -> str:
    desk = Desk(doors, None, doors.clock.now())
    address = f"{new_secret()[:12]}@example.com"
    return await accounts.create(
        desk, name="Ada Admin", email=address, password=new_secret(), role=Role.SUPERADMIN
    )


async def _signed_in(database: Database, user_id: str) -> str:
    token, now = new_secret(), datetime.now(UTC)
    row = sessions.new(
        user_id=user_id, at=now, expires_at=now + timedelta(days=1), user_agent=None, ip_address=None
    )
    await database.write(partial(sessions.add, row=row, token_hash=hashed(token)))
    return token


async def _ask(app: ASGIApp, request: Request) -> bytes:
    """The answer to one request, as the server would bring it; raises RuntimeError where it is none."""
    body, token = request
    headers = [
        (b"host", b"127.0.0.1:8000"),
        (b"user-agent", b"benchmark"),
        (b"accept", b"application/json"),
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]
    if token is not None:
        headers.append((b"authorization", b"Bearer " + token.encode()))
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50_000),
        "scheme": "http",
        "method": "POST",
        "root_path": "",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "headers": headers,
        "state": {},
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    said: bytes = sent[1]["body"]
    if sent[0]["status"] != 200 or b'"errors":' in said:
        raise RuntimeError(said[:500].decode())
    return said


class Measured(NamedTuple):
    cpu: float
    """Seconds of this process."""
    took: float
    size: int
    """Bytes of an answer."""
    refused: int
    """How many were answered with errors of a user."""


async def _round(app: ASGIApp, requests: Iterator[Request], times: int, at_once: int) -> Measured:
    left, size, refused = iter(range(times)), 0, 0

    async def caller() -> None:
        nonlocal size, refused
        for _ in left:
            said = await _ask(app, next(requests))
            size += len(said)
            refused += b'"code":' in said

    gc.collect()
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(caller() for _ in range(at_once)))
    cpu, took = time.process_time() - cpu, time.perf_counter() - began
    return Measured(cpu / times, took / times, size // times, refused)


async def main(given: argparse.Namespace) -> None:
    await asyncio.to_thread(migrations.upgrade, given.url)
    settings = Settings(
        database_url=given.url,
        mail_url=f"file:{given.folder}/mail",
        media_url=f"file:{given.folder}/media",
        # As shipped, but for a bucket that one client cannot empty.
        rate_points=10_000_000,
        rate_restored=1_000_000,
        jobs="off",
        secret=None,
    )
    with (Path(given.folder) / "journal").open("w") as stream:
        logs.configure(stream=stream)
        async with House(settings) as house:
            app = Service(house, observer=journal).app
            every = await operations(house.doors, times=given.times, rounds=given.rounds)
            chosen = [each for each in every if given.only is None or given.only in each.name]
            profile = cProfile.Profile()
            print(f"{'best of ' + str(given.rounds):20} {'CPU us':>8} {'took us':>8} {'bytes':>7}")
            for operation in chosen:
                requests = operation.requests()
                await _round(app, requests, operation.times // 2, given.at_once)
                rounds: list[Measured] = []
                for _ in range(given.rounds):
                    if given.profile:
                        profile.enable()
                    rounds.append(await _round(app, requests, operation.times, given.at_once))
                    profile.disable()
                cpu, took = min(each.cpu for each in rounds), min(each.took for each in rounds)
                refused = sum(each.refused for each in rounds)
                print(
                    f"{operation.name:20} {cpu * 1e6:8.0f} {took * 1e6:8.0f} {rounds[0].size:7}"
                    f"{f'   {refused} refused' if refused else ''}"
                )
            if given.profile:
                profile.dump_stats(given.profile)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--times", type=int, default=300, help="requests a round")
    parser.add_argument("--at-once", type=int, default=16)
    parser.add_argument("--only", help="a part of an operation's name")
    parser.add_argument("--profile", help="where cProfile's figures are written")
    with tempfile.TemporaryDirectory() as folder:
        asked = parser.parse_args(namespace=argparse.Namespace(folder=folder))
        os.chdir(folder)
        uvloop.run(main(asked))
