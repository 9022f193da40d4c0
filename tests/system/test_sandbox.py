"""The sandbox's clock and jobs, against the real service."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.system.processes import Service, serving
from tests.system.test_journey import SIGN_UP
from tests.web.serving import PLAIN


async def _put(service: Service, **said: Any) -> httpx.Response:
    async with httpx.AsyncClient(verify=PLAIN) as client:
        return await client.put(f"{service.url}/sandbox/clock", **said)


async def test_the_clock_ticks_on_from_where_it_was_put_and_survives_a_restart(
    database_url: str, tmp_path: Path
) -> None:
    ahead = datetime.now(UTC) + timedelta(days=40)

    async with serving(database_url, tmp_path, MENTORHUB_SANDBOX="on") as service:
        put = await _put(service, json={"now": ahead.isoformat()})
    async with serving(database_url, tmp_path, MENTORHUB_SANDBOX="on") as service:
        back = await _put(service, json={"now": "2026-03-08T09:00:00-04:00"})
        async with httpx.AsyncClient(timeout=30) as client:
            jobs = await client.post(f"{service.url}/sandbox/jobs")

    assert datetime.fromisoformat(put.json()["now"]) >= ahead
    assert back.json()["now"].startswith("2026-03-08T13:00:0")
    assert jobs.json() == {"done": True}


async def test_when_jobs_are_said_to_be_done_mails_are_out(database_url: str, tmp_path: Path) -> None:
    out = []
    async with (
        serving(database_url, tmp_path, MENTORHUB_SANDBOX="on") as service,
        httpx.AsyncClient(timeout=30) as client,
    ):
        for number in range(10):
            given = {
                "name": "Noor",
                "email": f"noor{number}@example.com",
                "password": "quiet rivers run deep",
            }
            asked = {"query": SIGN_UP, "variables": {"input": given}}
            assert not (await client.post(f"{service.url}/graphql", json=asked)).json().get("errors")
            await client.post(f"{service.url}/sandbox/jobs")
            out.append(len(list((service.folder / "var" / "mail").glob("*.eml"))))

    assert out == list(range(1, 11))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"7",
        b"{}",
        b'{"now": "2026-03-08"}',
        b'{"now": "9999-01-01T00:00:00Z"}',
        b'{"now": 5}',
        b"x" * 2000,
    ],
)
async def test_what_is_no_instant_is_refused(body: bytes, sqlite_url: str, tmp_path: Path) -> None:
    async with serving(sqlite_url, tmp_path, MENTORHUB_SANDBOX="on") as service:
        refused = await _put(service, content=body)

    assert refused.status_code == httpx.codes.BAD_REQUEST
    assert refused.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_there_is_no_sandbox_unless_it_is_asked_for(sqlite_url: str, tmp_path: Path) -> None:
    async with serving(sqlite_url, tmp_path) as service:
        refused = await _put(service, json={"now": "2026-03-08T14:00:00Z"})

    assert refused.status_code == httpx.codes.NOT_FOUND
