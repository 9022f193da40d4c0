"""Listing: from when until when the row of a slot is offered, as two instants that the row can keep."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain
from operator import attrgetter
from typing import NamedTuple, Protocol

from mentorhub.rules.instants import NEVER
from mentorhub.rules.intervals import Spanning
from mentorhub.rules.slots import SessionRules


class Pending(Spanning, Protocol):
    """A request that holds its time until *respond_by*, when it expires."""

    @property
    def respond_by(self) -> datetime: ...


class OfferedWhile(NamedTuple):
    """The instants from the one to the other, both included; none where the second is the earlier."""

    offered_from: datetime
    offered_until: datetime


def offered_while(
    slots: Sequence[Spanning],
    rules: SessionRules,
    *,
    pending: Iterable[Pending] = (),
    booked: Iterable[Spanning] = (),
) -> list[OfferedWhile]:
    """When each of *slots* is offered, in their order, while the mentor is approved and accepting.

    *slots* are sorted and do not overlap; *pending* and *booked* are the mentor's active bookings, those of
    the slots too. In or near a booked session never; in or near a pending request from its expiry on.
    """
    # The horizon reaches a start just after, and instants are kept to the microsecond.
    lead, notice = rules.horizon - timedelta.resolution, rules.minimum_notice
    offered_from = [slot.starts_at - lead for slot in slots]
    ends = chain(
        ((request, request.respond_by) for request in pending), ((session, NEVER) for session in booked)
    )
    for booking, end in ends:
        for position in _crowded(slots, booking, rules.buffer):
            offered_from[position] = max(offered_from[position], end)
    return [
        OfferedWhile(start, slot.starts_at - notice) for start, slot in zip(offered_from, slots, strict=True)
    ]


def terms(rules: SessionRules) -> int:
    """Minimum notice and horizon as one number: hours of notice times 1,000, and days of horizon."""
    return rules.minimum_notice_hours * 1_000 + rules.horizon_days


def _crowded(slots: Sequence[Spanning], booking: Spanning, buffer: timedelta) -> range:
    """Where in *slots* those are that overlap *booking* or are nearer to it than *buffer*."""
    first = bisect_right(slots, booking.starts_at - buffer, key=attrgetter("ends_at"))
    last = bisect_left(slots, booking.ends_at + buffer, key=attrgetter("starts_at"))
    return range(first, last)
