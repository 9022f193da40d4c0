"""What administrators decide about mentors, and what becomes of slots, requests and sessions."""

import asyncio
from typing import Any

import pytest

from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.vocabulary import Weekday
from tests import given
from tests.api import Api
from tests.bookings.scene import MUTATIONS
from tests.recount import faults

APPROVE_ALL = """mutation ($input: ApproveMentorsInput!) {
  approveMentors(input: $input) {
    mentors { name status } userErrors { code field ... on StateError { currentStatus } }
  }
}"""
APPROVE = "mutation ($input: ApproveMentorInput!) { approveMentor(input: $input) { userErrors { code } } }"
REJECT = "mutation ($input: RejectMentorInput!) { rejectMentor(input: $input) { userErrors { code } } }"
DEACTIVATE = """mutation ($input: DeactivateMentorInput!) {
  deactivateMentor(input: $input) { mentor { status decision { note reason } } userErrors { code field } }
}"""
REACTIVATE = """mutation ($input: ReactivateMentorInput!) {
  reactivateMentor(input: $input) { mentor { status decision { note } } userErrors { code field } }
}"""
LIST = """query ($statuses: [MentorStatus!], $search: String) {
  admin { mentors(statuses: $statuses, search: $search) { nodes { name status } totalCount } }
}"""
SLOTS = "query ($id: ID!) { mentor(id: $id) { slots(first: 100) { id startsAt } } }"
BOOKING = "query ($id: ID!) { booking(id: $id) { status reason } }"
SUSPEND = "mutation ($input: SuspendUserInput!) { suspendUser(input: $input) { user { status } userErrors { code } } }"
REINSTATE = """mutation ($input: ReinstateUserInput!) {
  reinstateUser(input: $input) { user { status } userErrors { code } }
}"""
HOURS = [(Weekday.THURSDAY, 9 * 60, 12 * 60)]


async def a_mentor(api: Api) -> Viewer:
    return await given.mentor(api, weekly=HOURS, terms={"session_minutes": 60})


def named(viewer: Viewer) -> str:
    return f"mentor_{viewer.mentor_id}"


async def slots(api: Api, mentor: Viewer, viewer: Viewer) -> list[str]:
    found = (await api.ask(SLOTS, viewer, id=named(mentor)))["mentor"]["slots"]
    return [each["id"] for each in found]


async def request(api: Api, mentee: Viewer, slot: str) -> str:
    asked = {"slotId": slot, "topic": "How to begin"}
    booking: str = (await api.do(MUTATIONS["requestBooking"], mentee, input=asked))["booking"]["id"]
    return booking


async def state(api: Api, booking: str, viewer: Viewer) -> tuple[str, str | None]:
    found = (await api.ask(BOOKING, viewer, id=booking))["booking"]
    return found["status"], found["reason"]


async def all_adds_up(api: Api) -> bool:
    # People and expertise that tests put straight into tables are not counted.
    found = await faults(api.house.doors.database, now=api.clock.now(), ignoring={"users"})
    assert found == []
    return True


async def test_a_deactivated_mentor_has_no_slots_and_no_requests_but_keeps_sessions(api: Api) -> None:
    keeper, mentor, mentee = await given.admin(api), await a_mentor(api), await given.user(api)
    offered = await slots(api, mentor, keeper)
    pending, confirmed = await request(api, mentee, offered[0]), await request(api, mentee, offered[1])
    await api.do(MUTATIONS["confirmBooking"], mentor, input={"bookingId": confirmed})

    payload = await api.do(DEACTIVATE, keeper, input={"mentorId": named(mentor), "note": "Off the grid."})

    assert payload["mentor"] == {"status": "INACTIVE", "decision": {"note": "Off the grid.", "reason": None}}
    assert await slots(api, mentor, keeper) == []
    assert await state(api, pending, mentee) == ("DECLINED", "Off the grid.")
    assert await state(api, confirmed, mentee) == ("CONFIRMED", None)
    assert (await api.ask(SLOTS, mentee, id=named(mentor)))["mentor"] is None
    assert await all_adds_up(api)


async def test_a_reactivated_mentor_has_the_same_slots_again(api: Api) -> None:
    keeper, mentor = await given.admin(api), await a_mentor(api)
    offered = await slots(api, mentor, keeper)
    await api.do(DEACTIVATE, keeper, input={"mentorId": named(mentor), "note": "For now."})

    payload = await api.do(REACTIVATE, keeper, input={"mentorId": named(mentor)})

    assert payload["mentor"]["status"] == "APPROVED"
    assert offered
    assert await slots(api, mentor, keeper) == offered
    assert await all_adds_up(api)


async def test_only_approved_mentors_are_deactivated_and_only_inactive_ones_reactivated(api: Api) -> None:
    keeper, mentor, applicant = await given.admin(api), await a_mentor(api), await given.applicant(api)
    note = {"note": "So."}

    assert await api.refused(DEACTIVATE, keeper, input={"mentorId": named(applicant), **note}) == [
        "WRONG_STATE"
    ]
    assert await api.refused(REACTIVATE, keeper, input={"mentorId": named(mentor)}) == ["WRONG_STATE"]
    assert await api.refused(REACTIVATE, keeper, input={"mentorId": named(applicant)}) == ["WRONG_STATE"]
    assert await api.refused(DEACTIVATE, keeper, input={"mentorId": named(mentor), "note": " "}) == [
        "INVALID"
    ]
    await api.do(DEACTIVATE, keeper, input={"mentorId": named(mentor), **note})
    assert await api.refused(DEACTIVATE, keeper, input={"mentorId": named(mentor), **note}) == ["WRONG_STATE"]
    assert await api.refused(APPROVE, keeper, input={"mentorId": named(mentor)}) == ["WRONG_STATE"]
    for mutation, rest in ((DEACTIVATE, note), (REACTIVATE, {})):
        nothing = {"mentorId": "mentor_x", **rest}
        assert await api.refused(mutation, keeper, input=nothing) == ["NOT_FOUND"]
        assert await api.refused(mutation, mentor, input=nothing) == ["FORBIDDEN"]


