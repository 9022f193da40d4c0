"""A tiny platform in memory: mentors, slots and bookings, and the rules in a few lines each.

It keeps nothing that it can count, and knows nothing of the service but its rules.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Final

HOUR: Final = timedelta(hours=1)
PATIENCE: Final = timedelta(hours=48)
ACTIVE: Final = {"PENDING", "CONFIRMED"}
NEVER_DOES: Final = {
    "MENTEE": {"CONFIRM", "DECLINE", "SET_MEETING_URL", "COMPLETE"},
    "MENTOR": {"LEAVE_FEEDBACK"},
    "ADMIN": {
        "CONFIRM",
        "DECLINE",
        "RESCHEDULE",
        "SET_MEETING_URL",
        "JOIN",
        "COMPLETE",
        "LEAVE_FEEDBACK",
        "REPORT",
    },
}
ACTIONS: Final = (
    "CONFIRM", "DECLINE", "CANCEL", "RESCHEDULE", "SET_MEETING_URL", "JOIN", "COMPLETE", "LEAVE_FEEDBACK", "REPORT",
)  # fmt: skip


@dataclass(frozen=True)
class Slot:
    mentor: str
    starts_at: datetime
    ends_at: datetime


@dataclass
class Mentor:
    name: str
    buffer: timedelta
    notice: timedelta
    horizon: timedelta
    slots: list[Slot] = field(default_factory=list)


@dataclass
class Booking:
    mentor: str
    mentee: str
    slot: Slot
    asked_at: datetime
    stored: str = "PENDING"
    answered_at: datetime | None = None
    has_url: bool = False
    rating: int | None = None
    changes: int = 1

    @property
    def respond_by(self) -> datetime:
        return min(self.asked_at + PATIENCE, self.slot.starts_at)


@dataclass
class Platform:
    now: datetime
    mentors: dict[str, Mentor]
    admins: set[str]
    bookings: list[Booking] = field(default_factory=list)

    # What is seen

    def status(self, booking: Booking) -> str:
        is_overdue = booking.stored == "PENDING" and booking.respond_by <= self.now
        return "EXPIRED" if is_overdue else booking.stored

    def of(self, **whose: str) -> Iterator[Booking]:
        for booking in self.bookings:
            if all(getattr(booking, name) == who for name, who in whose.items()):
                yield booking

    def active(self, **whose: str) -> list[Booking]:
        return [booking for booking in self.of(**whose) if self.status(booking) in ACTIVE]

    def is_offered(self, slot: Slot, *, without: Booking | None = None) -> bool:
        mentor = self.mentors[slot.mentor]
        is_in_window = self.now + mentor.notice <= slot.starts_at < self.now + mentor.horizon
        return is_in_window and all(
            booking.slot.starts_at - slot.ends_at >= mentor.buffer
            or slot.starts_at - booking.slot.ends_at >= mentor.buffer
            for booking in self.active(mentor=slot.mentor)
            if booking is not without
        )

    def slot_status(self, slot: Slot) -> str:
        held = {self.status(booking) for booking in self.bookings if booking.slot == slot}
        if held & {"CONFIRMED", "COMPLETED"}:
            return "BOOKED"
        return "HELD" if "PENDING" in held else "OPEN"

    def hand(self, booking: Booking, who: str | None) -> str | None:
        if who == booking.mentee:
            return "MENTEE"
        if who == booking.mentor:
            return "MENTOR"
        return "ADMIN" if who in self.admins else None

    def can(self, booking: Booking, who: str | None) -> list[str]:
        hand = self.hand(booking, who)
        return [action for action in ACTIONS if hand and self._may(booking, action, hand)]

    def _may(self, booking: Booking, action: str, hand: str) -> bool:
        if action in NEVER_DOES[hand]:
            return False
        status, slot = self.status(booking), booking.slot
        is_before, is_over = self.now < slot.starts_at, self.now >= slot.ends_at
        return {
            "CONFIRM": status == "PENDING" and is_before,
            "DECLINE": status == "PENDING" and is_before,
            "CANCEL": is_before and (status == "CONFIRMED" or (status == "PENDING" and hand != "MENTOR")),
            "RESCHEDULE": is_before and status in ACTIVE,
            "SET_MEETING_URL": status == "CONFIRMED" and not is_over,
            "JOIN": status == "CONFIRMED"
            and booking.has_url
            and not is_over
            and self.now >= slot.starts_at - HOUR / 4,
            "COMPLETE": status == "CONFIRMED" and not is_before,
            "LEAVE_FEEDBACK": status == "COMPLETED" and booking.rating is None,
            "REPORT": self.now <= slot.ends_at + timedelta(days=30),
        }[action]

    # What is done: each gives None where it is, else the code of the refusal

    def request(self, who: str, slot: Slot) -> str | None:
        if who == slot.mentor:
            return "OWN_SLOT"
        asked = Booking(slot.mentor, who, slot, self.now)
        refusal = self._slot_refusal(slot) or self._overlap(asked, None) or self._limit(asked, None)
        if refusal is None:
            self.bookings.append(asked)
        return refusal

    def move(self, booking: Booking, who: str | None, slot: Slot) -> str | None:
        refusal = self.refusal(booking, "RESCHEDULE", who)
        if refusal is not None:
            return refusal
        if slot.mentor != booking.mentor or slot == booking.slot:
            return "INVALID"
        is_mentee = who == booking.mentee
        moved = Booking(booking.mentor, booking.mentee, slot, self.now)
        refusal = self._slot_refusal(slot, without=booking) or self._overlap(moved, booking)
        if refusal is None and is_mentee and booking.stored == "CONFIRMED":
            refusal = self._limit(moved, booking)
        if refusal is not None:
            return refusal
        booking.slot = slot
        booking.changes += 1
        if is_mentee:
            booking.stored, booking.asked_at, booking.answered_at = "PENDING", self.now, None
        return None

    def act(self, booking: Booking, action: str, who: str | None) -> str | None:
        refusal = self.refusal(booking, action, who)
        if refusal is None:
            match action:
                case "CONFIRM" | "DECLINE":
                    booking.answered_at = self.now
                    booking.stored = {"CONFIRM": "CONFIRMED", "DECLINE": "DECLINED"}[action]
                case "CANCEL":
                    booking.stored = "CANCELLED"
                case "COMPLETE":
                    booking.stored = "COMPLETED"
                case "SET_MEETING_URL":
                    booking.has_url = True
            booking.changes += action in {"CONFIRM", "DECLINE", "CANCEL", "COMPLETE"}
        return refusal

    def rate(self, booking: Booking, who: str | None, rating: int) -> str | None:
        hand = self.hand(booking, who)
        if hand == "MENTEE" and booking.rating is not None:
            return "ALREADY_EXISTS"
        refusal = self.refusal(booking, "LEAVE_FEEDBACK", who)
        if refusal is None:
            booking.rating = rating
        return refusal

    def refusal(self, booking: Booking, action: str, who: str | None) -> str | None:
        """Why *who* cannot do *action*: the part before the status."""
        if who is None:
            return "UNAUTHENTICATED"
        hand = self.hand(booking, who)
        if hand is None:
            return "NOT_FOUND"
        if action in NEVER_DOES[hand]:
            return "FORBIDDEN"
        return None if self._may(booking, action, hand) else "WRONG_STATE"

    def _slot_refusal(self, slot: Slot, *, without: Booking | None = None) -> str | None:
        if self.is_offered(slot, without=without):
            return None
        is_held = self.slot_status(slot) != "OPEN"
        return "SLOT_TAKEN" if is_held and self.now <= slot.starts_at else "SLOT_UNAVAILABLE"

    def _overlap(self, asked: Booking, moved: Booking | None) -> str | None:
        meets = any(
            other.slot.starts_at < asked.slot.ends_at and asked.slot.starts_at < other.slot.ends_at
            for other in self.active(mentee=asked.mentee)
            if other is not moved
        )
        return "OVERLAP" if meets else None

    def _limit(self, asked: Booking, moved: Booking | None) -> str | None:
        waiting = [
            other
            for other in self.active(mentee=asked.mentee)
            if other is not moved and self.status(other) == "PENDING"
        ]
        with_mentor = sum(other.mentor == asked.mentor for other in waiting)
        return "REQUEST_LIMIT" if with_mentor >= 3 or len(waiting) >= 10 else None

    # What is counted

    def counts(self, who: str) -> dict[str, int]:
        own = [booking for booking in self.bookings if who in {booking.mentee, booking.mentor}]
        statuses = Counter(self.status(booking).lower() for booking in own)
        tabs = ("pending", "confirmed", "completed", "declined", "cancelled", "expired")
        return {"all": len(own)} | {tab: statuses[tab] for tab in tabs}

    def dashboard(self, mentor: str) -> dict[str, float | None]:
        own = list(self.of(mentor=mentor))
        by_status = Counter(self.status(booking) for booking in own)
        completed = by_status["COMPLETED"]
        confirmed = [booking for booking in own if self.status(booking) == "CONFIRMED"]
        ended = sum(booking.slot.ends_at <= self.now for booking in confirmed)
        answered = [booking for booking in own if booking.answered_at]
        waits = [
            (booking.answered_at - booking.asked_at) / HOUR for booking in answered if booking.answered_at
        ]
        ratings = [booking.rating for booking in own if booking.rating is not None]
        minutes = [
            (booking.slot.ends_at - booking.slot.starts_at) / timedelta(minutes=1)
            for booking in own
            if booking.stored == "COMPLETED"
        ]
        expired = by_status["EXPIRED"]
        return {
            "totalSessions": completed + sum(booking.slot.starts_at <= self.now for booking in confirmed),
            "completedSessions": completed,
            "totalMentees": len({booking.mentee for booking in own if booking.stored == "COMPLETED"}),
            "averageRating": sum(ratings) / len(ratings) if ratings else None,
            "pendingRequests": by_status["PENDING"],
            "responseRate": len(answered) / (len(answered) + expired) if answered or expired else None,
            "completionRate": completed / (completed + ended) if completed or ended else None,
            "averageSessionMinutes": sum(minutes) / len(minutes) if minutes else None,
            "responseHours": median(waits) if waits else None,
        }
