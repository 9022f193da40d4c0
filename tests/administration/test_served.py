"""Administration over the wire: downloads, and sockets of those who lose their rights."""

import asyncio
import csv
import io
from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

import pytest

from mentorhub.rules.vocabulary import Role
from mentorhub.settings import Settings
from tests.administration.test_exports import EXPORT
from tests.administration.test_users import REVOKE, SET_ROLE, SUSPEND
from tests.live.service import Live, living


@pytest.fixture
async def live(house_settings: Settings) -> AsyncGenerator[Live, None]:
    async with living(house_settings) as opened:
        yield opened


async def test_an_export_is_downloaded_by_its_link_alone(live: Live) -> None:
    keeper = await live.admin()
    answer = await live.ask(keeper, EXPORT, input={})
    path = urlsplit(answer["data"]["exportBookings"]["url"]).path

    found = await live.http.get(path)
    changed = await live.http.get(path[:-2])
    live.clock.forward(minutes=10)
    late = await live.http.get(path)

    assert found.status_code == 200
    assert found.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert found.headers["content-disposition"].startswith("attachment")
    assert found.headers["cache-control"] == "no-store"
    assert len(list(csv.reader(io.StringIO(found.text, newline="")))) == 1
    for refused in (changed, late):
        assert refused.status_code == 404
        assert refused.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("mutation", "rest", "reason"),
    [
        (SUSPEND, {"reason": "So."}, "You are no longer signed in."),
        (SET_ROLE, {"role": "MEMBER"}, "Your role has changed."),
        (REVOKE, {}, "You are no longer signed in."),
    ],
    ids=["suspended", "demoted", "signed out"],
)
async def test_an_open_socket_is_closed_when_its_owner_loses_the_right(
    live: Live, mutation: str, rest: dict[str, str], reason: str
) -> None:
    above = await live.person(role=Role.SUPERADMIN)
    keeper = await live.admin()

    async with live.ear(keeper, "subscription { activityFeed { kind } }") as ear:
        answer = await live.ask(above, mutation, input={"userId": f"user_{keeper.key}", **rest})
        async with asyncio.timeout(2):
            end = await ear.talk.closed()

    [payload] = answer["data"].values()
    assert payload["userErrors"] == []
    assert end == (4403, reason)


async def test_a_member_s_open_socket_is_closed_when_the_account_is_suspended(live: Live) -> None:
    keeper, member = await live.admin(), await live.person()

    async with live.ear(member, "subscription { bookingStatusChanged { status } }") as ear:
        answer = await live.ask(keeper, SUSPEND, input={"userId": f"user_{member.key}", "reason": "Harm."})
        async with asyncio.timeout(2):
            code, _ = await ear.talk.closed()

    assert answer["data"]["suspendUser"]["user"] == {"status": "SUSPENDED"}
    assert code == 4403
    assert (await live.ask(member, "{ viewer { user { id } } }"))["errors"][0]["extensions"]["code"] == (
        "UNAUTHENTICATED"
    )
