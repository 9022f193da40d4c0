"""Random people use the service and a platform in memory at once: both must say the same, step by step."""

import asyncio
import os
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, Final, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mentorhub.resolvers import overdue
from mentorhub.resolvers.desk import Viewer
from mentorhub.settings import Settings
from tests import given
from tests.api import Api, open_api
from tests.bookings import scene
from tests.bookings.scene import MUTATIONS
from tests.feedback.words import LEAVE
from tests.model.platform import HOUR, Booking, Mentor, Platform, Slot
from tests.recount import ACCOUNTS, faults

T = TypeVar("T")

IS_DEEP: Final = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
PLAYS, STEPS = (150, 60) if IS_DEEP else (16, 40)
MENTEES: Final = st.sampled_from(["ana", "ben", "ida", "max", "root", "ana", "ben", "nobody"])
"""ida and max are mentors too, and root an administrator."""
PARTS: Final = st.sampled_from(["mentor", "mentee", "mentor", "mentee", "root", "stranger", "nobody"])
DAYS: Final = (1, 2, 3, 4, 6)
NUMBERS: Final = st.integers(0, 2 * 3 * len(DAYS) - 1)
COMES_BY: Final = 59
WHILE: Final = st.sampled_from([0, 0, 0, 10, COMES_BY, 5 * 60, 12 * 60])
"""Minutes."""
NAMES: Final = {
    "CONFIRM": ("confirmBooking", {}),
    "DECLINE": ("declineBooking", {}),
    "CANCEL": ("cancelBooking", {"reason": "Something came up"}),
    "SET_MEETING_URL": ("setMeetingUrl", {"meetingUrl": "https://meet.example/room"}),
    "COMPLETE": ("completeBooking", {}),
}
SEEN: Final = """
query ($mentors: [ID!]!, $slots: [ID!]!) {
  viewer {
    bookings(first: 100) { totalCount nodes { id status startsAt viewerCan history { status } } }
    bookingCounts { all pending confirmed completed declined cancelled expired }
    mentorDashboard {
      totalSessions completedSessions totalMentees averageRating pendingRequests responseRate completionRate
      averageSessionMinutes responseHours
    }
  }
  mentors: nodes(ids: $mentors) { ... on Mentor { slots(first: 100) { id } } }
  slots: nodes(ids: $slots) { ... on Slot { status } }
}
"""


