"""Availability as mentors give it: which blocks and times off are accepted."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from mentorhub.rules import blocks, texts
from mentorhub.rules.blocks import SHORTEST_MINUTES, Block, DatedBlock, WeeklyBlock
from mentorhub.rules.clock_readings import DAY_MINUTES
from mentorhub.rules.faults import Faults
from mentorhub.rules.refusals import Invalid, Overlap

MOST_BLOCKS: Final = 1_000
MOST_TIMES_OFF: Final = 500
_LONGEST_NOTE: Final = 2_000


def checked_block(block: Block, existing: Iterable[Block], *, today: date) -> Block:
    """*block*, which a mentor with the *existing* ones may add on the date *today* of their wall clock.

    Raises Refusals with all its faults.
    """
    faults = Faults()
    if block.start_minute >= DAY_MINUTES:
        faults.add(Invalid("24:00 can only be an end.", field="start_time"))
    elif block.end_minute - block.start_minute < SHORTEST_MINUTES:
        faults.add(Invalid(f"A block lasts at least {SHORTEST_MINUTES} minutes.", field="end_time"))
    if isinstance(block, DatedBlock) and block.day < today:
        faults.add(Invalid("This date has passed.", field="date"))
    if isinstance(block, WeeklyBlock):
        _check_validity(block, faults, today)
    faults.tell()
    others = list(existing)
    if len(others) >= MOST_BLOCKS:
        raise Invalid(f"{MOST_BLOCKS:,} blocks are the most; please remove some.")
    if blocks.overlap(others, block, today=today):
        raise Overlap("It overlaps another block of your availability.")
    return block


def _check_validity(block: WeeklyBlock, faults: Faults, today: date) -> None:
    if block.valid_from < today:
        faults.add(Invalid("This date has passed.", field="valid_from"))
    if block.valid_until is not None and block.valid_until < max(block.valid_from, today):
        faults.add(Invalid("It must not end before it begins.", field="valid_until"))


def checked_time_off(
    starts_at: datetime, ends_at: datetime, note: str | None, *, existing: int, now: datetime
) -> str | None:
    """The note of a time off that a mentor with so many *existing* ones may add. Raises Refusals with all faults."""
    faults = Faults()
    if ends_at <= starts_at:
        faults.add(Invalid("It must end after it starts.", field="ends_at"))
    elif ends_at <= now:
        faults.add(Invalid("This time has passed.", field="ends_at"))
    note = faults.check(texts.optional_paragraphs, note, field="note", at_most=_LONGEST_NOTE)
    if existing >= MOST_TIMES_OFF:
        faults.add(Invalid(f"{MOST_TIMES_OFF:,} times off are the most; please remove some."))
    faults.tell()
    return note
