"""Times what administrators do on a seeded database: dashboard, activity, analytics, export, an announcement to all.

    mentorhub seed --mentors 10000 --users 50000 --bookings 300000
    python benchmarks/administration.py

The settings are those of the environment. It writes: one announcement, and a notification of it to every user.
"""

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from statistics import median
from typing import Any

from sqlalchemy import select

from mentorhub.app import House
from mentorhub.db.keys import new_key
from mentorhub.db.statements import Statement
from mentorhub.db.tables.accounts import users
from mentorhub.db.users import COLUMNS, UserRow
from mentorhub.resolvers import activity, administration, analytics, announcements, exports, heralding
from mentorhub.resolvers.booking_lists import EVERY
from mentorhub.resolvers.desk import Desk, Viewer
from mentorhub.resolvers.paging import Paging
from mentorhub.rules.vocabulary import AnnouncementKind, Interval, Role
from mentorhub.settings import read_settings

_ADMINS = Statement(select(*COLUMNS).where(users.c.role == Role.SUPERADMIN).limit(1), UserRow)


async def _timed(name: str, act: Callable[[], Awaitable[Any]], *, times: int = 1) -> Any:
    taken, found = [], None
    for _ in range(times):
        started = time.perf_counter()
        found = await act()
        taken.append((time.perf_counter() - started) * 1000)
    print(f"{name:<32} {median(taken):>10.2f} ms  (median of {times})")
    return found


async def _export(house: House, desk: Desk) -> tuple[int, float]:
    link = await desk.do(exports.link, filter=EVERY, secret=house.doors.secret)
    size, longest, last = 0, 0.0, time.perf_counter()
    async for piece in await exports.lines(house.doors, link.path.rpartition("/")[2]):
        size += len(piece)
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    return size, longest


async def _announce(house: House, desk: Desk) -> None:
    await _timed(
        "postAnnouncement",
        lambda: desk.do(
            announcements.post,
            kind=AnnouncementKind.NEWS,
            title="A measurement",
            body="Of how long it takes to tell everybody.",
            notify_everyone=True,
        ),
    )

    async def notify() -> None:
        while await heralding.notify_some(house.doors):
            pass

    await _timed("all notified", notify)


async def main() -> None:
    async with House(read_settings()) as house:
        admin = await house.doors.database.reader.one(_ADMINS)
        assert admin is not None, "seed the database first"
        viewer = Viewer(user_id=admin.id, role=admin.role, is_verified=True, session_id=new_key())
        desk = Desk(house.doors, viewer, house.doors.clock.now())
        await _timed("dashboard", lambda: administration.dashboard(desk), times=50)
        await _timed("activity", lambda: activity.recent(desk, Paging(), kinds=None), times=50)
        until = desk.now.date()
        window = {"since": until - timedelta(days=365), "until": until, "interval": Interval.MONTH}
        await _timed("analytics over a year", lambda: analytics._find(desk, *window.values()), times=3)  # type: ignore[arg-type]  # noqa: SLF001 -- past what is kept
        size, longest = await _timed("export of all bookings", lambda: _export(house, desk))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"  {size / 1e6:.1f} MB, longest wait for a piece {longest * 1000:.0f} ms; {memory:.0f} MB of memory"
        )
        await _announce(house, desk)


if __name__ == "__main__":
    asyncio.run(main())
