"""What mentors change of their profiles: absent keeps, null clears, and all faults are told."""

from typing import Any

import pytest

from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.mentors import Terms
from mentorhub.rules.vocabulary import Weekday
from mentorhub.schema.nodes import id_of
from tests import given
from tests.api import Api

UPDATE = """
mutation($input: UpdateMentorProfileInput!) { updateMentorProfile(input: $input) {
  mentor { bio company jobTitle yearsOfExperience timezone expertise { name mentorCount }
    socialLinks { linkedin github twitter website } nextSlot { startsAt } }
  userErrors { code field } } }
"""
ACCEPT = """
mutation($accept: Boolean!) { setAcceptingRequests(input: {acceptingRequests: $accept}) {
  mentor { acceptingRequests availabilityStatus slots { id status } } userErrors { code field } } }
"""
RULES = """
mutation($input: UpdateBookingRulesInput!) { updateBookingRules(input: $input) {
  mentor { bookingRules { sessionMinutes bufferMinutes minimumNoticeHours horizonDays } defaultMeetingUrl
    slots(first: 500) { id startsAt durationMinutes } }
  userErrors { code field } } }
"""
LINKS = {"linkedin": "https://linkedin.com/in/noor", "website": "https://noor.example/"}


async def a_mentor(api: Api, **said: Any) -> Viewer:
    return await given.mentor(api, company="Adeyemi & Co", job_title="Builder", social_links=LINKS, **said)


async def changed(api: Api, mentor: Viewer, **input: Any) -> dict[str, Any]:
    profile: dict[str, Any] = (await api.do(UPDATE, mentor, input=input))["mentor"]
    return profile


async def test_what_is_left_out_stays_and_null_clears(api: Api) -> None:
    mentor = await a_mentor(api)

    before = await changed(api, mentor)
    after = await changed(api, mentor, company=None, yearsOfExperience=8)

    assert after == before | {"company": None, "yearsOfExperience": 8}
    assert after["jobTitle"] == "Builder"


async def test_links_are_replaced_all_together(api: Api) -> None:
    mentor = await a_mentor(api)

    kept = await changed(api, mentor, jobTitle="Maker")
    replaced = await changed(api, mentor, socialLinks={"github": "https://github.com/noor"})
    cleared = await changed(api, mentor, socialLinks=None)

    nothing = dict.fromkeys(("linkedin", "github", "twitter", "website"))
    assert kept["socialLinks"] == nothing | LINKS
    assert replaced["socialLinks"] == nothing | {"github": "https://github.com/noor"}
    assert cleared["socialLinks"] == nothing


async def test_what_cannot_be_cleared_is_told_all_at_once_and_nothing_changes(api: Api) -> None:
    mentor = await a_mentor(api)
    input_ = dict.fromkeys(("bio", "expertiseIds", "timezone", "yearsOfExperience"))

    payload = (await api.ask(UPDATE, mentor, input=input_ | {"company": None}))["updateMentorProfile"]

    assert sorted((error["code"], *error["field"]) for error in payload["userErrors"]) == [
        ("REQUIRED", "bio"), ("REQUIRED", "expertiseIds"), ("REQUIRED", "timezone"), ("REQUIRED", "yearsOfExperience"),
    ]  # fmt: skip
    assert (await changed(api, mentor))["company"] == "Adeyemi & Co"


async def test_expertise_counts_follow_its_mentors(api: Api) -> None:
    python, rust = await given.expertise(api, "Python"), await given.expertise(api, "Rust")
    mentor = await a_mentor(api, expertise_ids=[python])
    applicant = await given.applicant(api, expertise_ids=[python])

    moved = await changed(api, mentor, expertiseIds=[id_of("Expertise", rust)])
    await api.do(UPDATE, applicant, input={"expertiseIds": [id_of("Expertise", rust)]})

    assert moved["expertise"] == [{"name": "Rust", "mentorCount": 1}]
    every = await api.ask("{ expertise { name slug mentorCount } }")
    assert every["expertise"] == [
        {"name": "Python", "slug": "python", "mentorCount": 0},
        {"name": "Rust", "slug": "rust", "mentorCount": 1},
    ]


async def test_another_time_zone_moves_the_slots_with_the_wall_clock(api: Api) -> None:
    mentor = await a_mentor(api, weekly=[(Weekday.WEDNESDAY, 9 * 60, 10 * 60)])

    in_utc = await changed(api, mentor)
    in_kathmandu = await changed(api, mentor, timezone="Asia/Kathmandu")

    assert in_utc["nextSlot"] == {"startsAt": "2026-03-04T09:00:00Z"}
    assert in_kathmandu["nextSlot"] == {"startsAt": "2026-03-04T03:15:00Z"}


@pytest.mark.parametrize("zone", ["EST5", "+02:00", "est5edt", "", "Mars/Olympus"])
async def test_only_iana_names_are_time_zones(api: Api, zone: str) -> None:
    mentor = await a_mentor(api)

    assert await api.refused(UPDATE, mentor, input={"timezone": zone}) == ["BAD_USER_INPUT"]


