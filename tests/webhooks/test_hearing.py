"""Who is told of what: judged when it is written down, and again whenever it is tried."""

from dataclasses import replace
from typing import NamedTuple

import pytest
from sqlalchemy import Table, func, select

from mentorhub.db import erasure
from mentorhub.db.database import Reader
from mentorhub.db.keys import new_key
from mentorhub.db.statements import Statement
from mentorhub.db.tables.accounts import access_tokens
from mentorhub.db.tables.webhooks import deliveries as webhook_deliveries
from mentorhub.db.tables.webhooks import webhooks
from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.secrets import hashed, new_secret
from mentorhub.rules.vocabulary import AccessScope, Role
from tests import given, rows
from tests.api import Api
from tests.bookings.scene import Scene
from tests.feedback.words import LEAVE
from tests.webhooks.hooks import CREATE, deliveries, hook, mine
from tests.webhooks.receiver import Receiver, status

APPROVE = "mutation ($id: ID!) { approveMentor(input: {mentorId: $id}) { userErrors { code } } }"
SUSPEND = """mutation ($id: ID!) {
  suspendUser(input: {userId: $id, reason: "For the tests"}) { userErrors { code } }
}"""
DEMOTE = "mutation ($id: ID!) { setUserRole(input: {userId: $id, role: MEMBER}) { userErrors { code } } }"
REVOKE = """mutation ($id: ID!) {
  revokeAccessToken(input: {accessTokenId: $id}) { revokedAccessTokenId userErrors { code } }
}"""


def types_of(receiver: Receiver) -> list[str]:
    return [got.json["type"] for got in receiver.got]


async def by_token(api: Api, owner: Viewer, *scopes: AccessScope) -> Viewer:
    key = new_key()
    row = {
        "id": key,
        "user_id": owner.user_id,
        "name": "A program",
        "scopes": list(scopes),
        "token_hash": hashed(new_secret()),
        "created_at": api.clock.now(),
        "expires_at": None,
    }
    await rows.add(api.house.doors.database, access_tokens, row)
    return replace(owner, session_id=None, token_id=key, scopes=frozenset(scopes))


@pytest.mark.parametrize("who", ["mentor", "mentee", "admin"])
async def test_a_session_is_told_to_its_parties_and_administrators(
    api: Api, scene: Scene, receiver: Receiver, who: str
) -> None:
    await hook(api, getattr(scene, who), receiver.url)
    booking = await scene.completed()
    await api.do(LEAVE, scene.mentee, input={"bookingId": booking, "rating": 5, "comment": "Worth the hour."})

    await api.run_jobs()

    told = sorted(types_of(receiver))
    assert told == ["BOOKING_STATUS_CHANGED"] * 3 + ["FEEDBACK_SUBMITTED"]
    [feedback] = [got.json["data"] for got in receiver.got if got.json["type"] == "FEEDBACK_SUBMITTED"]
    assert (feedback["rating"], feedback["booking"]["id"]) == (5, booking)


async def test_strangers_are_told_nothing_nor_is_it_written_down(
    api: Api, scene: Scene, receiver: Receiver
) -> None:
    for viewer in (scene.other_mentee, scene.other_mentor):
        await hook(api, viewer, receiver.url)

    await scene.confirmed()
    await given.mentor(api)
    await api.run_jobs()

    assert receiver.got == []
    assert await deliveries(api, scene.other_mentee) == []


async def test_an_application_is_told_to_administrators_and_its_author(
    api: Api, scene: Scene, receiver: Receiver
) -> None:
    await hook(api, scene.admin, receiver.url, "MENTOR_APPLIED", "MENTOR_DECIDED")
    author = await given.applicant(api, name="Tomas Okafor")
    await hook(api, author, receiver.url, "MENTOR_DECIDED")
    await api.run_jobs()
    await api.do(APPROVE, scene.admin, id=f"mentor_{author.mentor_id}")
    await api.run_jobs()

    assert types_of(receiver) == ["MENTOR_APPLIED", "MENTOR_DECIDED", "MENTOR_DECIDED"]
    assert {got.json["data"]["id"] for got in receiver.got} == {f"mentor_{author.mentor_id}"}
    assert receiver.got[-1].json["data"]["status"] == "APPROVED"


