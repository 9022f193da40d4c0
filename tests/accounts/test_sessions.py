"""Sessions as they are shown, used, kept and ended."""

import asyncio
from datetime import timedelta

import pytest

from mentorhub.db import sessions
from mentorhub.db.tables.accounts import access_tokens
from mentorhub.resolvers import authentication
from mentorhub.rules.keys import NOBODY
from mentorhub.rules.secrets import hashed, new_secret
from mentorhub.rules.vocabulary import AccessScope
from mentorhub.schema.nodes import id_of
from tests import rows
from tests.accounts.people import (
    PASSWORD,
    REVOKE_OTHERS,
    REVOKE_SESSION,
    SIGN_IN,
    UPDATE,
    Visitor,
    person,
    session,
)
from tests.api import Api
from tests.counting import Counted, counting

SESSIONS = "{ viewer { sessions { id isCurrent createdAt lastUsedAt expiresAt userAgent ipAddress } } }"


async def test_the_viewer_sees_each_device_with_where_it_is(api: Api, visitor: Visitor) -> None:
    noor = await person(api)
    api.clock.forward(minutes=1)
    phone = visitor.at(user_agent="Phone/7", address="198.51.100.4")
    begun = await phone.do(SIGN_IN, email=noor.email, password=PASSWORD)

    found = (await phone.at(token=begun["token"]).ask(SESSIONS))["viewer"]["sessions"]

    assert [each["isCurrent"] for each in found] == [True, False]
    assert found[0] == {
        "id": begun["session"]["id"],
        "isCurrent": True,
        "createdAt": "2026-03-02T09:01:00Z",
        "lastUsedAt": "2026-03-02T09:01:00Z",
        "expiresAt": "2026-04-01T09:01:00Z",
        "userAgent": "Phone/7",
        "ipAddress": "198.51.100.4",
    }


async def test_a_session_is_revoked_by_its_owner_and_ends_at_once(api: Api) -> None:
    noor = await person(api)
    other = noor.at(token=await session(api, noor.user_id))
    assert await other.is_signed_in()
    found = (await noor.ask(SESSIONS))["viewer"]["sessions"]
    [key] = [each["id"] for each in found if not each["isCurrent"]]

    payload = await noor.do(REVOKE_SESSION, sessionId=key)

    assert payload["revokedSessionId"] == key
    assert not await other.is_signed_in()
    assert await noor.is_signed_in()
    assert await noor.refused(REVOKE_SESSION, sessionId=key) == [("NOT_FOUND", ["sessionId"])]


async def test_nobody_revokes_or_sees_the_session_of_somebody_else(api: Api) -> None:
    noor, eve = await person(api), await person(api)
    [found] = (await noor.ask(SESSIONS))["viewer"]["sessions"]

    for malformed in (found["id"], id_of("Session", NOBODY), "session_1", id_of("User", eve.user_id), ""):
        assert await eve.refused(REVOKE_SESSION, sessionId=malformed) == [("NOT_FOUND", ["sessionId"])]
    assert (await eve.ask("query ($id: ID!) { node(id: $id) { id } }", id=found["id"]))["node"] is None
    assert (await noor.ask("query ($id: ID!) { node(id: $id) { id } }", id=found["id"]))["node"] is not None
    assert await noor.is_signed_in()


async def test_all_other_sessions_end_together(api: Api) -> None:
    noor = await person(api)
    others = [noor.at(token=await session(api, noor.user_id)) for _ in range(3)]
    eve = await person(api)

    payload = await noor.do(REVOKE_OTHERS)

    assert payload["revokedCount"] == 3
    assert [await other.is_signed_in() for other in others] == [False] * 3
    assert await noor.is_signed_in()
    assert await eve.is_signed_in()


