"""The system's health: figures of this process, and the limits from which on something is wrong."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from mentorhub.db.keys import new_key
from mentorhub.db.statements import change
from mentorhub.db.tables.facts import mails
from mentorhub.resolvers.traffic import Traffic
from mentorhub.rules import health
from mentorhub.rules.vocabulary import HealthStatus
from tests.api import Api
from tests.given import admin, user

HEALTH = """{ admin { systemHealth {
  status version uptimeSeconds requestsPerSecond errorRate responseMilliseconds { p50 p95 p99 }
  database { status latencyMilliseconds backlog detail }
  eventDelivery { status latencyMilliseconds backlog }
  outgoingMail { status backlog detail }
} } }"""


def _judged(found: Any, **known: str) -> HealthStatus:
    """The worst of its parts: those that are *known*, and the others, which a machine with much to do may slow down."""
    parts = ("database", "eventDelivery", "outgoingMail")
    return health.worst(HealthStatus(known.get(name) or found[name]["status"]) for name in parts)


async def test_a_service_that_does_well_says_so(api: Api) -> None:
    keeper = await admin(api)
    for _ in range(3):
        await api.ask("{ expertise { name } }")

    found = (await api.ask(HEALTH, keeper))["admin"]["systemHealth"]

    assert (found["version"], found["errorRate"]) == ("0.1.0", 0.0)
    assert found["requestsPerSecond"] > 0
    times = found["responseMilliseconds"]
    assert 0 < times["p50"] <= times["p95"] <= times["p99"]
    database, events = found["database"], found["eventDelivery"]
    assert database["latencyMilliseconds"] > 0
    assert database["status"] == health.of_database(database["latencyMilliseconds"] / 1000)
    assert events["status"] == health.of_events(events["latencyMilliseconds"] / 1000, is_reading=True)
    assert events["backlog"] == 0
    assert found["outgoingMail"] == {"status": "OK", "backlog": 0, "detail": None}
    assert found["status"] == _judged(found, outgoingMail="OK")


@pytest.mark.parametrize(("minutes", "status"), [(4, "OK"), (6, "DEGRADED"), (61, "DOWN")])
async def test_mail_that_does_not_go_out_shows(api: Api, minutes: int, status: str) -> None:
    keeper = await admin(api)
    stuck = {
        "id": new_key(),
        "recipient": "somebody@example.com",
        "content": {},
        "created_at": api.clock.now(),
        "due_at": api.clock.now() + timedelta(days=1),
        "attempts": 3,
    }
    adding = change(insert(mails), parameters=list(stuck))
    await api.house.doors.database.write(lambda transaction: transaction.run(adding, **stuck))
    api.clock.forward(minutes=minutes)

    found = (await api.ask(HEALTH, keeper))["admin"]["systemHealth"]

    assert (found["outgoingMail"]["status"], found["outgoingMail"]["backlog"]) == (status, 1)
    assert found["status"] == _judged(found, outgoingMail=status)


@pytest.mark.parametrize(
    ("failed", "seconds", "status"),
    [(0, 0.1, "OK"), (2, 0.1, "DEGRADED"), (0, 1.2, "DEGRADED"), (60, 0.1, "DOWN")],
)
async def test_answers_that_fail_or_are_slow_show(api: Api, failed: int, seconds: float, status: str) -> None:
    keeper = await admin(api)
    for number in range(100):
        api.house.doors.traffic.note(seconds, failed=number < failed)

    found = (await api.ask(HEALTH, keeper))["admin"]["systemHealth"]

    assert found["status"] == health.worst([HealthStatus(status), _judged(found, outgoingMail="OK")])
    assert found["outgoingMail"]["status"] == "OK"


async def test_a_log_that_nobody_reads_shows(api: Api) -> None:
    keeper = await admin(api)
    await api.house.log.stop()

    found = (await api.ask(HEALTH, keeper))["admin"]["systemHealth"]

    assert (found["status"], found["eventDelivery"]["status"]) == ("DOWN", "DOWN")


async def test_health_is_for_administrators(api: Api) -> None:
    assert (await api.ask(HEALTH, await user(api))).codes == ["FORBIDDEN"]


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_figures_are_those_of_the_last_five_minutes() -> None:
    seconds = Seconds()
    traffic = Traffic(seconds)
    for number in range(100):
        traffic.note(0.001 * (number + 1), failed=number < 10)
    seconds.now += 100

    before = traffic.figures()
    seconds.now += 250
    after = traffic.figures()

    assert (before.requests, before.requests_per_second, before.error_rate) == (100, 1.0, 0.1)
    assert before.p50 == pytest.approx(50, rel=0.06)
    assert before.p95 == pytest.approx(95, rel=0.06)
    assert before.p99 == pytest.approx(99, rel=0.06)
    assert (after.requests, after.error_rate, after.p99, after.uptime_seconds) == (0, 0.0, 0.0, 350.0)


def test_times_beyond_every_class_are_told_as_the_longest() -> None:
    traffic = Traffic(Seconds())
    traffic.note(0.0, failed=False)
    traffic.note(1e9, failed=False)

    found = traffic.figures()

    assert 0 < found.p50 < 1
    assert 50_000 < found.p99 < 100_000


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (health.of_database(None), HealthStatus.DOWN),
        (health.of_database(0.2), HealthStatus.OK),
        (health.of_database(0.25), HealthStatus.DEGRADED),
        (health.of_events(4.9, is_reading=True), HealthStatus.OK),
        (health.of_events(5.0, is_reading=True), HealthStatus.DEGRADED),
        (health.of_events(60.0, is_reading=True), HealthStatus.DOWN),
        (health.of_events(0.0, is_reading=False), HealthStatus.DOWN),
        (health.of_answers(requests=19, error_rate=1.0, p95=9999), HealthStatus.OK),
        (health.of_answers(requests=20, error_rate=0.009, p95=999), HealthStatus.OK),
        (health.of_answers(requests=20, error_rate=0.01, p95=999), HealthStatus.DEGRADED),
        (health.of_answers(requests=20, error_rate=0.0, p95=1000), HealthStatus.DEGRADED),
        (health.of_answers(requests=20, error_rate=0.5, p95=1), HealthStatus.DOWN),
        (health.worst([]), HealthStatus.OK),
        (health.worst([HealthStatus.DOWN, HealthStatus.DEGRADED]), HealthStatus.DOWN),
    ],
)
def test_limits_divide_well_from_ill(found: HealthStatus, status: HealthStatus) -> None:
    assert found is status
