"""Credentials over real connections: cookies, headers, sockets, event streams, files."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from mentorhub.db import accounts, sessions, tokens
from mentorhub.db.tables.accounts import access_tokens
from mentorhub.rules.secrets import hashed, new_secret
from mentorhub.rules.vocabulary import AccessScope, Role, UserStatus
from mentorhub.settings import Settings
from tests import rows
from tests.accounts.people import ERRORS, PASSWORD, PASSWORD_HASH, SIGN_IN, SIGN_OUT, WHO
from tests.accounts.pictures import opened, picture
from tests.accounts.test_photos import UPLOAD
from tests.live.service import Live, Person, living
from tests.web.sockets import Talk, talking

FEED = "subscription { activityFeed { cursor } }"
MINE = "subscription { bookingStatusChanged { cursor } }"
RENAME = f'mutation {{ updateAccount(input: {{name: "New"}}) {{ viewer {{ user {{ name }} }} {ERRORS} }} }}'
CLIENT = "https://client.example"


@pytest.fixture
async def live(house_settings: Settings) -> AsyncIterator[Live]:
    settings = house_settings.model_copy(update={"allowed_origins": (CLIENT,), "jobs": "off"})
    async with living(settings) as served:
        yield served


async def _owner(live: Live, **values: Any) -> Person:
    person = await live.person(**values)
    await live.house.doors.database.write(
        lambda transaction: accounts.set_values(transaction, person.key, password_hash=PASSWORD_HASH)
    )
    return person


async def _email(live: Live, person: Person) -> str:
    account = await accounts.get(live.house.doors.database.reader, person.key)
    assert account is not None
    return str(account.email)


async def _sign_in(live: Live, person: Person, *, cookie: bool = True) -> httpx.Response:
    given = {"email": await _email(live, person), "password": PASSWORD, "useCookie": cookie}
    return await live.http.post("/graphql", json={"query": SIGN_IN, "variables": {"input": given}})


async def _program(live: Live, owner: Person, *scopes: AccessScope, expires_at: Any = None) -> Person:
    secret, now = new_secret("mh_"), live.clock.now()
    row: dict[str, Any] = {"user_id": owner.key, "name": "program", "scopes": list(scopes)}
    row |= {"token_hash": hashed(secret)}
    row |= {"created_at": now, "expires_at": expires_at}
    [key] = await rows.add(live.house.doors.database, access_tokens, row)
    return Person(owner.key, key, secret)


# ── Cookies ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_session_in_a_cookie_is_kept_from_scripts_and_other_sites(live: Live) -> None:
    noor = await _owner(live)

    response = await _sign_in(live, noor)

    payload = response.json()["data"]["signIn"]
    assert payload["token"] is None
    assert payload["session"]["id"].startswith("session_")
    [cookie] = response.headers.get_list("set-cookie")
    name, *flags = cookie.split("; ")
    assert name.startswith("mentorhub-session=")
    assert set(flags) == {"Path=/", "Max-Age=34560000", "HttpOnly", "SameSite=Lax"}
    assert response.headers["cache-control"] == "no-store"
    live.http.cookies.update(response.cookies)
    assert (await live.http.post("/graphql", json={"query": WHO})).json()["data"]["viewer"]


async def test_off_loopback_a_cookie_is_secure_and_of_this_host_alone(house_settings: Settings) -> None:
    settings = house_settings.model_copy(update={"public_url": "https://api.example", "jobs": "off"})
    async with living(settings) as live:
        [cookie] = (await _sign_in(live, await _owner(live))).headers.get_list("set-cookie")

    assert cookie.startswith("__Host-mentorhub-session=")
    assert "; Secure" in cookie
    assert "Domain" not in cookie


async def test_signing_out_takes_the_cookie_back_and_a_stale_one_too(live: Live) -> None:
    response = await _sign_in(live, await _owner(live))
    headers = {"cookie": f"mentorhub-session={response.cookies['mentorhub-session']}", "origin": CLIENT}

    for code in (None, "UNAUTHENTICATED"):
        out = await live.http.post("/graphql", json={"query": SIGN_OUT}, headers=headers)
        errors = out.json().get("errors", [])
        assert [error["extensions"]["code"] for error in errors] == ([code] if code else [])
        assert out.headers["set-cookie"].startswith("mentorhub-session=; Path=/; Max-Age=0")


@pytest.mark.parametrize(
    ("origin", "status"), [(CLIENT, 200), ("https://evil.example", 403), ("null", 403), (None, 403)]
)
async def test_a_mutation_by_cookie_needs_an_origin_that_is_allowed(
    live: Live, origin: str | None, status: int
) -> None:
    noor = await _owner(live)
    headers = {"cookie": f"mentorhub-session={noor.token}"} | ({"origin": origin} if origin else {})

    response = await live.http.post("/graphql", json={"query": RENAME}, headers=headers)

    assert response.status_code == status
    if status == 403:
        assert response.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_mutation_by_cookie_must_be_json(live: Live) -> None:
    noor = await _owner(live)
    headers = {"cookie": f"mentorhub-session={noor.token}", "origin": CLIENT}

    for media in ("text/plain", "application/x-www-form-urlencoded"):
        response = await live.http.post(
            "/graphql", content=json.dumps({"query": RENAME}), headers=headers | {"content-type": media}
        )
        assert response.status_code == 415


async def test_an_authorization_header_goes_before_a_cookie(live: Live) -> None:
    noor, ada = await live.person(name="Noor"), await live.person(name="Ada")
    headers = {"cookie": f"mentorhub-session={noor.token}"} | ada.headers

    response = await live.http.post("/graphql", json={"query": WHO}, headers=headers)

    assert response.json()["data"]["viewer"]["user"]["name"] == "Ada"


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "bearer x", "Bearer a b", "mh_x"])
async def test_a_header_that_is_no_good_is_told_at_once(live: Live, header: str) -> None:
    response = await live.http.post("/graphql", json={"query": WHO}, headers={"authorization": header})

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


# ── Sockets ───────────────────────────────────────────────────────────────────────────────────────


async def _asked(talk: Talk, query: str, number: str = "1") -> Any:
    await talk.subscribe(number, query)
    message = await talk.hear()
    if message["type"] == "next":
        assert (await talk.hear())["type"] == "complete"
    return message


async def _refused(live: Live, *, headers: dict[str, str] | None = None, **payload: str) -> int:
    async with talking(live, init=False, additional_headers=headers or {}) as talk:  # type: ignore[arg-type]  # has `ws`
        await talk.say(type="connection_init", payload=payload)
        return (await talk.closed())[0]


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
async def test_a_socket_is_authorised_by_its_first_message(live: Live, name: str) -> None:
    noor, ada = await live.person(name="Noor"), await live.person(name="Ada")

    async with talking(live, init=False, additional_headers=ada.headers) as talk:  # type: ignore[arg-type]  # has `ws`
        await talk.init(**{name: f"Bearer {noor.token}"})
        message = await _asked(talk, WHO)

    assert message["payload"]["data"]["viewer"]["user"]["name"] == "Noor"


async def test_else_by_the_handshakes_header_else_by_its_cookie(live: Live) -> None:
    noor, ada = await live.person(name="Noor"), await live.person(name="Ada")
    cookie = {"cookie": f"mentorhub-session={ada.token}", "origin": CLIENT}

    for headers, name in ((noor.headers | cookie, "Noor"), (cookie, "Ada")):
        async with talking(live, additional_headers=headers) as talk:  # type: ignore[arg-type]  # has `ws`
            message = await _asked(talk, WHO)
        assert message["payload"]["data"]["viewer"]["user"]["name"] == name


async def test_a_bad_one_closes_with_4403(live: Live) -> None:
    noor = await live.person()

    assert await _refused(live, Authorization="Bearer wrong") == 4403
    assert await _refused(live, Authorization="Bearer wrong", headers=noor.headers) == 4403
    assert await _refused(live, headers={"authorization": "Bearer wrong"}) == 4403
    assert await _refused(live, headers={"cookie": "mentorhub-session=wrong", "origin": CLIENT}) == 4403


async def test_a_socket_from_an_origin_that_is_not_allowed_is_not_opened(live: Live) -> None:
    noor = await live.person()
    headers = {"cookie": f"mentorhub-session={noor.token}", "origin": "https://evil.example"}

    with pytest.raises(Exception, match="403"):
        async with talking(live, additional_headers=headers):  # type: ignore[arg-type]  # has `ws`
            pass


async def test_no_cookie_is_set_over_a_socket(live: Live) -> None:
    noor = await _owner(live)
    query = (
        f'mutation {{ signIn(input: {{email: "{await _email(live, noor)}", password: "{PASSWORD}", useCookie: true}})'
        " { token } }"
    )

    async with talking(live) as talk:  # type: ignore[arg-type]  # has `ws`
        message = await _asked(talk, query)

    assert message["payload"]["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("scopes", "reads", "writes", "listens"),
    [
        ([AccessScope.READ], "next", "error", "listens"),
        ([AccessScope.WRITE], "error", "next", "error"),
        ([AccessScope.ADMIN], "error", "error", "error"),
    ],
)
async def test_scopes_hold_over_a_socket(
    live: Live, scopes: list[AccessScope], reads: str, writes: str, listens: str
) -> None:
    program = await _program(live, await live.person(), *scopes)

    async with talking(live, init=False) as talk:  # type: ignore[arg-type]  # has `ws`
        await talk.init(Authorization=f"Bearer {program.token}")
        answers = [await _asked(talk, query, str(number)) for number, query in enumerate((WHO, RENAME))]
        await talk.subscribe("9", MINE)
        if listens == "error":
            answers.append(await talk.hear())
        else:
            await talk.say(type="ping")
            assert (await talk.hear())["type"] == "pong"

    assert [answer["type"] for answer in answers[:2]] == [reads, writes]
    for answer in answers:
        if answer["type"] == "error":
            assert answer["payload"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_session_revoked_between_two_messages_does_nothing_more(live: Live) -> None:
    noor = await live.person(name="Noor")
    async with talking(live, init=False) as talk:  # type: ignore[arg-type]  # has `ws`
        await talk.init(Authorization=f"Bearer {noor.token}")
        assert (await _asked(talk, WHO))["type"] == "next"
        await asyncio.sleep(0.06)
        await live.house.doors.database.write(lambda transaction: sessions.end_all(transaction, noor.key))

        message = await _asked(talk, RENAME, "2")

        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        async with asyncio.timeout(2):
            assert (await talk.closed())[0] == 4403
    account = await accounts.get(live.house.doors.database.reader, noor.key)
    assert account is not None
    assert account.name == "Noor"


async def _suspend(live: Live, person: Person) -> None:
    await live.house.doors.database.write(
        lambda transaction: accounts.set_values(transaction, person.key, status=UserStatus.SUSPENDED)
    )


async def _demote(live: Live, person: Person) -> None:
    await live.house.doors.database.write(
        lambda transaction: accounts.set_values(transaction, person.key, role=Role.MEMBER)
    )


async def _sign_out(live: Live, person: Person) -> None:
    await live.house.doors.database.write(
        lambda transaction: sessions.end(transaction, person.session, user_id=person.key)
    )


async def _revoke(live: Live, person: Person) -> None:
    await live.house.doors.database.write(
        lambda transaction: tokens.revoke_access(transaction, person.session, user_id=person.key)
    )


async def _end(live: Live, person: Person) -> None:
    live.clock.forward(hours=2)


@pytest.mark.parametrize("loses", [_suspend, _demote, _sign_out, _revoke, _end])
async def test_whoever_loses_the_right_is_closed_within_two_seconds(live: Live, loses: Any) -> None:
    ada = await live.admin()
    if loses in {_revoke, _end}:
        scopes = (AccessScope.READ, AccessScope.ADMIN)
        ends = live.clock.now().replace(hour=10)
        ada = await _program(live, ada, *scopes, expires_at=ends)

    async with live.ear(ada, FEED) as ear:
        await loses(live, ada)
        async with asyncio.timeout(2):
            with pytest.raises(ConnectionClosed) as closed:
                await ear.talk.connection.recv()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────


async def _send(live: Live, person: Person, content: bytes, **headers: str) -> httpx.Response:
    operations = json.dumps({"query": UPLOAD, "variables": {"input": {"file": None}}})
    form = {"operations": operations, "map": json.dumps({"0": ["variables.input.file"]})}
    files = {"0": ("evil.html", content, "text/html")}
    return await live.http.post("/graphql", data=form, files=files, headers=person.headers | headers)


async def test_a_photo_is_sent_and_fetched_and_is_nothing_but_a_picture(live: Live) -> None:
    noor = await live.person()

    sent = await _send(live, noor, picture(900, 600), **{"GraphQL-Require-Preflight": "1"})

    url = sent.json()["data"]["uploadPhoto"]["user"]["photo"]["url"]
    path = url.removeprefix(live.house.settings.public_url)
    got = await live.http.get(path)
    assert got.status_code == 200
    assert opened(got.content).size == (400, 400)
    assert got.headers["content-type"] == "image/jpeg"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "default-src 'none'" in got.headers["content-security-policy"]
    head = await live.http.head(path)
    assert (head.status_code, head.content, head.headers["content-length"]) == (
        200,
        b"",
        str(len(got.content)),
    )
    assert (await live.http.post(path)).status_code == 405


@pytest.mark.parametrize(
    "header", ["Apollo-Require-Preflight", "GraphQL-Require-Preflight", "X-Requested-With", None]
)
async def test_an_upload_needs_a_header_that_forces_a_preflight(live: Live, header: str | None) -> None:
    noor = await live.person()

    response = await _send(live, noor, picture(), **({header: "1"} if header else {}))

    assert response.status_code == (200 if header else 403)
    if not header:
        assert response.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/media",
            "/media/",
            "/media/x",
            "/media/../mentorhub.db",
            "/media/%2e%2e/secret",
            "/media/" + "a" * 32,
        ),
        *(
            "/media/" + "a" * 32 + "-64.jpg",
            "/media/" + "A" * 32 + "-64.jpg",
            "/media/a/" + "a" * 32 + "-64.jpg",
        ),
        "/media/" + "a" * 32 + "-64.jpg%00",
    ],
)
async def test_nothing_but_what_was_stored_is_served(live: Live, path: str) -> None:
    response = await live.http.get(path)

    assert response.status_code == 404
    assert response.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_photos_of_other_than_the_kept_widths_are_none(live: Live) -> None:
    sent = await _send(live, await live.person(), picture(), **{"X-Requested-With": "tests"})
    path = sent.json()["data"]["uploadPhoto"]["user"]["photo"]["url"].partition("/media/")[2]

    assert (await live.http.get(f"/media/{path.replace('-400', '-401')}")).status_code == 404