async def test_a_session_lives_30_days_from_its_last_use(api: Api, visitor: Visitor) -> None:
    noor = await person(api)
    token = (await visitor.do(SIGN_IN, email=noor.email, password=PASSWORD))["token"]
    used, unused = (
        noor.at(token=token),
        (await visitor.do(SIGN_IN, email=noor.email, password=PASSWORD))["token"],
    )
    api.clock.forward(days=29)
    assert await used.is_signed_in()
    await authentication.write_uses(api.house.doors)

    api.clock.forward(days=2)

    assert await used.is_signed_in()
    assert not await noor.at(token=unused).is_signed_in()
    await authentication.write_uses(api.house.doors)
    api.clock.forward(days=30)
    assert not await used.is_signed_in()


async def test_a_request_reads_its_session_once_and_writes_nothing(api: Api) -> None:
    noor = await person(api)

    async with counting(api) as counted:
        assert await noor.is_signed_in()

    assert counted.reads_of("sessions") == 1
    assert counted.writes == []


async def test_the_use_of_a_session_is_written_down_once_a_minute(api: Api) -> None:
    noor = await person(api)

    async def used_at() -> object:
        row = await sessions.by_hash(
            api.house.doors.database.reader, hashed(noor.token or ""), now=api.clock.now()
        )
        assert row is not None
        return row.last_used_at

    async def after(**by: float) -> tuple[object, Counted]:
        api.clock.forward(**by)
        async with counting(api) as counted:
            for _ in range(3):
                await noor.is_signed_in()
            await authentication.write_uses(api.house.doors)
        return await used_at(), counted

    began = api.clock.now()
    assert (await after(seconds=59))[0] == began
    written, counted = await after(seconds=1)
    assert written == began + timedelta(seconds=60)
    assert len([write for write in counted.writes if "sessions" in write]) == 1
    assert (await after(seconds=59))[0] == began + timedelta(seconds=60)


async def test_a_session_ended_by_another_process_is_over_within_two_seconds(api: Api) -> None:
    noor = await person(api)
    assert await noor.is_signed_in()

    await api.house.doors.database.write(lambda transaction: sessions.end_all(transaction, noor.user_id))

    async with asyncio.timeout(2):
        while await noor.is_signed_in():  # noqa: ASYNC110 -- nobody is told when it ends
            await asyncio.sleep(0.05)


async def test_what_was_ended_elsewhere_changes_nothing_from_that_moment_on(api: Api) -> None:
    noor = await person(api)
    assert await noor.is_signed_in()
    await asyncio.sleep(0.06)
    await api.house.doors.database.write(lambda transaction: sessions.end_all(transaction, noor.user_id))

    assert await noor.refused(UPDATE, name="Somebody else") == [("UNAUTHENTICATED", None)]


@pytest.mark.parametrize(
    "token", ["x", "mh_x", "mh_", "Bearer", "x" * 100_000, "ü", "a b", hashed("x"), "\u0000", "' OR '1'='1"]
)
async def test_what_is_no_token_is_refused(visitor: Visitor, token: str) -> None:
    answer = await visitor.at(token=token).ask("{ viewer { emailVerified } }")

    assert answer.codes == ["UNAUTHENTICATED"]


async def test_a_cookie_that_has_ended_is_as_good_as_none_except_for_a_socket(api: Api) -> None:
    noor = await person(api)
    good, ended = noor.at(token=None, cookie=noor.token), noor.at(token=None, cookie="ended")

    assert await good.is_signed_in()
    assert (await ended.ask("{ viewer { emailVerified } }"))["viewer"] is None
    assert (await ended.at(transport="websocket").ask("{ viewer { emailVerified } }")).codes == [
        "UNAUTHENTICATED"
    ]


async def test_an_access_token_is_no_cookie(api: Api) -> None:
    noor = await person(api)
    secret = new_secret("mh_")
    row = {
        "user_id": noor.user_id,
        "name": "reader",
        "scopes": [AccessScope.READ],
        "token_hash": hashed(secret),
    }
    await rows.add(api.house.doors.database, access_tokens, row | {"created_at": api.clock.now()})

    assert await noor.at(token=secret).is_signed_in()
    assert not await noor.at(token=None, cookie=secret).is_signed_in()
