"""Deliveries to a real receiver: signed, tried again, looked at, asked for again."""

import asyncio
from base64 import b64decode, b64encode
from contextlib import aclosing
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import digest

from mentorhub.db.tables.accounts import sessions
from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.vocabulary import WebhookTopic
from mentorhub.rules.webhooks import PAUSES
from mentorhub.schema.webhook_bodies import OPERATIONS
from tests import rows
from tests.api import Api
from tests.bookings.scene import Scene
from tests.notifications.test_telling import of as notifications_of
from tests.webhooks.hooks import (
    CREATE,
    DELETE,
    MINE,
    REDELIVER,
    RESUME,
    ROTATE,
    deliveries,
    hook,
    mine,
)
from tests.webhooks.receiver import Got, Receiver, receiving, silence, status

CHANGED = "BOOKING_STATUS_CHANGED"


def signed(got: Got, secret: str) -> str:
    """What the signature of *got* must be, as the Standard Webhooks say."""
    key = b64decode(secret.removeprefix("whsec_"))
    content = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    return "v1," + b64encode(digest(key, content, sha256)).decode()


async def signed_in(api: Api, viewer: Viewer) -> None:
    """Gives *viewer* the session that they have come with: whoever listens must have one."""
    now = api.clock.now()
    row = {"id": viewer.session_id, "user_id": viewer.user_id, "token_hash": "hash", "created_at": now}
    await rows.add(
        api.house.doors.database, sessions, row | {"last_used_at": now, "expires_at": now + timedelta(days=1)}
    )


async def test_a_booking_is_told_as_the_subscription_tells_it(
    api: Api, scene: Scene, receiver: Receiver
) -> None:
    made = await hook(api, scene.mentor, receiver.url, CHANGED)
    await signed_in(api, scene.mentor)
    operation = OPERATIONS[WebhookTopic.BOOKING_STATUS_CHANGED]
    heard = await api.engine.subscribe(api.engine.prepare(operation), {}, api.context(scene.mentor))

    await scene.request()
    await api.run_jobs()

    async with aclosing(heard), asyncio.timeout(5):
        event = await anext(heard)
    assert event.data is not None
    [got] = receiver.got
    assert got.line == "POST /hook?of=tests HTTP/1.1"
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-signature"] == signed(got, made["secret"])
    assert abs(int(got.headers["webhook-timestamp"]) - datetime.now().timestamp()) < 60  # noqa: DTZ005 -- now
    assert got.json["data"] == event.data["bookingStatusChanged"]
    assert got.json["data"]["status"] == "PENDING"
    assert got.json["id"] == got.id
    assert got.json["type"] == CHANGED
    assert got.json["occurredAt"] == got.json["data"]["occurredAt"]
    [delivery] = await deliveries(api, scene.mentor)
    assert (delivery["attempts"], delivery["statusCode"], delivery["error"]) == (1, 204, None)
    assert delivery["deliveredAt"] is not None
    assert delivery["nextAttemptAt"] is None


async def test_what_fails_is_tried_eight_times_over_about_a_day_with_one_id(
    api: Api, scene: Scene, receiver: Receiver
) -> None:
    receiver.answers = status(503)
    await hook(api, scene.mentor, receiver.url)
    await scene.request()
    begun = api.clock.now()

    await api.run_jobs()
    waits = []
    while (due := (await deliveries(api, scene.mentor))[0]["nextAttemptAt"]) is not None:
        waits.append(datetime.fromisoformat(due) - api.clock.now())
        api.clock.instant = datetime.fromisoformat(due) - timedelta(seconds=1)
        await api.run_jobs()
        assert len(receiver.got) == len(waits)
        api.clock.forward(seconds=1)
        await api.run_jobs()

    assert len(receiver.got) == 8
    assert len({got.id for got in receiver.got}) == 1
    assert all(abs(wait / pause - 1) <= 0.2 for wait, pause in zip(waits, PAUSES.each, strict=True))
    assert timedelta(hours=19) < api.clock.now() - begun < timedelta(hours=30)
    [delivery] = await deliveries(api, scene.mentor)
    assert (delivery["attempts"], delivery["statusCode"]) == (8, 503)
    assert delivery["error"] == "It answered 503."
    assert delivery["deliveredAt"] is None


