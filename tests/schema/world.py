"""A sample of everything that has an id, and everybody who may come to look at it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from mentorhub.db.keys import new_key
from mentorhub.db.tables.accounts import sessions
from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.instants import NEVER
from mentorhub.rules.mentors import Terms
from mentorhub.rules.vocabulary import AccessScope, Role, Weekday
from tests import given, rows
from tests.accounts.pictures import picture
from tests.accounts.test_photos import Sent
from tests.api import Api

READ, WRITE, ADMIN = AccessScope.READ, AccessScope.WRITE, AccessScope.ADMIN
WEEKDAYS = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)


@dataclass
class World:
    api: Api
    viewers: Mapping[str, Viewer | None]
    samples: Mapping[str, str]
    """The id of the sample of each type."""


def _program(owner: Viewer, *scopes: AccessScope) -> Viewer:
    return replace(owner, session_id=None, token_id=new_key(), scopes=frozenset(scopes))


async def built(api: Api) -> World:
    stranger, mentee = await given.user(api, name="Stranger"), await given.user(api, name="Mentee")
    admin, superadmin = await given.admin(api), await given.user(api, name="Root", role=Role.SUPERADMIN)
    mentor = await given.mentor(
        api,
        name="Mentor",
        company="Works",
        job_title="Maker",
        weekly=[(day, 9 * 60, 17 * 60) for day in WEEKDAYS],
        terms=Terms(session_minutes=60, default_meeting_url="https://meet.example/mentor"),
    )
    maker = _Maker(api)
    samples = await maker.samples(mentor, mentee, admin)
    return World(
        api,
        {
            "nobody": None,
            "stranger": stranger,
            "mentee": mentee,
            "mentor": mentor,
            "admin": admin,
            "superadmin": superadmin,
            "mentor's reader": _program(mentor, READ),
            "mentor's program": _program(mentor, READ, WRITE),
            "admin's program": _program(admin, READ, WRITE),
            "admin's own program": _program(admin, READ, WRITE, ADMIN),
            "superadmin's own program": _program(superadmin, READ, WRITE, ADMIN),
        },
        samples,
    )


class _Maker:
    def __init__(self, api: Api) -> None:
        self.api = api

    async def do(self, viewer: Viewer, mutation: str, answer: str, /, **input: Any) -> Any:
        kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
        errors = "userErrors { code message field }"
        text = f"mutation ($input: {kind}) {{ {mutation}(input: $input) {{ {answer} {errors} }} }}"
        return await self.api.do(text, viewer, input=input)

    async def ask(self, viewer: Viewer | None, text: str, **variables: Any) -> Any:
        answer = await self.api.ask(text, viewer, **variables)
        assert not answer.errors, answer.errors
        return answer.data

    async def booked(self, mentor: Viewer, mentee: Viewer) -> str:
        """A confirmed booking of the first slot that is offered."""
        mentor_id = f"mentor_{mentor.mentor_id}"
        found = await self.ask(
            mentee, "query ($id: ID!) { mentor(id: $id) { nextSlot { id } } }", id=mentor_id
        )
        slot = found["mentor"]["nextSlot"]["id"]
        asked = await self.do(mentee, "requestBooking", "booking { id }", slotId=slot, topic="How to begin")
        booking: str = asked["booking"]["id"]
        await self.do(mentor, "confirmBooking", "booking { id }", bookingId=booking)
        return booking

    async def samples(self, mentor: Viewer, mentee: Viewer, admin: Viewer) -> dict[str, str]:
        api = self.api
        await self.do(mentor, "uploadPhoto", "user { id }", file=Sent(picture()))
        weekly = "availability { id } mentor { availability { id } }"
        dated = await self.do(
            mentor, "addDateAvailability", weekly, date="2026-03-14", startTime="10:00", endTime="12:00"
        )
        off = await self.do(
            mentor, "addTimeOff", "timeOff { id }",
            startsAt="2026-03-20T00:00:00Z", endsAt="2026-03-21T00:00:00Z", note="Away",
        )  # fmt: skip
        past = await self.booked(mentor, mentee)
        api.clock.forward(days=1)
        await self.do(mentor, "completeBooking", "booking { id }", bookingId=past, notes="Went well")
        feedback = await self.do(
            mentee, "leaveFeedback", "feedback { id }", bookingId=past, rating=5, comment="Very good indeed"
        )
        await self.do(
            mentor,
            "replyToFeedback",
            "feedback { id }",
            feedbackId=feedback["feedback"]["id"],
            reply="Thanks",
        )
        booking = await self.booked(mentor, mentee)
        await self.do(mentor, "setMentorNotes", "booking { id }", bookingId=booking, notes="Notes")
        slot = (await self.ask(admin, "query ($id: ID!) { booking(id: $id) { slot { id } } }", id=booking))[
            "booking"
        ]
        incident = await self.do(
            mentor,
            "reportBooking",
            "incident { id }",
            bookingId=booking,
            kind="OTHER",
            details="Did not come",
        )
        incident_id = incident["incident"]["id"]
        await self.do(admin, "addIncidentNote", "incident { id }", incidentId=incident_id, body="Looked at")
        await self.do(
            admin,
            "setIncidentStatus",
            "incident { id }",
            incidentId=incident_id,
            status="RESOLVED",
            resolution="Settled",
        )
        await self.do(admin, "warnUser", "user { id }", userId=f"user_{mentor.user_id}", reason="Be on time")
        ticket = await self.do(
            mentor, "submitSupportTicket", "ticket { id }", subject="A question", body="How?"
        )
        announced = await self.do(
            admin, "postAnnouncement", "announcement { id }", kind="NEWS", title="News", body="There is news"
        )
        token = await self.do(
            mentor, "createAccessToken", "accessToken { id }", name="calendar", scopes=["READ"]
        )
        webhook = await self.do(
            mentor,
            "createWebhook",
            "webhook { id }",
            url="https://example.com/hook",
            topics=["FEEDBACK_SUBMITTED"],
        )
        now = api.clock.now()
        session = {"user_id": mentor.user_id, "token_hash": "hash", "created_at": now, "last_used_at": now}
        [signed_in] = await rows.add(
            api.house.doors.database, sessions, session | {"expires_at": NEVER - timedelta(days=1)}
        )
        await api.run_jobs()
        told = await self.ask(mentor, "{ viewer { notifications(first: 1) { nodes { id } } } }")
        activity = await self.ask(admin, "{ admin { activity(first: 1) { nodes { id } } } }")
        known = await self.ask(None, "{ expertise { id } faq { id } }")
        [week] = [
            each["id"]
            for each in dated["mentor"]["availability"]
            if each["id"].startswith("weeklyavailability")
        ][:1]
        return {
            "AccessToken": token["accessToken"]["id"],
            "Activity": activity["admin"]["activity"]["nodes"][0]["id"],
            "Announcement": announced["announcement"]["id"],
            "Booking": booking,
            "DateAvailability": dated["availability"]["id"],
            "Expertise": known["expertise"][0]["id"],
            "FaqEntry": known["faq"][0]["id"],
            "Feedback": feedback["feedback"]["id"],
            "Incident": incident_id,
            "Mentor": f"mentor_{mentor.mentor_id}",
            "Notification": told["viewer"]["notifications"]["nodes"][0]["id"],
            "Session": f"session_{signed_in}",
            "Slot": slot["slot"]["id"],
            "SupportTicket": ticket["ticket"]["id"],
            "TimeOff": off["timeOff"]["id"],
            "User": f"user_{mentor.user_id}",
            "Webhook": webhook["webhook"]["id"],
            "WeeklyAvailability": week,
        }
