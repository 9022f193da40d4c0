"""What is listed is what can be booked: rows of slots, kept by rebuilding, and the verdict on each time."""

from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import event, given
from hypothesis import strategies as st

from mentorhub.rules import rebuilding
from mentorhub.rules.intervals import Interval
from mentorhub.rules.keys import Key
from mentorhub.rules.offering import Offer, is_offered, verdict, window
from mentorhub.rules.slots import SessionRules, slots_between
from tests.rules.wall_clocks import MINUTE, at, blocks_near, days_in_zones, session_rules


class Row(NamedTuple):
    """A row of a slot, as the database keeps it."""

    id: Key
    starts_at: datetime
    ends_at: datetime
    is_taken: bool


def rebuilt(rows: list[Row], wanted: list[Interval]) -> list[Row]:
    changes = rebuilding.changes(rows, wanted)
    kept = [row for row in rows if row.id not in changes.closed]
    return kept + [Row(Key(f"{slot.starts_at}"), *slot, is_taken=False) for slot in changes.opened]


@given(days_in_zones(), st.data(), session_rules, session_rules)
def test_what_is_listed_is_what_can_be_booked_before_and_after_a_change(
    place: tuple[ZoneInfo, date], data: st.DataObject, first_rules: SessionRules, second_rules: SessionRules
) -> None:
    zone, day = place
    now = at(f"{day} 00:00") + data.draw(st.integers(-4000, 600)) * MINUTE
    offer = Offer(
        is_approved=True, is_accepting=True, zone=zone, rules=first_rules, blocks=data.draw(blocks_near(day))
    )

    rows = rebuilt([], _wanted(offer, now))
    taken = {row.id for row in rows if data.draw(st.sampled_from([True, False, False]))}
    rows = [row._replace(is_taken=row.id in taken) for row in rows]
    offer = replace(offer, held=[row for row in rows if row.is_taken])
    _assert_listed_is_bookable(rows, offer, now, data)

    off_at = now + data.draw(st.integers(0, 6000)) * MINUTE
    offer = replace(
        offer,
        rules=second_rules,
        blocks=data.draw(st.just(offer.blocks) | blocks_near(day)),
        time_off=[Interval(off_at, off_at + 90 * MINUTE)],
    )
    rows = rebuilt(rows, _wanted(offer, now))
    _assert_listed_is_bookable(rows, offer, now, data)

    # Whoever frees a slot rebuilds as well: it may be wanted no more, and others may want its place.
    offer = replace(offer, held=[])
    rows = rebuilt([row._replace(is_taken=False) for row in rows], _wanted(offer, now))
    _assert_listed_is_bookable(rows, offer, now, data)


def _wanted(offer: Offer, now: datetime) -> list[Interval]:
    return slots_between(
        now,
        window(now, offer.rules).ends_at,
        blocks=offer.blocks,
        time_off=offer.time_off,
        zone=offer.zone,
        rules=offer.rules,
    )


def _assert_listed_is_bookable(rows: list[Row], offer: Offer, now: datetime, data: st.DataObject) -> None:
    listed = {row.starts_at for row in rows if not row.is_taken and is_offered(row, offer, now=now)}
    event(f"listed: {bool(listed)}, taken: {any(row.is_taken for row in rows)}")
    offered = window(now, offer.rules)
    edges = {
        now,
        offered.starts_at,
        offered.ends_at,
        *(row.starts_at for row in rows),
        *(row.ends_at for row in rows),
    }
    probes = edges | {edge + data.draw(st.sampled_from([-1, 1, 15])) * MINUTE for edge in edges}

    bookable = {time for time in probes if verdict(time, offer, now=now).is_bookable}

    assert bookable == listed