async def test_a_redirect_is_not_followed(api: Api, scene: Scene, receiver: Receiver) -> None:
    async with receiving() as elsewhere:
        receiver.answers = status(307, headers=f"Location: {elsewhere.url}\r\n")
        await hook(api, scene.mentor, receiver.url)

        await scene.request()
        await api.run_jobs()

        assert (len(receiver.got), elsewhere.got) == (1, [])
    [delivery] = await deliveries(api, scene.mentor)
    assert (delivery["statusCode"], delivery["error"]) == (307, "It redirects, which is not followed.")


async def test_whoever_stalls_holds_up_nobody_else(api: Api, scene: Scene, receiver: Receiver) -> None:
    async with receiving(silence) as stalling:
        for _ in range(10):
            await hook(api, scene.mentee, stalling.url)
        await hook(api, scene.mentor, receiver.url)
        for slot in scene.slots[:3]:
            await scene.request(slot)

        sending = asyncio.create_task(api.run_jobs())
        await receiver.until(3)

        assert not sending.done()
        assert len(stalling.got) <= 32
        sending.cancel()
        await asyncio.wait([sending])


async def test_a_delivery_is_made_again_when_it_is_asked_for(
    api: Api, scene: Scene, receiver: Receiver
) -> None:
    await hook(api, scene.mentor, receiver.url)
    await scene.request()
    await api.run_jobs()
    [delivery] = await deliveries(api, scene.mentor)
    api.clock.forward(hours=1)
    receiver.answers = status(500)

    again = await api.do(REDELIVER, scene.mentor, id=delivery["id"])
    await api.run_jobs()

    assert datetime.fromisoformat(again["delivery"]["nextAttemptAt"]) == api.clock.now()
    assert [got.id for got in receiver.got] == [receiver.got[0].id] * 2
    [after] = await deliveries(api, scene.mentor)
    assert (after["attempts"], after["statusCode"], after["deliveredAt"]) == (2, 500, delivery["deliveredAt"])
    wait = datetime.fromisoformat(after["nextAttemptAt"]) - api.clock.now()
    assert wait < timedelta(seconds=20), "it has eight tries again"
    assert await api.refused(REDELIVER, scene.mentee, id=delivery["id"]) == ["NOT_FOUND"]


async def test_two_secrets_sign_for_a_day_after_a_rotation(
    api: Api, scene: Scene, receiver: Receiver
) -> None:
    made = await hook(api, scene.mentor, receiver.url)
    turned = await api.do(ROTATE, scene.mentor, id=made["webhook"]["id"])
    await scene.request(scene.slots[0])
    await api.run_jobs()
    api.clock.forward(days=1)
    await scene.request(scene.slots[1])
    await api.run_jobs()

    during, after = receiver.got
    assert turned["secret"] != made["secret"]
    assert during.headers["webhook-signature"].split(" ") == [
        signed(during, turned["secret"]),
        signed(during, made["secret"]),
    ]
    assert after.headers["webhook-signature"] == signed(after, turned["secret"])
    assert await api.refused(ROTATE, scene.mentee, id=made["webhook"]["id"]) == ["NOT_FOUND"]


async def test_a_webhook_to_which_nothing_went_for_five_days_is_paused_and_its_owner_told(
    api: Api, scene: Scene, receiver: Receiver
) -> None:
    receiver.answers = status(500)
    made = await hook(api, scene.mentor, receiver.url)
    id_ = made["webhook"]["id"]
    await scene.request()
    await api.run_jobs()
    delivery = (await deliveries(api, scene.mentor))[0]["id"]
    api.clock.forward(days=4.9)
    await api.do(REDELIVER, scene.mentor, id=delivery)
    await api.run_jobs()
    assert (await mine(api, scene.mentor))[0]["isActive"]

    api.clock.forward(days=0.2)
    await api.do(REDELIVER, scene.mentor, id=delivery)
    await api.run_jobs()
    sent = len(receiver.got)
    [webhook] = await mine(api, scene.mentor)

    assert not webhook["isActive"]
    assert all(each["nextAttemptAt"] is None for each in webhook["deliveries"]["nodes"])
    told = [each["title"] for each in await notifications_of(api, scene.mentor) if each["kind"] == "SECURITY"]
    assert told == ["A webhook of yours is paused", "Your account has another webhook"]
    assert len(receiver.got) == sent
    assert (await api.do(RESUME, scene.mentor, id=id_))["webhook"]["isActive"]
    assert await api.refused(RESUME, scene.mentee, id=id_) == ["NOT_FOUND"]


