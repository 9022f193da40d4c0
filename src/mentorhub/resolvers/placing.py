"""Requests for bookings, placed together: those who ask at the same time are served in one transaction."""

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from mentorhub.db import booking_changes, bookings, idempotency, locks, wishes
from mentorhub.db import slots as db_slots
from mentorhub.db.bookings import BookingRow
from mentorhub.db.database import Violated
from mentorhub.db.idempotency import Used
from mentorhub.db.keys import new_key
from mentorhub.db.locks import LockedMentor
from mentorhub.db.wishes import Wanted
from mentorhub.resolvers import access, slots
from mentorhub.resolvers.booking_changes import refused, tell
from mentorhub.resolvers.desk import Work
from mentorhub.resolvers.taking import (
    chosen,
    others_of,
    patience,
    refuse_more_pending,
    refuse_overlap,
    unavailable,
)
from mentorhub.rules.bookings import respond_by
from mentorhub.rules.facts import ActivityKind
from mentorhub.rules.faults import Faults
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import Conflict, OwnSlot, Refusal, Refusals, Unauthenticated
from mentorhub.rules.vocabulary import BookingStatus, UserStatus


class Wish(NamedTuple):
    """What a mentee asks for."""

    slot_id: Key
    topic: str
    description: str | None
    questions: str | None

    @property
    def hash(self) -> str:
        return hashlib.sha256(orjson.dumps(list(self))).hexdigest()


@dataclass(frozen=True, slots=True)
class Ask:
    """A wish, the key that it may be sent again with, and what is wrong with either, by itself."""

    wish: Wish
    key: str | None
    faults: tuple[Refusal, ...] = ()


@dataclass(slots=True)
class _Asking:
    """One who asks, and what comes of it."""

    work: Work
    ask: Ask
    wanted: Wanted | None
    result: BookingRow | Exception | None = None

    @property
    def mentee_id(self) -> Key:
        return access.signed_in(self.work).user_id

    @property
    def used(self) -> tuple[Key, str] | None:
        """Whose key, and which, if it is to be looked at."""
        return None if self.ask.key is None or self.ask.faults else (self.mentee_id, self.ask.key)

    @property
    def names(self) -> tuple[str, str]:
        """The parties' of a booking."""
        assert self.wanted is not None
        assert self.wanted.asker is not None
        return self.wanted.asker.name, self.wanted.mentor.name

    @property
    def told(self) -> BookingRow | Exception:
        assert self.result is not None
        return self.result


async def place(works: Sequence[Work], asks: Sequence[Ask]) -> list[BookingRow | Exception]:
    """What comes of each of *asks*, as if they came one after the other."""
    transaction, now = works[0].transaction, works[0].now
    at = [(ask.wish.slot_id, access.signed_in(work).user_id) for work, ask in zip(works, asks, strict=True)]
    slots_, mentees = zip(*at, strict=True)
    # Whoever is to be waited for is, before anything is read or written.
    locked = await locks.parties(transaction, mentees, slots=slots_, now=now)
    found = await wishes.wanted(transaction, at, now=now)
    # A slot that came while others were waited for was not there when it was asked for.
    wanted = {key: each for key, each in found.items() if each.mentor.id in locked}
    asking = [_Asking(work, ask, wanted.get(key)) for work, ask, key in zip(works, asks, at, strict=True)]
    for turn in _turns(asking):
        await _serve(turn, locked)
    return [each.told for each in asking]


def _turns(asking: list[_Asking]) -> Iterator[list[_Asking]]:
    """Those who are not in each other's way, in the order in which they came: no mentee and no mentor twice."""
    while asking:
        turn: list[_Asking] = []
        later: list[_Asking] = []
        seen: set[Key] = set()
        for each in asking:
            own = {each.mentee_id} | ({each.wanted.mentor.id} if each.wanted else set())
            (turn if seen.isdisjoint(own) else later).append(each)
            seen |= own
        yield turn
        asking = later


async def _serve(turn: Sequence[_Asking], locked: dict[Key, LockedMentor]) -> None:
    await _answer_again(turn)
    placing: dict[BookingRow, _Asking] = {}
    for each in turn:
        if each.result is None:
            try:
                placing[await _row(each)] = each
            except (Refusal, Refusals) as refusal:
                # Without where it was raised, which knows it in turn.
                each.result = refusal.with_traceback(None)
    if placing:
        await _make(placing, locked)


