"""What may be sent to do harm, from an administrator's session or without one: all of it is answered with a code."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest

from mentorhub.rules.vocabulary import Role
from tests import given
from tests.administration.test_announcements import END, posted
from tests.administration.test_incidents import NOTE, SET, opened
from tests.administration.test_mentors import APPROVE, APPROVE_ALL, DEACTIVATE, REACTIVATE, REJECT
from tests.administration.test_support import CLOSE, REPLY
from tests.administration.test_support import opened as ticket
from tests.administration.test_users import REINSTATE, REVOKE, SET_ROLE, SUSPEND, WARN
from tests.api import Api

FAULTS: Final = {"INTERNAL", "TIMEOUT", "UNAVAILABLE"}
WILD: Final = (
    "%", "_", "*", "?", "'", '"', "\\", ":*", "a:*", "&", "|", "!", "<->", "(", "a OR b", "a NEAR b", "-a", "^a",
    "name: a", "{a}", "\x00", "a\x00b", "§", "'; DROP TABLE users; --", "a" * 10_000, "a " * 1_000,
    " ".join(f"w{number}" for number in range(1_000)),
)  # fmt: skip
NOBODY_IS: Final = {"%", "_", "*", "?", "'", '"', "\\", "&", "|", "!", "<->", "(", "\x00", "§"}
SEARCHES: Final = {
    "users": "query ($s: String) { admin { users(filter: {search: $s}) { totalCount nodes { id } } } }",
    "mentors": "query ($s: String) { admin { mentors(search: $s) { totalCount nodes { id } } } }",
    "bookings": "query ($s: String) { admin { bookings(filter: {search: $s}) { totalCount nodes { id } } } }",
}


@pytest.mark.parametrize("search", SEARCHES)
async def test_no_search_is_a_pattern_or_an_expression(api: Api, search: str) -> None:
    keeper = await given.admin(api)
    await given.mentor(api, name="Ann Other")
    failed, found = {}, {}
    for words in WILD:
        answer = await api.ask(SEARCHES[search], keeper, s=words)
        if FAULTS & set(answer.codes):
            failed[words[:20]] = answer.errors
        elif answer.data and words in NOBODY_IS:
            found[words] = answer["admin"][search]["totalCount"]

    assert failed == {}
    assert found == dict.fromkeys(NOBODY_IS, 0)


MANY: Final = [f"mentor_{number:08x}-0000-7000-8000-000000000000" for number in range(10_000)]


async def test_a_list_of_ten_thousand_is_too_much_to_approve_or_export_and_is_read_in_pages(api: Api) -> None:
    keeper = await given.admin(api)
    export = "mutation ($input: ExportBookingsInput!) { exportBookings(input: $input) { userErrors { code field } } }"
    listed = (
        "query ($filter: BookingFilter) { admin { bookings(filter: $filter) { totalCount nodes { id } } } }"
    )
    wide = {"mentorIds": MANY, "menteeIds": MANY, "statuses": ["PENDING"] * 10_000}

    assert await api.refused(APPROVE_ALL, keeper, input={"mentorIds": MANY}) == ["INVALID"]
    assert await api.refused(export, keeper, input={"filter": wide}) == ["INVALID"]
    answer = await api.ask(listed, keeper, filter=wide)
    assert answer["admin"]["bookings"] == {"totalCount": 0, "nodes": []}


NAMING: Final[dict[str, dict[str, dict[str, str]]]] = {
    "mentorId": {APPROVE: {}, REJECT: {"reason": "OTHER"}, DEACTIVATE: {"note": "So."}, REACTIVATE: {}},
    "userId": {
        WARN: {"reason": "So."}, SUSPEND: {"reason": "So."}, REINSTATE: {}, SET_ROLE: {"role": "ADMIN"}, REVOKE: {},
    },
    "incidentId": {NOTE: {"body": "So."}, SET: {"status": "RESOLVED"}},
    "ticketId": {CLOSE: {}, REPLY: {"body": "So."}},
    "announcementId": {END: {}},
}  # fmt: skip


@pytest.mark.parametrize("name", NAMING)
async def test_an_id_of_another_type_names_nothing(api: Api, name: str) -> None:
    above = await given.user(api, role=Role.SUPERADMIN)
    applicant = await given.applicant(api)
    ids = {
        "mentorId": f"mentor_{applicant.mentor_id}",
        "userId": f"user_{applicant.user_id}",
        "incidentId": await opened(api, above),
        "ticketId": await ticket(api, applicant),
        "announcementId": await posted(api, above, "News"),
    }
    kind, _, key = ids[name].partition("_")
    # The right key under other types, the wrong case, and what is no key at all.
    wrong = [*(each for other, each in ids.items() if other != name), f"booking_{key}", f"{kind}_{key.upper()}X",
             f"{kind.upper()}_{key}", f"{kind}_{key}\n", key, "", "\x00", "user_" * 10_000]  # fmt: skip
    answers = {}
    for mutation, rest in NAMING[name].items():
        for each in wrong:
            codes = await api.refused(mutation, above, input={name: each, **rest})
            if codes != ["NOT_FOUND"]:
                answers[mutation[:60], each[:60]] = codes

    assert answers == {}


async def _announcement(api: Api, keeper: Any) -> tuple[str, dict[str, Any]]:
    return END, {"announcementId": await posted(api, keeper, "Over soon")}


async def _ticket(api: Api, keeper: Any) -> tuple[str, dict[str, Any]]:
    return CLOSE, {"ticketId": await ticket(api, keeper)}


async def _incident(api: Api, keeper: Any) -> tuple[str, dict[str, Any]]:
    return SET, {"incidentId": await opened(api, keeper), "status": "RESOLVED"}


async def _suspension(api: Api, _: Any) -> tuple[str, dict[str, Any]]:
    return SUSPEND, {"userId": f"user_{(await given.user(api)).user_id}", "reason": "So."}


async def _profile(api: Api, _: Any) -> tuple[str, dict[str, Any]]:
    return DEACTIVATE, {"mentorId": f"mentor_{(await given.mentor(api)).mentor_id}", "note": "So."}


Ending = Callable[[Api, Any], Awaitable[tuple[str, dict[str, Any]]]]


@pytest.mark.parametrize("ending", [_announcement, _ticket, _incident, _suspension, _profile])
async def test_of_many_who_end_a_thing_at_once_one_does_and_the_log_has_it_once(
    api: Api, ending: Ending
) -> None:
    keepers = [await given.admin(api) for _ in range(5)]
    mutation, asked = await ending(api, keepers[0])
    log = "{ admin { auditLog { totalCount } dashboard { openTickets openIncidents } } }"
    before = (await api.ask(log, keepers[0]))["admin"]["auditLog"]["totalCount"]

    answers = await asyncio.gather(*(api.refused(mutation, keeper, input=asked) for keeper in keepers))

    after = (await api.ask(log, keepers[0]))["admin"]
    assert sorted(answers) == [[], *[["WRONG_STATE"]] * 4]
    assert after["auditLog"]["totalCount"] == before + 1
    assert after["dashboard"] == {"openTickets": 0, "openIncidents": 0}


ANALYTICS: Final = """query ($from: Date!, $until: Date!, $interval: Interval) {
  admin { analytics(from: $from, until: $until, interval: $interval) { growth { from } } }
}"""


@pytest.mark.parametrize(
    ("since", "until", "interval", "periods"),
    [
        ("2026-03-02", "2026-03-01", "MONTH", None),
        ("2026-03-01", "2026-03-01", "DAY", None),
        ("1026-03-01", "2026-03-01", "MONTH", None),
        ("0001-01-01", "0001-01-03", "DAY", None),
        ("0001-01-01", "9999-12-31", "WEEK", None),
        ("9999-12-01", "9999-12-31", "MONTH", None),
        ("2016-03-01", "2026-03-01", "DAY", None),
        ("2022-03-01", "2025-03-06", "DAY", None),
        ("2022-03-01", "2025-03-05", "DAY", 1100),
        ("2016-03-01", "2026-03-01", "WEEK", 522),
        ("2016-03-01", "2026-03-01", "MONTH", 120),
        ("8999-12-01", "9000-01-01", "WEEK", 6),
    ],
)
async def test_windows_of_analytics_are_bounded(
    api: Api, since: str, until: str, interval: str, periods: int | None
) -> None:
    keeper = await given.admin(api)

    answer = await api.ask(ANALYTICS, keeper, **{"from": since, "until": until, "interval": interval})

    if periods is None:
        assert set(answer.codes) == {"BAD_USER_INPUT"}
    else:
        assert len(answer["admin"]["analytics"]["growth"]) == periods