async def test_deliveries_come_in_pages_and_go_after_thirty_days(
    api: Api, scene: Scene, receiver: Receiver
) -> None:
    made = await hook(api, scene.mentor, receiver.url)
    for slot in scene.slots[:3]:
        await scene.request(slot)
        await api.run_jobs()
        api.clock.forward(minutes=1)
    page = """query ($id: ID!, $after: String) { node(id: $id) { ... on Webhook {
      deliveries(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } totalCount }
    } } }"""

    first = (await api.ask(page, scene.mentor, id=made["webhook"]["id"]))["node"]["deliveries"]
    rest = (
        await api.ask(page, scene.mentor, id=made["webhook"]["id"], after=first["pageInfo"]["endCursor"])
    )["node"]["deliveries"]

    assert [len(each["nodes"]) for each in (first, rest)] == [2, 1]
    assert [each["pageInfo"]["hasNextPage"] for each in (first, rest)] == [True, False]
    assert first["totalCount"] == 3
    everything = [each["id"] for each in await deliveries(api, scene.mentor)]
    assert everything == [each["id"] for each in first["nodes"] + rest["nodes"]]

    api.clock.forward(days=31)
    await api.run_jobs()

    kept = await deliveries(api, scene.mentor)
    assert not {each["id"] for each in kept} & set(everything)


async def test_only_its_owner_sees_a_webhook_and_deletes_it(
    api: Api, scene: Scene, receiver: Receiver
) -> None:
    made = await hook(api, scene.mentor, receiver.url)
    id_ = made["webhook"]["id"]
    node = "query ($id: ID!) { node(id: $id) { id } }"

    for viewer in (scene.mentee, scene.admin, None):
        assert (await api.ask(node, viewer, id=id_))["node"] is None
    assert await api.refused(DELETE, scene.admin, id=id_) == ["NOT_FOUND"]
    assert (await api.ask(node, scene.mentor, id=id_))["node"] == {"id": id_}
    assert made["secret"] not in str(await api.ask(MINE, scene.mentor))

    await api.do(DELETE, scene.mentor, id=id_)

    assert await mine(api, scene.mentor) == []


async def test_a_webhook_that_cannot_be_is_refused(api: Api, scene: Scene) -> None:
    impossible = [
        ("https://user:pass@example.com/", [CHANGED], ["INVALID"]),
        ("http://example.com/", [CHANGED], ["INVALID"]),
        ("https://example.com:22/", [CHANGED], ["INVALID"]),
        ("https://example.com/#here", [CHANGED], ["INVALID"]),
        ("https://nowhere.example/", [CHANGED], ["INVALID"]),
        ("https://10.0.0.1/", [CHANGED], ["INVALID"]),
        ("https://[::1]/", [CHANGED], ["INVALID"]),
        ("https://user@example.com/", [], ["INVALID", "REQUIRED"]),
        ("https://example.com/" + "x" * 500, [CHANGED], ["INVALID"]),
    ]

    for url, topics, codes in impossible:
        assert await api.refused(CREATE, scene.mentor, url=url, topics=topics) == codes, url

    assert await mine(api, scene.mentor) == []


async def test_nobody_has_more_than_ten(api: Api, scene: Scene, receiver: Receiver) -> None:
    for _ in range(10):
        await hook(api, scene.mentor, receiver.url)

    assert await api.refused(CREATE, scene.mentor, url=receiver.url, topics=[CHANGED]) == ["INVALID"]
