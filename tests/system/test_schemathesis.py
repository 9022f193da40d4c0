"""Generated operations over the whole API, by users of each role: no fault, whatever is asked."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from graphql.language import ast
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes

from tests.system.processes import Service, serving

EXAMPLES = max(6, settings.default.max_examples // 20) if settings.default else 6
"""Of each operation: a few, and a hundred in `make deep`."""

PASSWORD = "a long walk in the rain"
ROLES = ("member", "admin", "superadmin")
SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { token userErrors { code } } }"


def _string(*texts: str) -> st.SearchStrategy[ast.StringValueNode]:
    return st.sampled_from(texts).map(nodes.String)


schemathesis.graphql.scalar(
    "DateTime", _string("2026-03-08T14:00:00Z", "2031-01-01T00:00:00+05:45", "0001-01-01T00:00:00Z")
)
schemathesis.graphql.scalar("Date", _string("2026-03-08", "2031-02-28", "2026-02-30"))
schemathesis.graphql.scalar("LocalTime", _string("09:00", "24:00", "23:59", "00:00"))
schemathesis.graphql.scalar("TimeZone", _string("America/New_York", "Asia/Kathmandu", "Mars/Olympus"))
schemathesis.graphql.scalar(
    "URL", _string("https://example.com/room", "http://localhost", "https://user@example.com")
)
schemathesis.graphql.scalar("EmailAddress", _string("somebody@example.com", "nobody@example.org", "x@y.zz"))
schemathesis.graphql.scalar("Upload", _string("a file"))


@pytest.fixture(scope="module")
def service(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with a small platform, and somebody of each role."""
    folder = tmp_path_factory.mktemp("generated")
    shutil.copy(sqlite_template, folder / "mentorhub.db")
    url = f"sqlite:///{folder / 'mentorhub.db'}"
    with asyncio.Runner() as runner:
        opened = serving(url, folder, MENTORHUB_RATE_LIMITS="off", MENTORHUB_JOBS="off")
        running = runner.run(opened.__aenter__())
        running.run("seed", "--mentors", "5", "--users", "30", "--bookings", "60")
        for role in ROLES:
            command = ["create-user", "--email", f"{role}@example.com", "--name", role, "--role", role]
            running.run(*command, text=PASSWORD)
        yield running
        runner.run(opened.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def credentials(service: Service) -> list[dict[str, str]]:
    """The headers of nobody in particular, and of one user of each role."""
    headers: list[dict[str, str]] = [{}]
    for role in ROLES:
        signing_in = {"email": f"{role}@example.com", "password": PASSWORD}
        answer = httpx.post(
            f"{service.url}/graphql", json={"query": SIGN_IN, "variables": {"input": signing_in}}, timeout=20
        )
        headers.append({"Authorization": f"Bearer {answer.json()['data']['signIn']['token']}"})
    return headers


def test_no_operation_is_answered_with_a_fault(service: Service, credentials: list[dict[str, str]]) -> None:
    described = schemathesis.graphql.from_url(f"{service.url}/graphql")

    found: list[Any] = list(described.get_all_operations())
    with requests.Session() as session:
        # The machine's proxies are nothing to it, and to look for them takes as long as to ask.
        session.trust_env = False
        tried = {_answers_without_fault(each.ok(), credentials, session) for each in found}

    assert {"Query.mentors", "Mutation.requestBooking"} <= tried
    assert len(tried) == len(found)


def _answers_without_fault(
    operation: Any, credentials: list[dict[str, str]], session: requests.Session
) -> str:
    @given(case=operation.as_strategy())
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def check(case: Any) -> None:
        for headers in credentials:
            response = case.call(headers=headers, session=session)
            assert response.status_code < 500, response.text
            answer = response.json()
            codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
            assert not codes & {"INTERNAL", "TIMEOUT"}, (case.body, answer)

    check()
    label: str = operation.label
    return label