async def _answer_again(turn: Sequence[_Asking]) -> None:
    """Answers with the bookings that were made before by the same keys."""
    work, asked = turn[0].work, {each.used: each for each in turn if each.used}
    used = await idempotency.used(work.transaction, asked, now=work.now) if asked else {}
    if not used:
        return
    keys = [found.booking_id for found in used.values()]
    made = await bookings.by_keys(work.transaction, keys, now=work.now)
    for at, found in used.items():
        is_same = found.input_hash == asked[at].ask.wish.hash
        asked[at].result = (
            made[found.booking_id]
            if is_same
            else Conflict("This key was used for another request.", field="idempotency_key")
        )


async def _row(each: _Asking) -> BookingRow:
    """The request as it would be."""
    work, wish, own = each.work, each.ask.wish, each.mentee_id
    faults = Faults()
    faults.add(*each.ask.faults)
    wanted = await chosen(work, each.wanted, faults)
    slot, mentor, mentee = wanted.slot, wanted.mentor, wanted.asker
    if mentor.user_id == own:
        raise OwnSlot(mentor_id=mentor.id, near=slot.starts_at, field="slot_id")
    if mentee is None or mentee.status is not UserStatus.ACTIVE:
        # They were suspended, or deleted themselves, since they came in.
        raise Unauthenticated
    return BookingRow(
        id=new_key(),
        mentor_id=mentor.id,
        mentor_user_id=mentor.user_id,
        mentee_id=own,
        slot_id=slot.id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        status=BookingStatus.PENDING,
        topic=wish.topic,
        description=wish.description,
        questions=wish.questions,
        meeting_url=None,
        mentor_notes=None,
        reason=None,
        ended_by=None,
        requested_at=work.now,
        updated_at=work.now,
        moved_at=None,
        respond_by=respond_by(work.now, slot.starts_at, within=patience(work)),
        answered_at=None,
        sequence=0,
    )


async def _make(placing: Mapping[BookingRow, _Asking], locked: dict[Key, LockedMentor]) -> None:
    """Makes bookings of those rows that can be: their slots are taken, they are stored and told."""
    work = next(iter(placing.values())).work
    others = await others_of(work, placing, locked)
    barred = {row: bar for row in placing if (bar := _bar(work, others[row.mentee_id], row))}
    offered = await _take(work, placing, barred)
    made: dict[BookingRow, _Asking] = {}
    for row, each in placing.items():
        if row.slot_id not in offered:
            each.result = await unavailable(work, row)
        elif row in barred:
            each.result = barred[row]
        else:
            each.result, made[row] = row, each
    if made:
        await _store(work, made)
        await slots.refresh_taken(work, locked, {row.mentor_id: row for row in made})


def _bar(work: Work, others: list[BookingRow], row: BookingRow) -> Refusal | None:
    """Why *row* cannot be, whoever has its slot."""
    try:
        refuse_overlap(others, row)
        refuse_more_pending(work, others, row)
    except Refusal as refusal:
        return refusal
    return None


async def _take(work: Work, rows: Iterable[BookingRow], barred: Container[BookingRow]) -> set[Key | None]:
    """The slots that are offered, taken unless they are of rows that are *barred*."""
    offered: set[Key | None] = set()
    wanted = [row.slot_id for row in rows if row.slot_id and row not in barred]
    unwanted = [row.slot_id for row in rows if row.slot_id and row in barred]
    if wanted:
        until = work.now + patience(work)
        offered |= await booking_changes.take(work.transaction, wanted, now=work.now, held_until=until)
    if unwanted:
        offered |= await db_slots.offered(work.transaction, unwanted, now=work.now)
    return offered


async def _store(work: Work, made: Mapping[BookingRow, _Asking]) -> None:
    try:
        await booking_changes.add(work.transaction, {row: each.names for row, each in made.items()})
    except Violated as violated:
        if len(made) > 1:
            raise  # whose it is, is found by halves
        [row] = made
        raise refused(violated, row) from violated
    for row, each in made.items():
        each.work.count({"bookings": 1, "bookings_pending": 1})
        tell(each.work, row, ActivityKind.BOOKING_REQUESTED, previous=None)
    used = [Used(*each.used, each.ask.wish.hash, row.id) for row, each in made.items() if each.used]
    if used:
        await idempotency.keep(work.transaction, used, now=work.now)
