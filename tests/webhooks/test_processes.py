"""Several processes, and processes that die: each fact is delivered, under one id, and written down once."""

import asyncio
from pathlib import Path

from tests.api import Api, open_api
from tests.bookings.scene import Scene
from tests.concurrency.test_killed import EVERY, Cradle
from tests.webhooks.hooks import deliveries, hook, mine
from tests.webhooks.receiver import Receiver


async def test_nothing_is_lost_wherever_a_worker_dies(
    api: Api, scene: Scene, receiver: Receiver, database_url: str, tmp_path: Path
) -> None:
    await hook(api, scene.mentor, receiver.url)
    cradle = await Cradle.at(database_url, tmp_path)
    booking = ""
    deaths = sent_and_died = happened = 0

    after = 1
    while True:
        happened += 1
        # Something happens, a worker dies at it, and another one comes, once the claim has ended.
        if happened % 2:
            booking = await scene.request()
        else:
            await scene.do("declineBooking", scene.mentor, bookingId=booking)
        before = len(receiver.got)
        said = await cradle.work(
            "webhooks", at=api.clock.now(), after=after, sandbox="on", webhook_allow="127.0.0.0/8"
        )
        deaths += "killed" in said
        sent = len(receiver.got) - before
        sent_and_died += "killed" in said and sent
        api.clock.forward(seconds=61)
        await api.run_jobs()

        told = [got.id for got in receiver.got[before:]]
        assert len(set(told)) == 1, (after, told)
        [webhook] = await mine(api, scene.mentor)
        assert webhook["deliveries"]["totalCount"] == happened
        assert all(each["deliveredAt"] for each in webhook["deliveries"]["nodes"])
        if "killed" not in said:
            break
        after += 1 if EVERY else 2
    await cradle.close()

    assert deaths >= 8
    assert sent_and_died >= 1, "somebody died between sending and writing it down"


async def test_two_processes_at_once_deliver_each_fact_once(
    api: Api, scene: Scene, receiver: Receiver
) -> None:
    await hook(api, scene.mentor, receiver.url)
    for slot in scene.slots[:3]:
        await scene.request(slot)
    for slot in scene.slots[3:]:
        await scene.request(slot, scene.other_mentee)

    async with open_api(api.house.settings, at=api.clock.now()) as other:
        await asyncio.gather(*(each.run_jobs() for each in (api, other, api, other)))

    assert len(receiver.got) == len({got.id for got in receiver.got}) == 6
    assert all(each["attempts"] == 1 for each in await deliveries(api, scene.mentor))
    api.clock.forward(minutes=5)
    await api.run_jobs()
    assert len(receiver.got) == 6
