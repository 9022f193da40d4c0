"""One predicate, through the real database: what is listed, what a request gets, and what `availabilityAt` says.

Over the clock changes of 2024 to 2030 in every zone, with blocks, rules, time off and bookings of all kinds, and again
when time has gone on and no job has run. What is stored is what would be stored again.
"""

import os
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import event, settings
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st
from sqlalchemy import bindparam, select

from mentorhub.db import availability
from mentorhub.db.availability import AvailabilityRow, TimeOffRow
from mentorhub.db.keys import new_key
from mentorhub.db.known_slots import MOST_LISTED
from mentorhub.db.statements import Statement
from mentorhub.db.tables.availability import slots
from mentorhub.db.types import KeyColumn
from mentorhub.resolvers import bookings, requests, slot_lists, verdicts
from mentorhub.resolvers import mentors as profiles
from mentorhub.resolvers.desk import Desk, Viewer, Work
from mentorhub.resolvers.paging import Paging
from mentorhub.resolvers.placing import Ask, Wish, place
from mentorhub.resolvers.rebuilding import rebuild
from mentorhub.rules.blocks import Block, DatedBlock, WeeklyBlock
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import Refusal
from mentorhub.rules.slots import SessionRules
from mentorhub.rules.vocabulary import Role, SlotStatus
from tests import rows
from tests.api import Api
from tests.rules.wall_clocks import MINUTE, at, blocks_near, days_in_zones, session_rules

AHEAD = timedelta(hours=48)
"""How far beyond the horizon slots are cut."""
EXAMPLES = 400 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 12


class Kept(NamedTuple):
    id: Key
    starts_at: datetime
    ends_at: datetime
    status: SlotStatus
    offered_from: datetime
    offered_until: datetime
    terms: int


KEPT = Statement(
    select(*(slots.c[name] for name in Kept._fields))
    .where(slots.c.mentor_id == bindparam("mentor", type_=KeyColumn()))
    .order_by(slots.c.starts_at, slots.c.ends_at),
    Kept,
)


class TakenBack(Exception):  # noqa: N818 -- undoes what was tried
    pass


@dataclass
class Somebody:
    """A mentor on some database, and everything that is asked of them."""

    api: Api
    mentor: Key
    owner: Viewer

    def desk(self, viewer: Viewer | None = None) -> Desk:
        return self.api.context(viewer).desk

    async def rows(self) -> list[Kept]:
        return await self.api.house.doors.database.reader.all(KEPT, mentor=self.mentor)

    async def rebuild(self) -> None:
        async def act(work: Work) -> None:
            await rebuild(work, self.mentor)

        await self.desk(self.owner).do(act)

    async def mentee(self) -> Viewer:
        key = await rows.user(self.api.house.doors.database)
        return Viewer(user_id=key, role=Role.MEMBER, is_verified=True, session_id=new_key())

    async def can_request(self, mentee: Viewer, slot_id: Key) -> bool:
        async def attempt(work: Work) -> None:
            ask = Ask(Wish(slot_id, "How to begin", None, None), None)
            [made] = await place([work], [ask])
            raise made if isinstance(made, Exception) else TakenBack

        try:
            await self.desk(mentee).do(attempt)
        except TakenBack:
            return True
        except Refusal:
            return False
        raise AssertionError

    async def check(self, probes: set[datetime]) -> None:
        """Asks in every way there is, at this instant."""
        desk = self.desk(await self.mentee())
        listed = (await slot_lists.of_mentors(desk, [self.mentor], first=500))[self.mentor]
        across = await slot_lists.browse(
            desk, slot_lists.Filter(mentor_ids=[self.mentor]), paging=Paging(first=100)
        )
        assert list(across.nodes) == listed[:100]
        soonest = await slot_lists.of_mentors(desk, [self.mentor], first=MOST_LISTED)
        assert list(soonest[self.mentor]) == listed[:MOST_LISTED]
        starts = {row.starts_at for row in listed}
        profile = (await profiles.by_keys(desk, [self.mentor]))[self.mentor]
        for probe in probes | starts:
            [verdict] = await verdicts.verdicts(desk, [profile], starts_at=probe)
            assert verdict.is_bookable == (probe in starts), (probe, verdict.reasons)
            if verdict.is_bookable:
                assert verdict.slot in listed
            assert set(verdict.alternatives) <= set(listed)
        assert desk.viewer is not None
        offered = {row.id for row in listed}
        for row in await self.rows():
            assert await self.can_request(desk.viewer, row.id) == (row.id in offered), row


