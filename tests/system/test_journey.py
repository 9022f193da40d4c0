"""The platform's main journey, lived by four people against the real service on each database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.system.processes import Client, Service, Subscription, serving, token_in

BIO = "I have led platform teams for many years and like to think aloud with people about their next step."
PASSWORD = "a long walk in the rain"

SIGN_UP = "mutation ($input: SignUpInput!) { signUp(input: $input) { sentTo userErrors { code message } } }"
VERIFY = "mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { token userErrors { code } } }"
SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { token userErrors { code message } } }"
APPLY = """mutation ($input: ApplyAsMentorInput!) {
  applyAsMentor(input: $input) { mentor { id status } userErrors { code message field } }
}"""
APPROVE = """mutation ($input: ApproveMentorInput!) {
  approveMentor(input: $input) { mentor { status } userErrors { code } }
}"""
CREATE_EXPERTISE = """mutation ($input: CreateExpertiseInput!) {
  createExpertise(input: $input) { expertise { id } userErrors { code } }
}"""
SET_RULES = """mutation ($input: UpdateBookingRulesInput!) {
  updateBookingRules(input: $input) { mentor { bookingRules { sessionMinutes } } userErrors { code message field } }
}"""
ADD_DAY = """mutation ($input: AddDateAvailabilityInput!) {
  addDateAvailability(input: $input) { availability { id } userErrors { code message field } }
}"""
BROWSE = """query ($search: String) {
  mentors(filter: {search: $search}) { nodes { id name availabilityStatus slots(first: 3) { id startsAt } } }
}"""
REQUEST = """mutation ($input: RequestBookingInput!) {
  requestBooking(input: $input) { booking { id status meetingUrl } userErrors { code message field } }
}"""
CONFIRM = """mutation ($input: ConfirmBookingInput!) {
  confirmBooking(input: $input) { booking { status } userErrors { code message } }
}"""
COMPLETE = """mutation ($input: CompleteBookingInput!) {
  completeBooking(input: $input) { booking { status } userErrors { code message } }
}"""
LEAVE_FEEDBACK = """mutation ($input: LeaveFeedbackInput!) {
  leaveFeedback(input: $input) { feedback { rating } userErrors { code message } }
}"""
BOOKING_CHANGES = """subscription ($after: String) {
  bookingStatusChanged(after: $after) { status previousStatus booking { id topic meetingUrl viewerCan } cursor }
}"""
FEED = "subscription ($after: String) { activityFeed(after: $after) { kind cursor summary actor { name } } }"
STANDING = """query ($id: ID!) {
  mentor(id: $id) { rating { average count distribution } completedSessionCount responseRate }
  viewer { mentorDashboard { totalSessions completedSessions totalMentees averageRating completionRate } }
}"""


async def _sign_up(client: Client, name: str) -> None:
    service = client.service
    email = f"{name.split(maxsplit=1)[0].lower()}@example.com"
    await client.do(SIGN_UP, input={"name": name, "email": email, "password": PASSWORD})
    token = token_in(await service.mail_to(email, about="verify"))
    client.token = (await client.do(VERIFY, input={"token": token}))["token"]


async def _sign_in_as_administrator(client: Client) -> None:
    client.service.run(
        "create-user",
        "--email",
        "ada@example.com",
        "--name",
        "Ada Root",
        "--role",
        "superadmin",
        text=PASSWORD,
    )
    payload = await client.do(SIGN_IN, input={"email": "ada@example.com", "password": PASSWORD})
    client.token = payload["token"]


async def _hears(feed: Subscription, kinds: list[str]) -> None:
    heard = [await feed.next() for _ in kinds]
    assert [event["kind"] for event in heard] == kinds
    assert len({event["cursor"] for event in heard}) == len(kinds)


async def test_a_mentee_books_a_mentor_and_everybody_hears_of_it(database_url: str, tmp_path: Path) -> None:
    async with (
        serving(database_url, tmp_path, MENTORHUB_SANDBOX="on") as service,
        Client(service) as admin,
        Client(service) as mentor,
        Client(service) as mentee,
    ):
        await _sign_in_as_administrator(admin)
        begin: str = (await admin.ask("{ viewer { cursor } }"))["viewer"]["cursor"]
        async with admin.listening(FEED, after=begin) as feed:
            await _sign_up(mentor, "Tomas Okafor")
            await _sign_up(mentee, "Mina Laurent")
            await _hears(feed, ["USER_JOINED", "USER_JOINED"])

            mentor_id = await _become_mentor(mentor, admin)
            await _hears(feed, ["EXPERTISE_CREATED", "MENTOR_APPLIED", "MENTOR_APPROVED"])

            slot = await _offer_and_find(mentor, mentee, mentor_id)
            async with (
                mentor.listening(BOOKING_CHANGES, after=begin) as to_mentor,
                mentee.listening(BOOKING_CHANGES, after=begin) as to_mentee,
            ):
                booking = await _request(mentee, slot["id"])
                asked = await to_mentor.next()
                assert (asked["status"], asked["previousStatus"]) == ("PENDING", None)
                assert asked["booking"]["viewerCan"][:2] == ["CONFIRM", "DECLINE"]
                assert (await to_mentee.next())["status"] == "PENDING"

                url = "https://meet.example.com/room-1"
                await mentor.do(CONFIRM, input={"bookingId": booking, "meetingUrl": url})
                confirmed = await to_mentee.next()
                assert (confirmed["status"], confirmed["booking"]["meetingUrl"]) == ("CONFIRMED", url)
            await _hears(feed, ["BOOKING_REQUESTED", "BOOKING_CONFIRMED"])

            await _go_to(service, slot["startsAt"])
            await mentor.do(COMPLETE, input={"bookingId": booking, "notes": "Went well."})
            said = {"bookingId": booking, "rating": 5, "comment": "Just what I needed, thank you."}
            await mentee.do(LEAVE_FEEDBACK, input=said)
            await _hears(feed, ["BOOKING_COMPLETED", "FEEDBACK_SUBMITTED"])

        standing = await mentor.ask(STANDING, id=mentor_id)
        assert standing["mentor"]["rating"] == {"average": 5.0, "count": 1, "distribution": [0, 0, 0, 0, 1]}
        assert standing["mentor"]["completedSessionCount"] == 1
        assert standing["viewer"]["mentorDashboard"] == {
            "totalSessions": 1,
            "completedSessions": 1,
            "totalMentees": 1,
            "averageRating": 5.0,
            "completionRate": 1.0,
        }


async def _become_mentor(mentor: Client, admin: Client) -> str:
    expertise = await _expertise(admin)
    application = {
        "bio": BIO,
        "expertiseIds": [expertise],
        "timezone": "America/New_York",
        "yearsOfExperience": 12,
        "agreesToGuidelines": True,
    }
    applied = (await mentor.do(APPLY, input=application))["mentor"]
    assert applied["status"] == "PENDING"
    await admin.do(APPROVE, input={"mentorId": applied["id"]})
    found: str = applied["id"]
    return found


async def _expertise(admin: Client) -> str:
    known = (await admin.ask("{ expertise { id } }"))["expertise"]
    if known:
        found: str = known[0]["id"]
        return found
    made: str = (await admin.do(CREATE_EXPERTISE, input={"name": "Platform Engineering"}))["expertise"]["id"]
    return made


async def _offer_and_find(mentor: Client, mentee: Client, mentor_id: str) -> dict[str, Any]:
    day = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    await mentor.do(SET_RULES, input={"sessionMinutes": 60})
    await mentor.do(ADD_DAY, input={"date": day, "startTime": "09:00", "endTime": "12:00"})
    found = (await mentee.ask(BROWSE, search="tomas"))["mentors"]["nodes"]
    assert [each["id"] for each in found] == [mentor_id]
    assert found[0]["availabilityStatus"] == "OPEN"
    assert len(found[0]["slots"]) == 3
    slot: dict[str, Any] = found[0]["slots"][0]
    return slot


async def _request(mentee: Client, slot_id: str) -> str:
    wanted = {"slotId": slot_id, "topic": "Moving into platform engineering", "idempotencyKey": "once"}
    first = (await mentee.do(REQUEST, input=wanted))["booking"]
    again = (await mentee.do(REQUEST, input=wanted))["booking"]
    assert first["status"] == "PENDING"
    assert first == again
    booking: str = first["id"]
    return booking


async def _go_to(service: Service, instant: str) -> None:
    async with Client(service) as client:
        response = await client._http.put("/sandbox/clock", json={"now": instant})
        assert response.is_success, response.text
