"""Becoming a mentor: the application, its decision, and what everybody sees of it."""

import asyncio
from typing import Any

from mentorhub.db import facts, figures
from mentorhub.resolvers.desk import Viewer
from mentorhub.schema.nodes import id_of
from tests import given
from tests.api import Api

APPLY = """
mutation($input: ApplyAsMentorInput!) { applyAsMentor(input: $input) {
  mentor { id status appliedAt name bio company jobTitle yearsOfExperience timezone acceptingRequests
    expertise { name mentorCount } socialLinks { linkedin github twitter website }
    rating { average count distribution } completedSessionCount responseRate
    bookingRules { sessionMinutes bufferMinutes minimumNoticeHours horizonDays }
    decision { reason } availability { id } timeOff { id } defaultMeetingUrl nextSlot { id } slots { id } }
  userErrors { code field message ... on StateError { currentStatus } } } }
"""
APPROVE = """
mutation($id: ID!) { approveMentor(input: {mentorId: $id}) {
  mentor { id status decidedAt decision { note } }
  userErrors { code field ... on StateError { currentStatus viewerCan } } } }
"""
REJECT = """
mutation($id: ID!, $reason: RejectionReason!, $note: String) {
  rejectMentor(input: {mentorId: $id, reason: $reason, note: $note}) {
    mentor { status decision { reason note decidedAt decidedBy { name } } }
    userErrors { code field ... on StateError { currentStatus } } } }
"""
BIO = "Has built things that others rely on, and likes to talk about how."


async def an_application(api: Api, **said: Any) -> dict[str, Any]:
    python = await given.expertise(api)
    return {
        "bio": BIO,
        "expertiseIds": [id_of("Expertise", python)],
        "timezone": "Asia/Kathmandu",
        "yearsOfExperience": 7,
        "agreesToGuidelines": True,
    } | said


def mentor_id(viewer: Viewer) -> str:
    assert viewer.mentor_id is not None
    return id_of("Mentor", viewer.mentor_id)


async def kinds_told(api: Api) -> list[str]:
    rows, _ = await facts.after(api.house.doors.database.reader, facts.BEGINNING, limit=500)
    return [row.kind for row in rows if row.subject_type == "Mentor"]


async def count(api: Api, name: str) -> int:
    return (await figures.all_figures(api.house.doors.database.reader, now=api.clock.now())).get(name, 0)


async def test_an_application_is_kept_as_it_was_made_and_awaits_a_decision(api: Api) -> None:
    applicant = await given.user(api, name="Noor Adeyemi")
    links = {"linkedin": "https://www.linkedin.com/in/noor", "twitter": "https://x.com/noor"}
    application = await an_application(
        api, bio=f"  {BIO}\u0000 ", company=" Adeyemi & Co ", jobTitle="", socialLinks=links
    )

    payload = await api.do(APPLY, applicant, input=application)

    mentor = payload["mentor"]
    assert mentor["status"] == "PENDING"
    assert mentor["appliedAt"] == "2026-03-02T09:00:00Z"
    assert (mentor["name"], mentor["bio"], mentor["company"]) == ("Noor Adeyemi", BIO, "Adeyemi & Co")
    assert (mentor["jobTitle"], mentor["yearsOfExperience"]) == (None, 7)
    assert mentor["expertise"] == [{"name": "Python", "mentorCount": 0}]
    assert mentor["socialLinks"] == links | {"github": None, "website": None}
    assert mentor["rating"] == {"average": None, "count": 0, "distribution": [0, 0, 0, 0, 0]}
    assert (mentor["completedSessionCount"], mentor["responseRate"]) == (0, None)
    assert mentor["bookingRules"] == {
        "sessionMinutes": None, "bufferMinutes": 0, "minimumNoticeHours": 24, "horizonDays": 60,
    }  # fmt: skip
    assert (mentor["decision"], mentor["defaultMeetingUrl"], mentor["nextSlot"]) == (None, None, None)
    assert mentor["availability"] == mentor["timeOff"] == mentor["slots"] == []
    assert await kinds_told(api) == ["MENTOR_APPLIED"]
    assert await count(api, "mentors_pending") == 1


