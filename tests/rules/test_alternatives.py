import pytest

from mentorhub.rules.intervals import Interval
from mentorhub.rules.offering import alternatives
from tests.rules.wall_clocks import MINUTE, at, interval

NOON = at("2026-06-15 12:00")


@pytest.mark.parametrize(
    ("near", "count", "expected"),
    [
        ("2026-06-17 12:10", 3, [11, 13, 14]),
        ("2026-06-17 08:00", 3, [9, 10, 11]),
        ("2026-06-17 23:00", 3, [13, 14, 16]),
        ("2026-06-17 10:00", 3, [9, 11, 13]),
        ("2026-06-17 10:00", 1, [9]),
        ("2026-06-17 12:00", 2, [11, 13]),
        ("2026-06-17 12:00", 1, [11]),
        ("2026-06-17 12:00", 9, [9, 10, 11, 13, 14, 16]),
    ],
)
def test_alternatives_are_the_nearest_in_time_order_without_the_time_itself(
    near: str, count: int, expected: list[int]
) -> None:
    slots = [interval(f"2026-06-17 {hour:02}:00/{hour + 1}:00") for hour in (16, 14, 13, 11, 10, 9)]

    found = alternatives(slots, at(near), count)

    assert [slot.starts_at.hour for slot in found] == expected


def test_three_alternatives_unless_said_otherwise() -> None:
    slots = [Interval(NOON + n * MINUTE, NOON + 15 * MINUTE) for n in range(1, 9)]

    assert alternatives(slots, NOON) == slots[:3]
    assert alternatives([], NOON) == []
