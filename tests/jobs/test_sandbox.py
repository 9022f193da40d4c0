"""The sandbox's clock: one for all processes, forward and back, kept in the database."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from mentorhub.db import clock
from mentorhub.house import House
from mentorhub.resolvers import sandbox
from mentorhub.settings import Settings
from tests.api import MONDAY
from tests.web.serving import eventually


async def test_a_clock_that_one_process_moves_is_moved_in_all_and_in_those_to_come(
    house_settings: Settings,
) -> None:
    async with House(house_settings) as one, House(house_settings) as other:
        following = asyncio.create_task(sandbox.follow_clock(other.doors))
        for to in (MONDAY + timedelta(days=400), MONDAY):
            moved = await sandbox.move_clock(one.doors, to)
            await eventually(lambda to=to: to <= other.doors.clock.now() < to + timedelta(minutes=5))  # type: ignore[misc]  # at once
            async with House(house_settings) as third:
                assert to <= third.doors.clock.now() < to + timedelta(minutes=5)
            assert moved >= to
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following

        assert (
            one.doors.clock.offset
            == other.doors.clock.offset
            == await clock.offset(one.doors.database.reader)
        )
