"""The machine's clock is set: what goes by it goes on, and what must not go by it does not."""

from datetime import UTC, datetime, timedelta

from mentorhub.db import jobs as claims
from mentorhub.db.keys import new_key
from mentorhub.jobs import Clockwork, Job
from mentorhub.resolvers.desk import Doors
from tests.api import Api
from tests.given import user

HOUR = timedelta(hours=1)
POST = """
mutation ($input: SubmitSupportTicketInput!) {
  submitSupportTicket(input: $input) { ticket { id } userErrors { code } }
}
"""


async def test_a_job_put_off_by_a_clock_that_was_ahead_runs_when_it_is_set_back(api: Api) -> None:
    runs = []

    async def run(doors: Doors) -> int:
        runs.append(1)
        return 0

    clockwork = Clockwork(api.house.doors, [Job("chore", run, every=timedelta(minutes=5))])
    ahead = datetime.now(UTC) + 3 * HOUR
    await clockwork._declare()

    async def run_ahead(transaction: object) -> None:
        how = {"holder": "ahead", "now": ahead, "due": ahead, "latest": ahead}
        assert await claims.claim(transaction, "chore", until=ahead + HOUR, **how)  # type: ignore[arg-type]
        await claims.release(transaction, "chore", holder="ahead", now=ahead - 3 * HOUR, due=ahead)  # type: ignore[arg-type]

    await api.house.doors.database.write(run_ahead)

    await clockwork._attend(clockwork._jobs[0])
    await clockwork._attend(clockwork._jobs[0])

    assert len(runs) == 1


async def test_facts_keep_their_order_and_nobody_is_signed_out_when_the_clock_goes_back(api: Api) -> None:
    noor = await user(api)
    database, log = api.house.doors.database, api.house.log
    first = await log.end()

    await api.do(POST, noor, input={"subject": "The first", "body": "Before the clock was set."})
    between = await log.end()
    api.clock.forward(hours=-2)
    await api.do(POST, noor, input={"subject": "The second", "body": "After the clock was set."})
    last = await log.end()

    assert first < between < last
    assert database.dialect in {"sqlite", "postgresql"}
    assert (await api.ask("{ viewer { user { id } } }", noor))["viewer"] is not None


def test_keys_rise_however_quickly_they_are_made() -> None:
    keys = [new_key() for _ in range(20_000)]

    assert keys == sorted(set(keys))
