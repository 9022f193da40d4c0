"""Slots: what a mentor's availability is cut into, by true time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final
from zoneinfo import ZoneInfo

from mentorhub.rules.blocks import SHORTEST_MINUTES, Block, runs_between
from mentorhub.rules.intervals import Interval, Spanning, clear_of

SHORTEST: Final = timedelta(minutes=SHORTEST_MINUTES)
LONGEST_SLOT: Final = timedelta(hours=26)
"""No date is longer on any wall clock, and so no block is, nor any slot."""


@dataclass(frozen=True, slots=True)
class SessionRules:
    """What a mentor has decided about sessions; *session_minutes* None makes each run one slot."""

    session_minutes: int | None = None
    buffer_minutes: int = 0
    minimum_notice_hours: int = 24
    horizon_days: int = 60

    @property
    def session(self) -> timedelta | None:
        return None if self.session_minutes is None else timedelta(minutes=self.session_minutes)

    @property
    def buffer(self) -> timedelta:
        return timedelta(minutes=self.buffer_minutes)

    @property
    def minimum_notice(self) -> timedelta:
        return timedelta(hours=self.minimum_notice_hours)

    @property
    def horizon(self) -> timedelta:
        """Days of 24 hours."""
        return timedelta(days=self.horizon_days)


BOUNDS: Final = {
    "session_minutes": (15, 240),
    "buffer_minutes": (0, 120),
    "minimum_notice_hours": (0, 336),
    "horizon_days": (1, 180),
}
"""The least and the greatest value of each of the session rules."""
MOST_BUFFER: Final = timedelta(minutes=BOUNDS["buffer_minutes"][1])


def slots_between(
    start: datetime,
    end: datetime,
    *,
    blocks: Iterable[Block],
    time_off: Iterable[Spanning],
    zone: ZoneInfo,
    rules: SessionRules,
) -> list[Interval]:
    """The slots of a mentor that start from *start* to before *end*, sorted, clear of *time_off*.

    Where a slot begins depends on its block and date alone, never on *start*. *blocks* do not overlap, so
    neither do the slots.
    """
    slots = cut(runs_between(start, end, blocks, zone), rules)
    within = sorted((slot for slot in slots if start <= slot.starts_at < end), key=attrgetter("starts_at"))
    return clear_of(time_off, within)


def cut(runs: Iterable[Interval], rules: SessionRules) -> list[Interval]:
    """The slots of unbroken *runs*, each cut from its start on, with the buffer between them.

    Lengths are true ones; a remainder too short is dropped. Without a session length a run of at least
    15 minutes is one slot.
    """
    session = rules.session
    if session is None:
        return [run for run in runs if run.ends_at - run.starts_at >= SHORTEST]
    slots = []
    stride = session + rules.buffer
    for run in runs:
        starts_at = run.starts_at
        while (ends_at := starts_at + session) <= run.ends_at:
            slots.append(Interval(starts_at, ends_at))
            starts_at += stride
    return slots
