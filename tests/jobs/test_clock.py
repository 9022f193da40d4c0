"""The clock: each job once for all processes."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from time import monotonic

import pytest

from mentorhub.jobs import Clockwork, Job
from mentorhub.resolvers.desk import Doors
from tests.api import Api

HOUR = timedelta(hours=1)


class Chore:
    """Something that is done again and again, and counts how often."""

    def __init__(self, *, left: int = 0) -> None:
        self.left = left
        self.runs = 0
        self.at_once = 0
        self.most_at_once = 0
        self.changed = asyncio.Event()

    async def run(self, doors: Doors) -> int:
        self.runs += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.01)
        self.at_once -= 1
        self.changed.set()
        if not self.left:
            return 0
        self.left -= 1
        return 1

    async def has_run(self, times: int) -> None:
        async with asyncio.timeout(5):
            while self.runs < times:
                self.changed.clear()
                await self.changed.wait()


async def test_several_processes_run_a_job_once_when_it_is_due(api: Api) -> None:
    chore = Chore()
    job = Job("chore", chore.run, every=HOUR)
    processes = [Clockwork(api.house.doors, [job]) for _ in range(4)]

    for process in processes:
        await process.start()
    await chore.has_run(1)
    await asyncio.gather(*(process._attend(job) for process in processes))

    for process in processes:
        await process.stop()
    assert chore.runs == 1


@pytest.mark.parametrize("share", [0.25, 1.0])
async def test_a_job_that_has_more_to_do_rests_for_what_it_may_not_have_of_the_time(
    api: Api, share: float
) -> None:
    chore = Chore(left=4)
    steps: list[tuple[float, float]] = []

    async def step(doors: Doors) -> int:
        began = monotonic()
        done = await chore.run(doors)
        steps.append((began, monotonic()))
        return done

    process = Clockwork(api.house.doors, [Job("chore", step, every=HOUR, share=share)])
    await process.start()
    await chore.has_run(5)
    await process.stop()

    for (began, ended), (next_began, _) in pairwise(steps):
        assert next_began - ended >= 0.95 * max(0.02, (ended - began) * (1 / share - 1))


async def test_a_job_that_would_rest_for_longer_than_its_claim_lasts_gives_it_back_instead(api: Api) -> None:
    chore = Chore(left=4)
    job = Job("chore", chore.run, every=HOUR, share=0.0001, at_most=timedelta(seconds=60))
    process = Clockwork(api.house.doors, [job])
    await process._declare()

    async with asyncio.timeout(5):
        assert await process._attend(job, anyway=True) == 1

    assert chore.runs == 1


async def test_a_job_runs_until_nothing_is_left_and_never_beside_itself(api: Api) -> None:
    chore = Chore(left=5)
    job = Job("chore", chore.run, every=HOUR)
    processes = [Clockwork(api.house.doors, [job]) for _ in range(3)]

    await asyncio.gather(*(process.run_all() for process in processes))

    assert chore.left == 0
    assert chore.most_at_once == 1


async def test_a_job_that_claims_its_things_itself_may_run_in_several_processes_at_once(api: Api) -> None:
    chore = Chore(left=5)
    job = Job("chore", chore.run, every=HOUR, claims_itself=True)

    await asyncio.gather(*(Clockwork(api.house.doors, [job]).run_all() for _ in range(3)))

    assert chore.left == 0
    assert chore.most_at_once > 1


async def test_a_rung_job_runs_at_once(api: Api) -> None:
    chore = Chore()
    clockwork = Clockwork(api.house.doors, [Job("chore", chore.run, every=HOUR)])
    await clockwork.start()
    await chore.has_run(1)

    api.house.doors.chimes.ring("chore")

    await chore.has_run(2)
    await clockwork.stop()


async def test_a_job_that_fails_is_tried_again_and_keeps_no_other_from_running(api: Api) -> None:
    chore = Chore()

    async def fail(doors: Doors) -> int:
        raise LookupError

    clockwork = Clockwork(
        api.house.doors, [Job("failing", fail, every=HOUR), Job("chore", chore.run, every=HOUR)]
    )

    for _ in range(2):
        with pytest.raises(LookupError):
            await clockwork.run_all()

    assert chore.runs == 2


async def test_a_process_that_is_stopped_gives_its_job_back(api: Api) -> None:
    begun = asyncio.Event()

    async def hang(doors: Doors) -> int:
        begun.set()
        await asyncio.Event().wait()
        return 0

    stopped = Clockwork(api.house.doors, [Job("chore", hang, every=HOUR)])
    await stopped.start()
    await begun.wait()
    await stopped.stop()

    chore = Chore()
    async with asyncio.timeout(5):
        await Clockwork(api.house.doors, [Job("chore", chore.run, every=HOUR)]).run_all()

    assert chore.runs == 1


async def test_a_job_of_a_process_that_died_is_taken_over_when_its_claim_ends(api: Api) -> None:
    chore = Chore()
    job = Job("chore", chore.run, every=HOUR, at_most=timedelta(seconds=0.3))
    dead = Clockwork(api.house.doors, [job])
    await dead._declare()
    assert await dead._claimed(job, anyway=True)

    async with asyncio.timeout(5):
        await Clockwork(api.house.doors, [job]).run_all()

    assert chore.runs == 1
