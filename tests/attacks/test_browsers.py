"""Pages of foreign origins that use a browser's cookie, over every transport; and what browsers are told."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from websockets.exceptions import InvalidStatus

from mentorhub.resolvers import accounts
from mentorhub.resolvers.desk import Desk
from mentorhub.rules.vocabulary import Role
from tests.attacks.conftest import CLIENT
from tests.attacks.standing import Standing
from tests.attacks.transports import EVENTS

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHO = "{ viewer { user { id } } }"
RENAME = 'mutation { updateAccount(input: { name: "Mallory" }) { userErrors { code } } }'
LISTEN = "subscription { bookingStatusChanged { cursor } }"
SIGN_IN = (
    "mutation ($input: SignInInput!) { signIn(input: $input) { session { id } userErrors { code message } } }"
)
FOREIGN = [
    "https://evil.example",
    "null",
    f"{CLIENT}.evil.example",
    "http://client.example",
    "https://client.example:444",
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def cookie(service: Standing) -> AsyncIterator[str]:
    """What the browser of somebody who is signed in sends by itself."""
    doors = service.service.house.doors
    desk, email, password = (
        Desk(doors, None, doors.clock.now()),
        "anna@example.com",
        "a long walk in the rain",
    )
    await accounts.create(desk, name="Anna", email=email, password=password, role=Role.MEMBER)
    given = {"email": email, "password": password, "useCookie": True}
    response = await service.http.post("/graphql", json={"query": SIGN_IN, "variables": {"input": given}})
    service.http.cookies.clear()
    yield response.headers["set-cookie"].partition(";")[0]


def _code(response: Any) -> str:
    code: str = response.json()["errors"][0]["extensions"]["code"]
    return code


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("query", [WHO, RENAME, LISTEN])
@pytest.mark.parametrize("accept", ["application/json", EVENTS])
async def test_a_cookie_from_a_foreign_page_does_nothing(
    service: Standing, cookie: str, origin: str, query: str, accept: str
) -> None:
    response = await service.ask(query, accept=accept, cookie=cookie, origin=origin)

    assert (response.status_code, _code(response)) == (403, "FORBIDDEN")
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("origin", FOREIGN)
async def test_nor_does_it_open_a_socket(service: Standing, cookie: str, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await service.connect(origin=origin, additional_headers={"cookie": cookie})

    assert refused.value.response.status_code == 403
    assert json.loads(refused.value.response.body)["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_page_of_the_list_may_over_each_transport(service: Standing, cookie: str) -> None:
    asked = await service.ask(WHO, cookie=cookie, origin=CLIENT)
    changed = await service.ask(RENAME, cookie=cookie, origin=CLIENT)
    async with service.socket(origin=CLIENT, additional_headers={"cookie": cookie}) as socket:
        heard = await socket.ask(WHO)

    assert asked.json()["data"]["viewer"] == heard["payload"]["data"]["viewer"] is not None
    assert changed.json()["data"]["updateAccount"]["userErrors"] == []
    assert asked.headers["access-control-allow-origin"] == CLIENT
    assert asked.headers["access-control-allow-credentials"] == "true"
    assert "Origin" in asked.headers["vary"]


async def test_a_mutation_by_cookie_says_from_which_page_it_comes(service: Standing, cookie: str) -> None:
    bare = await service.ask(RENAME, cookie=cookie)
    by_link = await service.http.get("/graphql", params={"query": RENAME}, headers={"cookie": cookie})

    assert (bare.status_code, _code(bare)) == (403, "FORBIDDEN")
    assert by_link.status_code == 405


async def test_answers_to_the_signed_in_are_kept_by_nobody(service: Standing, cookie: str) -> None:
    own = [
        await service.ask(WHO, cookie=cookie),
        await service.ask(WHO, authorization="Bearer mh_wrong"),
        await service.ask(LISTEN, accept=EVENTS),
        await service.http.get("/graphql", params={"query": WHO}, headers={"cookie": cookie}),
    ]

    assert [each.headers["cache-control"] for each in own] == ["no-store"] * 4


@pytest.mark.parametrize(("origin", "allowed"), [(CLIENT, True), *((each, False) for each in FOREIGN)])
async def test_a_preflight_is_answered_by_the_same_list(
    service: Standing, origin: str, *, allowed: bool
) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}

    response = await service.http.options("/graphql", headers={"origin": origin} | asked)

    assert response.status_code == (204 if allowed else 403)
    assert (response.headers.get("access-control-allow-origin") == origin) == allowed
    assert response.headers.get("access-control-allow-origin") != "*"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/graphql",
        "/schema.graphql",
        "/healthz",
        "/readyz",
        "/metrics",
        "/media/x.jpg",
        "/exports/x",
        "/nowhere",
    ],
)
async def test_every_page_is_safe_in_a_browser(service: Standing, path: str) -> None:
    response = await service.http.get(path)

    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-request-id"]
    assert "server" not in response.headers
    policy = response.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'self'" in policy if path == "/" else "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "script-src" not in policy  # so it is default-src, without 'unsafe-inline'


@pytest.mark.parametrize("value", ["a\r\nset-cookie: x=y", "a\nb", "a\x00b"])
async def test_no_value_of_a_request_becomes_a_header(service: Standing, value: str) -> None:
    response = await service.http.get("/nowhere", params={"x": value, "redirect": value})

    assert "set-cookie" not in response.headers