async def test_all_faults_of_an_application_are_told_at_once(api: Api) -> None:
    applicant = await given.user(api)
    application = await an_application(
        api,
        bio="Too short. " + " " * 80,
        expertiseIds=["expertise_00000000-0000-7000-8000-000000000000"],
        yearsOfExperience=71,
        company="c" * 121,
        socialLinks={
            "linkedin": "https://example.com/in/noor",
            "github": "http://github.com/noor",
            "website": "https://example.com/" + "w" * 300,
        },
        agreesToGuidelines=False,
    )

    payload = (await api.ask(APPLY, applicant, input=application))["applyAsMentor"]

    assert payload["mentor"] is None
    assert {(error["code"], *error["field"]) for error in payload["userErrors"]} == {
        ("INVALID", "bio"),
        ("NOT_FOUND", "expertiseIds"),
        ("INVALID", "yearsOfExperience"),
        ("INVALID", "company"),
        ("INVALID", "socialLinks", "linkedin"),
        ("INVALID", "socialLinks", "github"),
        ("INVALID", "socialLinks", "website"),
        ("INVALID", "agreesToGuidelines"),
    }
    assert await kinds_told(api) == []


async def test_expertise_is_one_to_ten_each_counted_once(api: Api) -> None:
    applicant = await given.user(api)
    many = [id_of("Expertise", await given.expertise(api, f"Skill {number}")) for number in range(11)]

    none = await api.refused(APPLY, applicant, input=await an_application(api, expertiseIds=[]))
    eleven = await api.refused(APPLY, applicant, input={**await _again(api), "expertiseIds": many})
    payload = await api.do(
        APPLY, applicant, input={**await _again(api), "expertiseIds": many[:10] + many[:3]}
    )

    assert none == eleven == ["INVALID"]
    assert len(payload["mentor"]["expertise"]) == 10


async def _again(api: Api) -> dict[str, Any]:
    return {
        "bio": BIO,
        "expertiseIds": [],
        "timezone": "UTC",
        "yearsOfExperience": 0,
        "agreesToGuidelines": True,
    }


async def test_whoever_is_not_signed_in_or_not_verified_cannot_apply(api: Api) -> None:
    unverified = await given.user(api, verified=False)
    application = await an_application(api)

    assert await api.refused(APPLY, None, input=application) == ["UNAUTHENTICATED"]
    assert await api.refused(APPLY, unverified, input=application) == ["EMAIL_UNVERIFIED"]


async def test_only_a_rejected_applicant_may_apply_again(api: Api) -> None:
    applicant = await given.applicant(api)
    admin = await given.admin(api)
    application = await an_application(api) | {"bio": BIO + " More than before."}

    while_pending = (await api.ask(APPLY, applicant, input=application))["applyAsMentor"]
    await api.do(REJECT, admin, id=mentor_id(applicant), reason="OTHER", note="Say more.")
    again = await api.do(APPLY, applicant, input=application)
    await api.do(APPROVE, admin, id=mentor_id(applicant))
    while_approved = (await api.ask(APPLY, applicant, input=application))["applyAsMentor"]

    [refused] = while_pending["userErrors"]
    assert (refused["code"], refused["currentStatus"]) == ("WRONG_STATE", "PENDING")
    assert again["mentor"]["id"] == mentor_id(applicant)
    assert (again["mentor"]["status"], again["mentor"]["decision"]) == ("PENDING", None)
    assert again["mentor"]["bio"].endswith("More than before.")
    [refused] = while_approved["userErrors"]
    assert (refused["code"], refused["currentStatus"]) == ("WRONG_STATE", "APPROVED")
    assert await kinds_told(api) == ["MENTOR_APPLIED", "MENTOR_REJECTED", "MENTOR_APPLIED", "MENTOR_APPROVED"]


async def test_two_applications_of_one_user_at_once_make_one_profile(api: Api) -> None:
    applicant = await given.user(api)
    application = await an_application(api)

    answers = await asyncio.gather(*(api.refused(APPLY, applicant, input=application) for _ in range(4)))

    assert answers.count([]) == 1
    assert {code for answer in answers for code in answer} <= {"WRONG_STATE"}
    assert await count(api, "mentors_pending") == 1