async def test_several_are_approved_each_on_its_own(api: Api) -> None:
    keeper, approved = await given.admin(api), await a_mentor(api)
    one, two = await given.applicant(api), await given.applicant(api)
    ids = [named(one), "mentor_x", named(approved), named(two), named(one)]

    answer = await api.ask(APPROVE_ALL, keeper, input={"mentorIds": ids})

    payload = answer["approveMentors"]
    assert [each["status"] for each in payload["mentors"]] == ["APPROVED", "APPROVED"]
    assert payload["userErrors"] == [
        {"code": "NOT_FOUND", "field": ["mentorIds", "1"]},
        {"code": "WRONG_STATE", "field": ["mentorIds", "2"], "currentStatus": "APPROVED"},
        {"code": "WRONG_STATE", "field": ["mentorIds", "4"], "currentStatus": "APPROVED"},
    ]
    assert await api.refused(APPROVE_ALL, keeper, input={"mentorIds": ids * 21}) == ["INVALID"]
    assert await api.refused(APPROVE_ALL, approved, input={"mentorIds": []}) == ["FORBIDDEN"]


async def test_of_two_administrators_who_decide_at_once_one_wins(api: Api) -> None:
    one, other, applicant = await given.admin(api), await given.admin(api), await given.applicant(api)
    decided = {"mentorId": named(applicant)}

    answers = await asyncio.gather(
        api.refused(APPROVE, one, input=decided),
        api.refused(REJECT, other, input={**decided, "reason": "DUPLICATE"}),
        api.refused(APPROVE_ALL, other, input={"mentorIds": [named(applicant)]}),
    )

    assert sorted(answers) == [[], ["WRONG_STATE"], ["WRONG_STATE"]]
    assert await all_adds_up(api)


async def test_requests_that_come_in_during_a_deactivation_are_declined_or_refused(api: Api) -> None:
    keeper, mentor = await given.admin(api), await a_mentor(api)
    mentees = [await given.user(api) for _ in range(6)]
    offered = await slots(api, mentor, keeper)

    async def ask(mentee: Viewer, slot: str) -> list[str]:
        asked = {"slotId": slot, "topic": "How to begin"}
        return await api.refused(MUTATIONS["requestBooking"], mentee, input=asked)

    requests = [ask(mentee, slot) for mentee, slot in zip(mentees, offered, strict=False)]
    leave = api.do(DEACTIVATE, keeper, input={"mentorId": named(mentor), "note": "Gone."})
    *answers, _ = await asyncio.gather(*requests[:3], leave, *requests[3:], _nothing())

    assert all(
        answer in ([], ["SLOT_UNAVAILABLE"], ["MENTOR_UNAVAILABLE"])
        for answer in answers
        if isinstance(answer, list)
    )
    counted = await api.ask("{ admin { bookings { nodes { status } } } }", keeper)
    statuses = {each["status"] for each in counted["admin"]["bookings"]["nodes"]}
    assert statuses <= {"DECLINED"}
    assert await all_adds_up(api)


async def _nothing() -> None:
    return None


async def test_a_suspended_mentor_is_hidden_with_bookings_cancelled_and_comes_back(api: Api) -> None:
    keeper, mentor, mentee = await given.admin(api), await a_mentor(api), await given.user(api)
    offered = await slots(api, mentor, keeper)
    booking = await request(api, mentee, offered[0])
    whom = {"userId": f"user_{mentor.user_id}"}

    await api.do(SUSPEND, keeper, input={**whom, "reason": "Harm."})
    hidden = await slots(api, mentor, keeper)
    status, _ = await state(api, booking, mentee)
    invisible = (await api.ask(SLOTS, mentee, id=named(mentor)))["mentor"]
    await api.do(REINSTATE, keeper, input=whom)

    assert (hidden, status, invisible) == ([], "CANCELLED", None)
    assert await slots(api, mentor, keeper) == offered
    assert await all_adds_up(api)


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        ({}, ["Zed Pending", "Ann Approved"]),
        ({"statuses": ["PENDING"]}, ["Zed Pending"]),
        ({"statuses": ["APPROVED", "INACTIVE"]}, ["Ann Approved"]),
        ({"statuses": []}, []),
        ({"search": "zed"}, ["Zed Pending"]),
        ({"search": "zed", "statuses": ["APPROVED"]}, []),
        ({"search": "?"}, []),
    ],
    ids=str,
)
async def test_mentors_are_listed_by_tabs_and_search(
    api: Api, narrowed: dict[str, Any], expected: list[str]
) -> None:
    keeper = await given.admin(api)
    await given.mentor(api, name="Ann Approved")
    api.clock.forward(minutes=1)
    await given.applicant(api, name="Zed Pending")

    found = (await api.ask(LIST, keeper, **narrowed))["admin"]["mentors"]

    assert [each["name"] for each in found["nodes"]] == expected
    assert found["totalCount"] == len(expected)