async def test_slots_close_while_no_requests_are_taken_and_come_back_as_they_were(api: Api) -> None:
    mentor = await a_mentor(api, weekly=[(Weekday.WEDNESDAY, 9 * 60, 12 * 60)])
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Slot { status } } slots { nodes { id } } }"

    before = (await api.do(ACCEPT, mentor, accept=True))["mentor"]
    closed = (await api.do(ACCEPT, mentor, accept=False))["mentor"]
    while_closed = await api.ask(query, ids=[slot["id"] for slot in before["slots"]])
    again = (await api.do(ACCEPT, mentor, accept=True))["mentor"]

    assert before["availabilityStatus"] == again["availabilityStatus"] == "OPEN"
    assert closed == {"acceptingRequests": False, "availabilityStatus": "NOT_ACCEPTING", "slots": []}
    assert {node["status"] for node in while_closed["nodes"]} == {"CLOSED"}
    assert while_closed["slots"]["nodes"] == []
    assert again["slots"] == before["slots"] != []


async def test_rules_change_one_by_one_and_slots_are_cut_anew(api: Api) -> None:
    terms: Terms = {"session_minutes": 60, "minimum_notice_hours": 0}
    mentor = await a_mentor(api, weekly=[(Weekday.WEDNESDAY, 9 * 60, 12 * 60)], terms=terms)

    hours = (await api.do(RULES, mentor, input={"horizonDays": 7}))["mentor"]
    shorter = (await api.do(RULES, mentor, input={"sessionMinutes": 45, "bufferMinutes": 15}))["mentor"]
    whole = (await api.do(RULES, mentor, input={"sessionMinutes": None}))["mentor"]

    assert hours["bookingRules"] == {
        "sessionMinutes": 60, "bufferMinutes": 0, "minimumNoticeHours": 0, "horizonDays": 7,
    }  # fmt: skip
    assert [slot["startsAt"][11:16] for slot in hours["slots"]] == ["09:00", "10:00", "11:00"]
    assert [(slot["startsAt"][11:16], slot["durationMinutes"]) for slot in shorter["slots"]] == [
        ("09:00", 45), ("10:00", 45), ("11:00", 45),
    ]  # fmt: skip
    assert [(slot["startsAt"][11:16], slot["durationMinutes"]) for slot in whole["slots"]] == [("09:00", 180)]
    assert whole["bookingRules"]["bufferMinutes"] == 15


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("sessionMinutes", [14, 241, -1]),
        ("bufferMinutes", [-1, 121, None]),
        ("minimumNoticeHours", [-1, 337, None]),
        ("horizonDays", [0, 181, None]),
        (
            "defaultMeetingUrl",
            ["http://example.com", "https://user@example.com/", "https://example.com/" + "r" * 2_040],
        ),
    ],
)
async def test_rules_have_bounds(api: Api, field: str, wrong: list[Any]) -> None:
    mentor = await a_mentor(api)

    for value in wrong:
        payload = (await api.ask(RULES, mentor, input={field: value}))["updateBookingRules"]
        assert [error["field"] for error in payload["userErrors"]] == [[field]], value


async def test_all_faults_of_rules_are_told_at_once(api: Api) -> None:
    mentor = await a_mentor(api)
    input_ = {"sessionMinutes": 5, "bufferMinutes": 500, "minimumNoticeHours": 400, "horizonDays": 0}

    assert await api.refused(RULES, mentor, input=input_) == ["INVALID"] * 4


async def test_only_mentors_have_a_profile_to_change(api: Api) -> None:
    other = await given.user(api)

    assert await api.refused(UPDATE, other, input={}) == ["FORBIDDEN"]
    assert await api.refused(UPDATE, None, input={}) == ["UNAUTHENTICATED"]
    assert await api.refused(ACCEPT, other, accept=False) == ["FORBIDDEN"]
    assert await api.refused(RULES, other, input={}) == ["FORBIDDEN"]


async def test_what_is_the_mentors_own_is_hidden_from_others(api: Api) -> None:
    mentor = await a_mentor(api, weekly=[(Weekday.WEDNESDAY, 9 * 60, 12 * 60)])
    await api.do(RULES, mentor, input={"defaultMeetingUrl": "https://meet.example/noor"})
    query = """query($id: ID!) { mentor(id: $id) {
      status appliedAt decidedAt defaultMeetingUrl availability { startTime endTime } timeOff { id } } }"""

    own, admins, others = [
        (await api.ask(query, viewer, id=id_of("Mentor", mentor.mentor_id or mentor.user_id)))["mentor"]
        for viewer in (mentor, await given.admin(api), await given.user(api))
    ]

    assert own == admins
    assert own["defaultMeetingUrl"] == "https://meet.example/noor"
    assert own["availability"] == [{"startTime": "09:00", "endTime": "12:00"}]
    assert others == dict.fromkeys(own)