async def test_only_what_comes_after_it_was_made_and_of_its_topics(
    api: Api, scene: Scene, receiver: Receiver
) -> None:
    booking = await scene.request()
    await hook(api, scene.mentor, receiver.url, "BOOKING_STATUS_CHANGED")
    await hook(api, scene.mentor, receiver.url, "FEEDBACK_SUBMITTED")
    # A sandbox's clock may be put back: what counts is the order of the log.
    api.clock.forward(hours=-1)
    await scene.do("confirmBooking", scene.mentor, bookingId=booking)

    await api.run_jobs()

    assert [got.json["data"]["status"] for got in receiver.got] == ["CONFIRMED"]


async def test_whoever_is_suspended_before_a_try_is_told_nothing(
    api: Api, scene: Scene, receiver: Receiver
) -> None:
    await hook(api, scene.mentee, receiver.url)
    receiver.answers = status(500)
    await scene.request()
    await api.run_jobs()
    receiver.got.clear()

    await api.do(SUSPEND, scene.admin, id=f"user_{scene.mentee.user_id}")
    api.clock.forward(hours=1)
    await api.run_jobs()

    assert receiver.got == []


async def test_nor_is_an_administrator_who_is_none_any_more(
    api: Api, scene: Scene, receiver: Receiver
) -> None:
    root = await given.user(api, role=Role.SUPERADMIN)
    await hook(api, scene.admin, receiver.url)
    receiver.answers = status(500)
    await scene.request()
    await api.run_jobs()
    receiver.got.clear()

    await api.do(DEMOTE, root, id=f"user_{scene.admin.user_id}")
    api.clock.forward(hours=1)
    await api.run_jobs()

    assert receiver.got == []
    assert await deliveries(api, scene.admin) == []


async def test_a_program_hears_what_its_token_allows_for_as_long_as_that_holds(
    api: Api, scene: Scene, receiver: Receiver
) -> None:
    read, write, admin = AccessScope
    plain = await by_token(api, scene.admin, read, write)
    own = await by_token(api, scene.admin, read, write, admin)
    deaf = await by_token(api, scene.mentor, write)

    assert await api.refused(CREATE, deaf, url=receiver.url, topics=["MENTOR_APPLIED"]) == ["FORBIDDEN"]
    await hook(api, plain, receiver.url)
    await scene.request(scene.slots[0])
    await api.run_jobs()
    assert receiver.got == []
    await hook(api, own, receiver.url)
    await scene.request(scene.slots[1])
    await api.run_jobs()
    assert len(receiver.got) == 1

    await api.do(REVOKE, scene.admin, id=f"accesstoken_{own.token_id}")
    await scene.request(scene.slots[2])
    await api.run_jobs()

    assert len(receiver.got) == 1
    assert len(await mine(api, scene.admin)) == 1


async def test_whoever_deletes_their_account_takes_their_webhooks_along(
    api: Api, scene: Scene, receiver: Receiver
) -> None:
    receiver.answers = status(500)
    await hook(api, scene.mentee, receiver.url)
    await scene.request()
    await api.run_jobs()
    database = api.house.doors.database

    await database.write(lambda tx: erasure.erase_user(tx, scene.mentee.user_id, name="Mika Oyelaran"))

    assert await count(database.reader, webhooks) == await count(database.reader, webhook_deliveries) == 0
    api.clock.forward(days=1)
    await api.run_jobs()
    assert len(receiver.got) == 1


class _Count(NamedTuple):
    number: int


async def count(reader: Reader, table: Table) -> int:
    found = await reader.one(Statement(select(func.count().label("number")).select_from(table), _Count))
    return found.number if found else 0
