"""A mentor with open slots, people who ask for them, and what they do, in words of GraphQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from mentorhub.db import offering, users
from mentorhub.db.keys import new_key
from mentorhub.db.mentors import by_keys as mentors_by_keys
from mentorhub.db.tables.availability import slots as slots_table
from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.keys import Key
from mentorhub.rules.listing import terms
from mentorhub.rules.slots import SessionRules
from mentorhub.rules.vocabulary import Role, SlotStatus
from tests import given, rows
from tests.api import MONDAY, Answer, Api

HOUR: Final = timedelta(hours=1)
FIRST: Final = MONDAY + timedelta(days=3)
"""When the first slot starts."""

SHOWN: Final = """
fragment Shown on Booking {
  id status startsAt endsAt respondBy meetingUrl reason mentorNotes topic viewerCan requestedAt
  slot { id status } endedBy { id } mentee { id } mentor { id }
  history { previousStatus status startsAt reason occurredAt actor { id } }
}
"""
ERRORS: Final = """
userErrors {
  __typename code message field
  ... on SlotError { alternatives { id startsAt } }
  ... on StateError { currentStatus viewerCan }
}
"""


def _mutation(name: str) -> str:
    kind = name[0].upper() + name[1:]
    return f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ booking {{ ...Shown }} {ERRORS} }} }} {SHOWN}"


MUTATIONS: Final = {
    name: _mutation(name)
    for name in (
        "requestBooking", "confirmBooking", "declineBooking", "cancelBooking", "rescheduleBooking", "setMeetingUrl",
        "completeBooking", "setMentorNotes",
    )
}  # fmt: skip
BOOKING: Final = f"query ($id: ID!) {{ booking(id: $id) {{ ...Shown }} }} {SHOWN}"


async def mentor(api: Api, *, name: str = "Ines Duarte", **columns: Any) -> Viewer:
    """An approved mentor, as a viewer who is signed in; *columns* are those of the profile."""
    database = api.house.doors.database
    key = await rows.mentor(database, name=name, **columns)
    row = (await mentors_by_keys(database.reader, [key]))[key]
    return Viewer(row.user_id, Role.MEMBER, is_verified=True, mentor_id=key, session_id=new_key())


async def open_slots(
    api: Api,
    mentor_id: Key,
    count: int,
    *,
    first: datetime = FIRST,
    minutes: int = 60,
    every: timedelta = HOUR,
) -> list[Key]:
    """As many slots of *minutes* as *count*, from *first* on, offered by the mentor's own rules."""
    database = api.house.doors.database
    row = (await mentors_by_keys(database.reader, [mentor_id]))[mentor_id]
    rules = SessionRules(
        minimum_notice_hours=row.minimum_notice_hours,
        horizon_days=row.horizon_days,
        buffer_minutes=row.buffer_minutes,
    )
    times = [first + every * number for number in range(count)]
    keys = await rows.add(
        database,
        slots_table,
        *(
            {
                "mentor_id": mentor_id,
                "starts_at": start,
                "ends_at": start + timedelta(minutes=minutes),
                "status": SlotStatus.OPEN,
                "offered_from": start - rules.horizon + timedelta.resolution,
                "offered_until": start - rules.minimum_notice,
                "terms": terms(rules),
            }
            for start in times
        ),
    )
    await database.write(lambda tx: offering.set_next(tx, [mentor_id], now=api.clock.now()))
    return keys


def slot_id(key: Key) -> str:
    return f"slot_{key}"


@dataclass
class Scene:
    api: Api
    mentor: Viewer
    mentee: Viewer
    other_mentee: Viewer
    other_mentor: Viewer
    admin: Viewer
    slots: list[Key]

    async def do(self, name: str, viewer: Viewer | None, **input: Any) -> dict[str, Any]:
        """The booking that a mutation, which must not refuse, answers."""
        payload = await self.api.do(MUTATIONS[name], viewer, input=input)
        booking: dict[str, Any] = payload["booking"]
        return booking

    async def refused(self, name: str, viewer: Viewer | None, **input: Any) -> list[str]:
        return await self.api.refused(MUTATIONS[name], viewer, input=input)

    async def errors(self, name: str, viewer: Viewer | None, **input: Any) -> list[dict[str, Any]]:
        answer: Answer = await self.api.ask(MUTATIONS[name], viewer, input=input)
        payload: Mapping[str, Any] = answer[name]
        assert payload["booking"] is None
        errors: list[dict[str, Any]] = payload["userErrors"]
        return errors

    async def request(self, slot: Key | None = None, viewer: Viewer | None = None, **input: Any) -> str:
        """The id of a request for *slot*, the first one unless another is given."""
        asked = {"slotId": slot_id(slot or self.slots[0]), "topic": "How to begin"} | input
        booking = await self.do("requestBooking", viewer or self.mentee, **asked)
        return str(booking["id"])

    async def confirmed(self, slot: Key | None = None, viewer: Viewer | None = None, **input: Any) -> str:
        booking = await self.request(slot, viewer)
        await self.do("confirmBooking", self.mentor, bookingId=booking, **input)
        return booking

    async def completed(self, slot: Key | None = None, viewer: Viewer | None = None) -> str:
        """A session that has just begun, and is said to be over."""
        booking = await self.confirmed(slot, viewer)
        shown = await self.look(booking)
        self.api.clock.instant = datetime.fromisoformat(shown["startsAt"])
        await self.do("completeBooking", self.mentor, bookingId=booking)
        return booking

    async def look(self, booking: str, viewer: Viewer | None = None) -> dict[str, Any]:
        answer = await self.api.ask(BOOKING, viewer or self.admin, id=booking)
        found: dict[str, Any] = answer["booking"]
        return found

    async def user_id(self, viewer: Viewer) -> str:
        [row] = (await users.by_keys(self.api.house.doors.database.reader, [viewer.user_id])).values()
        return f"user_{row.id}"


async def a_scene(api: Api, *, slots: int = 6, **columns: Any) -> Scene:
    """*columns* are those of the mentor's profile."""
    gives = await mentor(api, **columns)
    assert gives.mentor_id is not None
    return Scene(
        api,
        gives,
        await given.user(api, name="Mika Oyelaran"),
        await given.user(api, name="Tove Lindqvist"),
        await mentor(api, name="Rafael Souza"),
        await given.admin(api),
        await open_slots(api, gives.mentor_id, slots),
    )