async def somebody(
    api: Api,
    zone: ZoneInfo,
    rules: SessionRules,
    blocks: list[Block],
    away: list[tuple[datetime, datetime]],
    **more: Any,
) -> Somebody:
    database = api.house.doors.database
    mentor = await rows.mentor(
        database,
        timezone=zone.key,
        session_minutes=rules.session_minutes,
        buffer_minutes=rules.buffer_minutes,
        minimum_notice_hours=rules.minimum_notice_hours,
        horizon_days=rules.horizon_days,
        **more,
    )
    owner = (await profiles.by_keys(api.context().desk, [mentor]))[mentor].user_id
    await database.write(
        lambda transaction: availability.add_blocks(transaction, [_row(mentor, block) for block in blocks])
    )
    for starts_at, ends_at in away:
        row = TimeOffRow(new_key(), mentor, starts_at, ends_at, None)
        await database.write(lambda transaction, row=row: availability.add_time_off(transaction, row))  # type: ignore[misc]  # a row
    viewer = Viewer(user_id=owner, role=Role.MEMBER, is_verified=True, mentor_id=mentor, session_id=new_key())
    found = Somebody(api, mentor, viewer)
    await found.rebuild()
    return found


def _row(mentor: Key, block: Block) -> AvailabilityRow:
    weekly = block if isinstance(block, WeeklyBlock) else None
    return AvailabilityRow(
        new_key(),
        mentor,
        weekly.weekday if weekly else None,
        block.day if isinstance(block, DatedBlock) else None,
        block.start_minute,
        block.end_minute,
        weekly.valid_from if weekly else None,
        weekly.valid_until if weekly else None,
    )


@settings(max_examples=EXAMPLES)
@hypothesis_given(place=days_in_zones(), rules=session_rules, data=st.data())
async def test_a_time_is_listed_if_and_only_if_it_can_be_requested_and_is_said_to_be_bookable(
    api: Api, place: tuple[ZoneInfo, date], rules: SessionRules, data: st.DataObject
) -> None:
    zone, day = place
    api.clock.instant = at(f"{day} 00:00") + data.draw(st.integers(-4000, 600)) * MINUTE
    now = api.clock.now()
    away_at = now + data.draw(st.integers(0, 6000)) * MINUTE
    away = data.draw(st.just([]) | st.just([(away_at, away_at + 90 * MINUTE)]))
    flags = data.draw(st.sampled_from([{}, {}, {}, {}, {"accepting_requests": False}, {"is_public": False}]))
    somebody_ = await somebody(api, zone, rules, data.draw(blocks_near(day)), away, **flags)
    around = st.integers(-3, 3).map(lambda hours: timedelta(hours=hours))

    def probes(kept: list[Kept]) -> set[datetime]:
        edges = {now, now + rules.minimum_notice, now + rules.horizon, away_at}
        edges |= {edge for row in kept for edge in (row.starts_at, row.ends_at)}
        some = data.draw(st.lists(st.sampled_from(sorted(edges)), max_size=12))
        return {
            edge
            + data.draw(st.sampled_from([0, 0, 0, -1, 1, 15]) | around.map(lambda by: by // MINUTE)) * MINUTE
            for edge in some
        }

    kept = await somebody_.rows()
    event(f"slots: {bool(kept)}")
    await somebody_.check(probes(kept))
    await somebody_.rebuild()
    assert await somebody_.rows() == kept

    # Some ask, and the mentor answers some of them.
    listed = (await slot_lists.of_mentors(somebody_.desk(), [somebody_.mentor], first=500))[somebody_.mentor]
    for row in data.draw(st.lists(st.sampled_from(listed), unique=True, max_size=3)) if listed else []:
        mentee = await somebody_.mentee()
        try:
            booking = await requests.request(somebody_.desk(mentee), slot_id=row.id, topic="How to begin")
        except Refusal:
            continue  # the one before is too near
        if data.draw(st.booleans()):
            await somebody_.desk(somebody_.owner).do(bookings.confirm, booking_id=booking.id)
    kept = await somebody_.rows()
    await somebody_.check(probes(kept))
    await somebody_.rebuild()
    assert await somebody_.rows() == kept

    # Time goes on, and nothing is done: requests expire, slots come into the horizon and under the notice.
    cut_until = now + rules.horizon + AHEAD
    api.clock.instant = now = now + data.draw(st.integers(0, 3000)) * MINUTE
    await somebody_.check(probes(kept))

    # The clock comes by, and it is all the same.
    listed = (await slot_lists.of_mentors(somebody_.desk(), [somebody_.mentor], first=500))[somebody_.mentor]
    await api.run_jobs()
    again = (await slot_lists.of_mentors(somebody_.desk(), [somebody_.mentor], first=500))[somebody_.mentor]
    # What starts later the clock had still to cut, after so long a standstill.
    assert [row for row in again if row.starts_at < min(now + rules.horizon, cut_until)] == listed
    kept = await somebody_.rows()
    await somebody_.rebuild()
    after = await somebody_.rows()
    ahead = [row for row in kept if row.starts_at >= now]
    assert [row for row in after if row.id in {each.id for each in ahead}] == ahead
    await somebody_.check(probes(kept))
