from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorhub.rules.intervals import Interval, clear_of, gap, overlap
from tests.rules.wall_clocks import MINUTE, at, interval

NOON = at("2026-01-01 12:00")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2026-01-01 10:00/11:00", "2026-01-01 10:59/12:00", True),
        ("2026-01-01 10:00/11:00", "2026-01-01 10:20/10:40", True),
        ("2026-01-01 10:00/11:00", "2026-01-01 10:00/11:00", True),
        ("2026-01-01 10:00/11:00", "2026-01-01 11:00/12:00", False),
        ("2026-01-01 10:00/11:00", "2026-01-01 13:00/14:00", False),
    ],
)
def test_intervals_overlap_when_they_share_an_instant(one: str, other: str, expected: bool) -> None:  # noqa: FBT001 -- a table
    assert overlap(interval(one), interval(other)) is expected
    assert overlap(interval(other), interval(one)) is expected


def test_an_interval_without_length_overlaps_nothing() -> None:
    assert not overlap(Interval(NOON, NOON), Interval(NOON - MINUTE, NOON + MINUTE))


@pytest.mark.parametrize(
    ("other", "expected"),
    [("2026-01-01 11:00/12:00", 0), ("2026-01-01 11:20/12:00", 20), ("2026-01-01 10:50/12:00", -10)],
)
def test_the_gap_is_the_true_time_between_two_intervals(other: str, expected: int) -> None:
    one = interval("2026-01-01 10:00/11:00")

    assert gap(one, interval(other)) == expected * MINUTE
    assert gap(interval(other), one) == expected * MINUTE


@st.composite
def spans(draw: st.DrawFn) -> Interval:
    start = draw(st.integers(0, 100))
    return Interval(NOON + start * MINUTE, NOON + draw(st.integers(start, start + 30)) * MINUTE)


@given(
    st.lists(spans(), max_size=8),
    st.lists(st.integers(0, 110), max_size=12, unique=True).map(sorted),
    st.data(),
)
def test_what_is_clear_of_others_overlaps_none_of_them(
    taken: list[Interval], starts: list[int], data: st.DataObject
) -> None:
    pieces = [
        Interval(NOON + start * MINUTE, NOON + data.draw(st.integers(start + 1, following)) * MINUTE)
        for start, following in pairwise([*starts, 140])
    ]

    clear = clear_of(taken, pieces)

    assert clear == [piece for piece in pieces if not any(overlap(piece, span) for span in taken)]


def test_touching_is_clear() -> None:
    before, after = interval("2026-01-01 10:00/11:00"), interval("2026-01-01 12:00/13:00")

    assert clear_of([interval("2026-01-01 11:00/12:00")], [before, after]) == [before, after]
    assert gap(before, after) == timedelta(hours=1)


def test_a_span_without_length_is_in_nobodys_way() -> None:
    piece = Interval(NOON - MINUTE, NOON + MINUTE)

    assert clear_of([Interval(NOON, NOON)], [piece]) == [piece]
