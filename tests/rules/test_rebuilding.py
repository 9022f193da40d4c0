from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from mentorhub.rules.intervals import Interval, overlap
from mentorhub.rules.keys import Key
from mentorhub.rules.rebuilding import Changes, changes
from tests.rules.wall_clocks import MINUTE, at, interval

MIDNIGHT = at("2026-06-15 00:00")


class Row(NamedTuple):
    id: Key
    starts_at: datetime
    ends_at: datetime
    is_taken: bool


def row(name: str, clock: str, *, taken: bool = False) -> Row:
    return Row(Key(name), *_on_that_day(clock), taken)


def wanted(*clocks: str) -> list[Interval]:
    return [_on_that_day(clock) for clock in clocks]


def keys(*names: str) -> list[Key]:
    return [Key(name) for name in names]


def _on_that_day(clock: str) -> Interval:
    return interval(f"2026-06-15 {clock}")


def test_an_interval_that_stays_keeps_its_row() -> None:
    standing = [row("nine", "09:00/10:00"), row("ten", "10:00/11:00")]

    assert changes(standing, wanted("09:00/10:00", "10:00/11:00")) == Changes([], [], [])


def test_what_is_wanted_no_more_closes_and_what_is_new_opens() -> None:
    standing = [row("eleven", "11:00/12:00"), row("nine", "09:00/10:00"), row("ten", "10:00/11:00")]

    found = changes(standing, wanted("12:00/13:00", "10:00/11:00", "08:00/09:00"))

    assert found == Changes(keys("nine", "eleven"), wanted("08:00/09:00", "12:00/13:00"), [])


def test_the_same_start_with_another_end_is_another_slot() -> None:
    found = changes([row("nine", "09:00/10:00")], wanted("09:00/09:30", "09:30/10:00"))

    assert found == Changes(keys("nine"), wanted("09:00/09:30", "09:30/10:00"), [])


def test_everything_opens_where_nothing_stands_and_closes_where_nothing_is_wanted() -> None:
    assert changes([], wanted("09:00/10:00")) == Changes([], wanted("09:00/10:00"), [])
    assert changes([row("nine", "09:00/10:00")], []) == Changes(keys("nine"), [], [])


def test_a_taken_row_that_is_still_wanted_stays_and_is_not_withdrawn() -> None:
    standing = [row("nine", "09:00/10:00", taken=True)]

    assert changes(standing, wanted("09:00/10:00", "10:00/11:00")) == Changes([], wanted("10:00/11:00"), [])


def test_a_taken_row_that_is_not_wanted_is_withdrawn_and_keeps_others_out_of_its_time() -> None:
    standing = [row("nine", "09:00/10:00", taken=True), row("ten", "10:00/11:00")]

    found = changes(standing, wanted("08:00/08:30", "08:30/09:30", "09:30/10:00", "10:00/10:30"))

    assert found == Changes(keys("ten"), wanted("08:00/08:30", "10:00/10:30"), keys("nine"))


def test_a_row_in_progress_makes_room_for_what_comes_now() -> None:
    found = changes([row("nine", "09:00/10:00")], wanted("09:30/10:00"))

    assert found == Changes(keys("nine"), wanted("09:30/10:00"), [])


@st.composite
def apart(draw: st.DrawFn) -> list[Interval]:
    """Intervals of a few minutes that do not overlap, in any order."""
    edges = draw(st.lists(st.integers(0, 30), max_size=14, unique=True).map(sorted))
    pairs = [(start, end) for start, end in pairwise(edges) if draw(st.booleans())]
    return draw(st.permutations([Interval(MIDNIGHT + a * MINUTE, MIDNIGHT + b * MINUTE) for a, b in pairs]))


@given(apart(), apart(), st.sets(st.integers(0, 14)))
def test_a_rebuild_is_whole_safe_and_settled(
    before: list[Interval], after: list[Interval], taken: set[int]
) -> None:
    standing = [Row(Key(str(n)), *span, n in taken) for n, span in enumerate(before)]

    found = changes(standing, after)

    closed, withdrawn = set(found.closed), set(found.withdrawn)
    left = [row for row in standing if row.id not in closed]
    stranded = [row for row in standing if row.is_taken and (row.starts_at, row.ends_at) not in after]
    assert withdrawn == {row.id for row in stranded}
    assert not any(row.is_taken for row in standing if row.id in closed)
    # Afterwards there is everything wanted that has room, nothing else but what is withdrawn, and no overlap.
    rows = sorted([Interval(row.starts_at, row.ends_at) for row in left] + found.opened)
    room = [span for span in after if not any(overlap(span, row) for row in stranded)]
    assert rows == sorted([*room, *(Interval(row.starts_at, row.ends_at) for row in stranded)])
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(rows))
    # A second rebuild finds nothing to do.
    settled = left + [Row(Key(f"new {n}"), *span, is_taken=False) for n, span in enumerate(found.opened)]
    assert changes(settled, after) == Changes([], [], found.withdrawn)
