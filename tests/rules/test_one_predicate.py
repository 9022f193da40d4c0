"""What is listed is what can be booked: rows of slots, kept by rebuilding, and the verdict on each time."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import event, given
from hypothesis import strategies as st

from mentorhub.rules import rebuilding
from mentorhub.rules.blocks import Block
from mentorhub.rules.intervals import Interval
from mentorhub.rules.keys import Key
from mentorhub.rules.offering import Offer, verdict, window
from mentorhub.rules.slots import SessionRules, slots_between
from mentorhub.rules.vocabulary import SlotStatus
from tests.rules.wall_clocks import MINUTE, at, blocks_near, days_in_zones, session_rules


class Row(NamedTuple):
    """A row of a slot, as the database keeps it."""

    id: Key
    starts_at: datetime
    ends_at: datetime
    status: SlotStatus
    offered_from: datetime
    offered_until: datetime
    terms: int


class Request(NamedTuple):
    starts_at: datetime
    ends_at: datetime
    respond_by: datetime


@dataclass(frozen=True)
class Mentor:
    """What the database knows of a mentor, and the rows of slots that were kept when it last changed."""

    zone: ZoneInfo
    rules: SessionRules
    blocks: list[Block]
    time_off: list[Interval] = field(default_factory=list)
    pending: list[Request] = field(default_factory=list)
    booked: list[Interval] = field(default_factory=list)
    rows: tuple[Row, ...] = ()

    def rebuilt(self, now: datetime) -> "Mentor":
        slots = slots_between(
            now,
            rebuilding.cut_until(now, self.rules),
            blocks=self.blocks,
            time_off=self.time_off,
            zone=self.zone,
            rules=self.rules,
        )
        wanted = rebuilding.wanted(slots, self.rules, pending=self.pending, booked=self.booked)
        changes = rebuilding.changes(self.rows, wanted)
        changed = dict(changes.changed)
        rows = [Row(row.id, *changed[row.id]) if row.id in changed else row for row in self.rows]
        rows = [row._replace(status=SlotStatus.CLOSED) if row.id in changes.closed else row for row in rows]
        rows += [Row(Key(f"{slot.starts_at} {slot.ends_at}"), *slot) for slot in changes.opened]
        return replace(self, rows=tuple(rows))

    def listed(self, now: datetime) -> set[datetime]:
        return {
            row.starts_at
            for row in self.rows
            if row.status in {SlotStatus.OPEN, SlotStatus.HELD}
            and row.offered_from <= now <= row.offered_until
        }

    def offer(self, now: datetime) -> Offer:
        return Offer(
            is_approved=True,
            is_accepting=True,
            zone=self.zone,
            rules=self.rules,
            blocks=self.blocks,
            time_off=self.time_off,
            held=[request for request in self.pending if request.respond_by > now],
            booked=self.booked,
        )


@given(days_in_zones(), st.data(), session_rules, session_rules)
def test_what_is_listed_is_what_can_be_booked_before_and_after_a_change(
    place: tuple[ZoneInfo, date], data: st.DataObject, first_rules: SessionRules, second_rules: SessionRules
) -> None:
    zone, day = place
    now = at(f"{day} 00:00") + data.draw(st.integers(-4000, 600)) * MINUTE
    mentor = Mentor(zone, first_rules, data.draw(blocks_near(day))).rebuilt(now)
    _assert_listed_is_bookable(mentor, now, data)

    taken = [row for row in mentor.rows if data.draw(st.sampled_from([True, False, False]))]
    mentor = replace(
        mentor,
        pending=[
            Request(row.starts_at, row.ends_at, now + data.draw(st.integers(-60, 3000)) * MINUTE)
            for row in taken[::2]
        ],
        booked=[Interval(row.starts_at, row.ends_at) for row in taken[1::2]],
    ).rebuilt(now)
    _assert_listed_is_bookable(mentor, now, data)

    off_at = now + data.draw(st.integers(0, 6000)) * MINUTE
    mentor = replace(
        mentor,
        rules=second_rules,
        blocks=data.draw(st.just(mentor.blocks) | blocks_near(day)),
        time_off=[Interval(off_at, off_at + 90 * MINUTE)],
    ).rebuilt(now)
    _assert_listed_is_bookable(mentor, now, data)

    # The clock goes on, and nothing is rebuilt: requests expire, slots come into the horizon and under the notice.
    later = now + data.draw(st.integers(1, 2800)) * MINUTE
    _assert_listed_is_bookable(mentor, later, data)

    mentor = replace(mentor, pending=[], booked=[]).rebuilt(later)
    _assert_listed_is_bookable(mentor, later, data)


def _assert_listed_is_bookable(mentor: Mentor, now: datetime, data: st.DataObject) -> None:
    listed = mentor.listed(now)
    event(f"listed: {bool(listed)}, taken: {bool(mentor.pending or mentor.booked)}")
    offered = window(now, mentor.rules)
    edges = {
        now,
        offered.starts_at,
        offered.ends_at,
        *(row.starts_at for row in mentor.rows),
        *(row.ends_at for row in mentor.rows),
    }
    probes = edges | {edge + data.draw(st.sampled_from([-1, 1, 15])) * MINUTE for edge in edges}

    bookable = {time for time in probes if verdict(time, mentor.offer(now), now=now).is_bookable}

    assert bookable == listed