class Play(RuleBasedStateMachine):
    """One play of both, in a world of its own: its people have met nobody from other plays."""

    api: Api
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, Viewer | None] = {"nobody": None}
        self.ids: list[str] = []
        self.slot_ids: dict[Slot, str] = {}
        self.model: Platform

    def wait(self, work: Awaitable[T]) -> T:
        async def whole() -> T:
            return await work

        return self.runner.run(whole())

    @initialize()
    def gather(self) -> None:
        self.wait(self._gather())

    async def _gather(self) -> None:
        # Time only goes on, from play to play as well.
        begin = self.api.clock.now()
        hours = {"ida": (0, 0, 30), "max": (30, 24, 3)}
        self.model = Platform(begin, {}, {"root"})
        for name in ("ana", "ben", "stranger"):
            self.people[name] = await given.user(self.api, name=name)
        self.people["root"] = await given.admin(self.api)
        for name, (buffer, notice, horizon) in hours.items():
            columns = {"buffer_minutes": buffer, "minimum_notice_hours": notice, "horizon_days": horizon}
            viewer = await scene.mentor(self.api, name=name, **columns)
            self.people[name] = viewer
            assert viewer.mentor_id
            mentor = Mentor(name, timedelta(minutes=buffer), notice * HOUR, timedelta(days=horizon))
            self.model.mentors[name] = mentor
            # The hours of one overlap those of the other, and some are beyond a horizon.
            for day in DAYS:
                first = begin + timedelta(days=day, minutes=0 if name == "ida" else 30)
                keys = await scene.open_slots(self.api, viewer.mentor_id, 3, first=first)
                times = [first + number * HOUR for number in range(3)]
                mentor.slots += (made := [Slot(name, start, start + HOUR) for start in times])
                self.slot_ids |= {slot: scene.slot_id(key) for slot, key in zip(made, keys, strict=True)}

    # What they do

    @rule(who=MENTEES, number=NUMBERS, passed=WHILE)
    def request(self, who: str, number: int, passed: int) -> None:
        self.later(passed)
        slot = self.slots[number]
        asked = {"slotId": self.slot_ids[slot], "topic": "How to begin"}
        said, codes = self.ask(MUTATIONS["requestBooking"], who, asked)

        wanted = "UNAUTHENTICATED" if who == "nobody" else self.model.request(who, slot)

        assert codes == ([wanted] if wanted else []), (who, slot)
        if wanted is None:
            self.ids.append(said["requestBooking"]["booking"]["id"])

    @precondition(lambda self: self.ids)
    @rule(part=PARTS, which=st.integers(0, 5), action=st.sampled_from(sorted(NAMES)), passed=WHILE)
    def act(self, part: str, which: int, action: str, passed: int) -> None:
        self.later(passed)
        index, booking, who = self.pick(which, part)
        name, more = NAMES[action]
        _, codes = self.ask(MUTATIONS[name], who, {"bookingId": self.ids[index], **more})

        wanted = self.model.act(booking, action, self.known(who))

        assert codes == ([wanted] if wanted else []), (who, action, booking)

    @precondition(lambda self: self.ids)
    @rule(part=PARTS, which=st.integers(0, 5), number=NUMBERS, passed=WHILE)
    def move(self, part: str, which: int, number: int, passed: int) -> None:
        self.later(passed)
        index, booking, who = self.pick(which, part)
        slot = self.slots[number]
        asked = {"bookingId": self.ids[index], "slotId": self.slot_ids[slot]}
        _, codes = self.ask(MUTATIONS["rescheduleBooking"], who, asked)

        wanted = self.model.move(booking, self.known(who), slot)

        assert codes == ([wanted] if wanted else []), (who, booking, slot)

    @precondition(lambda self: self.ids)
    @rule(part=PARTS, which=st.integers(0, 5), rating=st.integers(1, 5), passed=WHILE)
    def rate(self, part: str, which: int, rating: int, passed: int) -> None:
        self.later(passed)
        index, booking, who = self.pick(which, part)
        asked = {"bookingId": self.ids[index], "rating": rating, "comment": "Worth the hour."}
        _, codes = self.ask(LEAVE, who, asked)

        wanted = self.model.rate(booking, self.known(who), rating)

        assert codes == ([wanted] if wanted else []), (who, booking)

    def later(self, passed: int) -> None:
        """Time goes on, and the clock comes by now and then."""
        self.api.clock.forward(minutes=passed)
        self.model.now = self.api.clock.now()
        if passed == COMES_BY:
            self.wait(overdue.expire_overdue(self.api.house.doors))

    # What they see

    @invariant()
    def everybody_sees_what_the_model_says(self) -> None:
        for name in ("ana", "ida", "max", "root") if self.people.get("max") else ():
            self.sees(name)

    def sees(self, name: str) -> None:
        model = self.model
        mentors = [self.people[each] for each in model.mentors]
        said, codes = self.ask(
            SEEN,
            name,
            mentors=[f"mentor_{viewer.mentor_id}" for viewer in mentors if viewer],
            slots=list(self.slot_ids.values()),
        )
        assert codes == []
        own = {
            key: booking
            for key, booking in zip(self.ids, model.bookings, strict=True)
            if name in {booking.mentee, booking.mentor}
        }
        assert {each["id"]: shown(each) for each in said["viewer"]["bookings"]["nodes"]} == {
            key: (
                model.status(booking),
                booking.slot.starts_at.isoformat(),
                model.can(booking, name),
                booking.changes,
            )
            for key, booking in own.items()
        }
        assert said["viewer"]["bookings"]["totalCount"] == len(own)
        assert said["viewer"]["bookingCounts"] == model.counts(name)
        if name in model.mentors:
            assert said["viewer"]["mentorDashboard"] == pytest.approx(model.dashboard(name))
        offered = {slot["id"] for mentor in said["mentors"] for slot in mentor["slots"]}
        assert offered == {key for slot, key in self.slot_ids.items() if model.is_offered(slot)}
        assert [slot["status"] for slot in said["slots"]] == [
            model.slot_status(slot) for slot in self.slot_ids
        ]

    # How they do it

    @property
    def slots(self) -> list[Slot]:
        return list(self.slot_ids)

    def pick(self, which: int, part: str) -> tuple[int, Booking, str]:
        """One of the latest bookings, and who plays *part* in it."""
        index = max(0, len(self.ids) - 1 - which)
        booking = self.model.bookings[index]
        return index, booking, {"mentor": booking.mentor, "mentee": booking.mentee}.get(part, part)

    def known(self, who: str) -> str | None:
        return None if who == "nobody" else who

    def ask(self, text: str, who: str, input: Any = None, **variables: Any) -> tuple[Any, list[str]]:
        given_ = variables if input is None else {"input": input}
        answer = self.wait(self.api.ask(text, self.people[who], **given_))
        payloads = answer.data.values() if answer.data and input is not None else []
        refused = [error["code"] for payload in payloads if payload for error in payload["userErrors"]]
        return answer.data, [*answer.codes, *refused]


def shown(booking: dict[str, Any]) -> tuple[str, str, list[str], int]:
    start = booking["startsAt"].replace("Z", "+00:00")
    # What nobody has written down yet is no change.
    told = [event for event in booking["history"] if event["status"] != "EXPIRED"]
    return booking["status"], start, booking["viewerCan"], len(told)


def test_the_service_does_what_a_small_model_of_it_does(house_settings: Settings) -> None:
    free = house_settings.model_copy(update={"rate_limits": "off"})
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        api = runner.run(stack.enter_async_context(open_api(free)))
        play: type[Play] = type("Play", (Play,), {"api": api, "runner": runner})
        try:
            run_state_machine_as_test(
                play,
                settings=settings(
                    max_examples=PLAYS,
                    stateful_step_count=STEPS,
                    deadline=None,
                    derandomize=not IS_DEEP,
                    suppress_health_check=list(HealthCheck),
                    phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if IS_DEEP else [])],
                    print_blob=False,
                ),
            )
            found = runner.run(faults(api.house.doors.database, now=api.clock.now(), ignoring=ACCOUNTS))
            assert found == []
        finally:
            runner.run(stack.aclose())
