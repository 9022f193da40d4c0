"""What all answers have in common, the plain pages, and what pages of other origins may do."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from httpx import AsyncClient
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mentorhub.web.origins import Origins
from mentorhub.web.pages import json_fault
from mentorhub.web.site import Site
from tests.web.house import CLIENT
from tests.web.serving import Door, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    "path", ["/graphql", "/graphql/", "/healthz", "/nowhere", "/schema.graphql", "/crash"]
)
async def test_every_answer_is_safe_in_a_browser_and_has_a_number(door: Door, path: str) -> None:
    answer = await door.http.get(path)

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["x-request-id"]
    assert "server" not in answer.headers


async def test_each_request_has_a_number_of_its_own(door: Door) -> None:
    numbers = {(await door.http.get("/healthz")).headers["x-request-id"] for _ in range(5)}

    assert len(numbers) == 5


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-123_X.9", True), ("a b", False), ("x" * 65, False), ("é", False)]
)
async def test_a_number_given_by_the_client_is_kept_if_it_is_harmless(
    door: Door, given: str, *, kept: bool
) -> None:
    answer = await door.http.get("/healthz", headers=[(b"x-request-id", given.encode("latin-1"))])

    assert (answer.headers["x-request-id"] == given) is kept


@pytest.mark.parametrize("path", ["/nowhere", "/graphql/", "/graphql/x", "/", "/%2e%2e/etc/passwd"])
async def test_what_is_not_there_is_not_found_as_json(door: Door, path: str) -> None:
    answer = await door.http.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_what_breaks_is_logged_and_told_by_its_number_only(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await door.http.get("/crash", headers={"x-request-id": "r-2"})

    assert answer.status_code == 500
    assert answer.json()["errors"][0]["extensions"] == {"code": "INTERNAL", "requestId": "r-2"}
    assert "r-2" in caplog.text


async def test_the_schema_is_text_that_can_be_kept(door: Door) -> None:
    first = await door.http.get("/schema.graphql")
    again = await door.http.get("/schema.graphql", headers={"if-none-match": first.headers["etag"]})

    assert first.text == "type Query { hello: String! }\n"
    assert first.headers["content-type"] == "text/plain; charset=utf-8"
    assert (again.status_code, again.content) == (304, b"")


async def test_the_service_says_that_it_lives_and_whether_it_can_serve(door: Door) -> None:
    alive = await door.http.get("/healthz")
    ready = await door.http.get("/readyz")
    door.house.faults = {"database": "No connection.", "log": None}
    not_ready = await door.http.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "checks": {"database": "ok"}})
    assert not_ready.status_code == 503
    assert not_ready.json() == {
        "status": "unavailable",
        "checks": {"database": "No connection.", "log": "ok"},
    }


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/schema.graphql"])
async def test_pages_are_only_read(door: Door, path: str) -> None:
    posted = await door.http.post(path)
    headed = await door.http.head(path)

    assert (posted.status_code, posted.headers["allow"]) == (405, "GET, HEAD")
    assert (headed.status_code, headed.content) == (200, b"")


async def test_pages_of_allowed_origins_may_ask_and_read(door: Door) -> None:
    headers = {
        "origin": CLIENT,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-anything",
    }

    preflight = await door.http.options("/graphql", headers=headers)
    answer = await door.ask("{ hello }", headers={"origin": CLIENT})

    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == CLIENT
    assert preflight.headers["access-control-allow-headers"] == "authorization,content-type,x-anything"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-origin"] == CLIENT
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{CLIENT}.evil.example", CLIENT.upper()])
async def test_pages_of_other_origins_may_not(door: Door, origin: str) -> None:
    headers = {"origin": origin, "access-control-request-method": "POST"}

    preflight = await door.http.options("/graphql", headers=headers)
    answer = await door.ask("{ hello }", headers={"origin": origin})

    assert preflight.status_code == 403
    for each in (preflight, answer):
        assert "access-control-allow-origin" not in each.headers
        assert "Origin" in each.headers["vary"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://Client.Example/", "https://client.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("https://client.example:443", "https://client.example"),
        ("http://[::1]:5173", "http://[::1]:5173"),
    ],
)
async def test_an_allowed_origin_is_kept_as_browsers_write_it(given: str, kept: str) -> None:
    assert Origins([given]).allowed == {kept}


@pytest.mark.parametrize(
    "given",
    ["*", "null", "client.example", "https://", "https://a/b", "ftp://a", "https://u@a", "http://a:x"],
)
async def test_what_is_no_origin_is_not_taken_for_one(given: str) -> None:
    with pytest.raises(ValueError, match="is not an origin"):
        Origins([given])


@pytest.mark.parametrize(
    ("origin", "scheme", "own"),
    [
        ("http://here.example:8000", "http", True),
        ("https://here.example:8000", "http", True),
        ("http://here.example:8000", "https", False),
        ("http://here.example", "http", False),
        ("ftp://here.example:8000", "http", False),
        ("null", "http", False),
    ],
)
async def test_a_page_is_our_own_by_its_host(origin: str, scheme: str, *, own: bool) -> None:
    scope = {"type": "http", "scheme": scheme, "headers": [(b"host", b"here.example:8000")]}

    assert Origins().admits(origin, scope) is own


async def test_pages_written_with_starlette_fail_as_all_others_do() -> None:
    async def page(request: Request) -> Response:
        return Response("page", headers={"content-security-policy": "default-src 'self'"})

    async def broken(request: Request) -> Response:
        raise HTTPException(403, "Not for you.", headers={"x-why": "because"})

    routes = [Route("/page", page), Route("/broken", broken)]
    pages = Starlette(routes=routes, exception_handlers={HTTPException: json_fault})
    site = Site({}, pages, origins=Origins())
    async with (
        serving(site, farewell=nothing) as port,
        AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        found = await http.get("/page")
        faults = [await http.get("/nowhere"), await http.post("/page"), await http.get("/broken")]

    assert found.text == "page"
    assert found.headers["content-security-policy"] == "default-src 'self'"
    codes = [fault.json()["errors"][0]["extensions"]["code"] for fault in faults]
    assert list(zip([fault.status_code for fault in faults], codes, strict=True)) == [
        (404, "NOT_FOUND"),
        (405, "BAD_USER_INPUT"),
        (403, "FORBIDDEN"),
    ]
    assert faults[1].headers["allow"]
    assert faults[2].headers["x-why"] == "because"


async def test_the_lifespan_reaches_what_stands_behind() -> None:
    lived = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None, None]:
        lived.append("up")
        yield
        lived.append("down")

    site = Site({}, Starlette(lifespan=lifespan), origins=Origins())
    async with serving(site, farewell=nothing):
        lived.append("serving")

    assert lived == ["up", "serving", "down"]


async def nothing() -> None:
    """What a site without sockets has to do before it goes."""