async def test_a_decision_is_for_administrators_and_only_for_what_is_pending(api: Api) -> None:
    applicant = await given.applicant(api)
    admin, other = await given.admin(api), await given.user(api)
    nobody = "mentor_00000000-0000-7000-8000-000000000000"

    assert await api.refused(APPROVE, other, id=mentor_id(applicant)) == ["FORBIDDEN"]
    assert await api.refused(APPROVE, None, id=mentor_id(applicant)) == ["UNAUTHENTICATED"]
    assert await api.refused(APPROVE, admin, id=nobody) == ["NOT_FOUND"]
    assert await api.refused(APPROVE, admin, id="nonsense") == ["NOT_FOUND"]
    approved = await api.do(APPROVE, admin, id=mentor_id(applicant))
    late = (await api.ask(REJECT, admin, id=mentor_id(applicant), reason="OTHER"))["rejectMentor"]

    assert approved["mentor"]["status"] == "APPROVED"
    assert approved["mentor"]["decidedAt"] == "2026-03-02T09:00:00Z"
    [refused] = late["userErrors"]
    assert (refused["code"], refused["currentStatus"]) == ("WRONG_STATE", "APPROVED")


async def test_of_two_decisions_at_once_one_wins(api: Api) -> None:
    applicant = await given.applicant(api)
    one, other = await given.admin(api), await given.admin(api)

    answers = await asyncio.gather(
        api.refused(APPROVE, one, id=mentor_id(applicant)),
        api.refused(REJECT, other, id=mentor_id(applicant), reason="DUPLICATE"),
    )

    assert sorted(answers) == [[], ["WRONG_STATE"]]
    assert len(await kinds_told(api)) == 2
    assert await count(api, "mentors_pending") == 0


async def test_approval_makes_public_and_counts(api: Api) -> None:
    applicant = await given.applicant(api)
    admin = await given.admin(api)
    query = "query($id: ID!) { mentor(id: $id) { status name } mentors { nodes { id } } expertise { mentorCount } }"

    before = await api.ask(query, id=mentor_id(applicant))
    await api.do(APPROVE, admin, id=mentor_id(applicant))
    after = await api.ask(query, id=mentor_id(applicant))

    assert (before["mentor"], before["mentors"]["nodes"]) == (None, [])
    assert before["expertise"] == [{"mentorCount": 0}]
    assert after["mentor"] == {"status": None, "name": "Noor Adeyemi"}
    assert after["mentors"]["nodes"] == [{"id": mentor_id(applicant)}]
    assert after["expertise"] == [{"mentorCount": 1}]
    assert await count(api, "mentors_approved") == 1


async def test_a_rejection_is_told_to_its_owner_and_administrators_only(api: Api) -> None:
    applicant = await given.applicant(api)
    admin, other = await given.admin(api), await given.user(api)
    query = "query($id: ID!) { mentor(id: $id) { status decision { reason note decidedBy { name } } } }"

    rejected = await api.do(REJECT, admin, id=mentor_id(applicant), reason="OTHER", note=" Say more. ")
    to_owner = await api.ask(query, applicant, id=mentor_id(applicant))
    to_other = await api.ask(query, other, id=mentor_id(applicant))

    decision = {"reason": "OTHER", "note": "Say more.", "decidedBy": {"name": "Ada Root"}}
    assert rejected["mentor"]["decision"] == decision | {"decidedAt": "2026-03-02T09:00:00Z"}
    assert to_owner["mentor"] == {"status": "REJECTED", "decision": decision}
    assert to_other["mentor"] is None


async def test_users_and_viewers_lead_to_their_profile(api: Api) -> None:
    applicant, other = await given.applicant(api), await given.user(api)
    query = """
    query($id: ID!) {
      viewer { mentor { id } user { mentor { status } } }
      node(id: $id) { ... on User { mentor { id } } }
    }
    """

    own = await api.ask(query, applicant, id=id_of("User", applicant.user_id))
    theirs = await api.ask(query, other, id=id_of("User", applicant.user_id))

    assert own["viewer"] == {
        "mentor": {"id": mentor_id(applicant)},
        "user": {"mentor": {"status": "PENDING"}},
    }
    assert own["node"] == {"mentor": {"id": mentor_id(applicant)}}
    assert theirs["viewer"] == {"mentor": None, "user": {"mentor": None}}
    assert theirs["node"] is None
