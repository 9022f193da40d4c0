"""Measures browsing as mentors grow: pages, searches, slots, a week replaced, and the horizon rolled under readers.

    .venv/bin/python -m benchmarks.browsing --mentors 1000 100000 --slots 130 --postgresql URL
    .venv/bin/python -m benchmarks.browsing --mentors 1000 20000 --slots 100

The URL is that of a server on which databases may be made; without it, SQLite files are. What is timed is an operation
from its text to its answer, in one process, without HTTP. The sizes take turns, so that the machine's other work falls
on all of them. Prints medians, and each size's ratio to the smallest.
"""

import argparse
import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
from pydantic import SecretStr
from sqlalchemy import func, select

from benchmarks import crowds
from mentorhub.db import migrations
from mentorhub.db.clock import Clock
from mentorhub.db.constructs import now
from mentorhub.db.keys import new_key
from mentorhub.db.statements import Statement
from mentorhub.db.tables.mentors import mentors
from mentorhub.house import House
from mentorhub.jobs.availability import CUT
from mentorhub.jobs.clock import Clockwork
from mentorhub.resolvers import availability, mentor_lists
from mentorhub.resolvers.desk import Desk, Origin, Viewer
from mentorhub.resolvers.paging import Paging
from mentorhub.rules.blocks import WeeklyBlock
from mentorhub.rules.mentors import MentorOrder
from mentorhub.rules.vocabulary import Role
from mentorhub.schema import build_engine
from mentorhub.schema.context import Context
from mentorhub.settings import Settings

NODE: Final = """
  id name jobTitle company rating { average count } expertise { name } slots(first: 5) { startsAt durationMinutes }
"""
BROWSE: Final = f"""
query($filter: MentorFilter, $orderBy: MentorOrder, $after: String, $last: Int) {{
  mentors(filter: $filter, orderBy: $orderBy, after: $after, last: $last) {{
    nodes {{ {NODE} }} pageInfo {{ hasNextPage endCursor }} }} }}
"""
SLOTS: Final = """
query($filter: SlotFilter, $after: String, $last: Int) { slots(filter: $filter, after: $after, last: $last) {
  nodes { id startsAt mentor { name } } pageInfo { endCursor } } }
"""


class Moved(Clock):
    """Stands where it was put."""

    def __init__(self, instant: datetime) -> None:
        super().__init__()
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


class Cut(NamedTuple):
    mentors: int


_CUT: Final = Statement(
    select(func.count().label("mentors")).where(mentors.c.cut_again_at > now()), Cut, long=True
)


class Platform:
    """A crowd of mentors behind an engine."""

    def __init__(self, house: House, clock: Moved, size: int) -> None:
        self.house = house
        self.clock = clock
        self.size = size
        self.engine = build_engine()

    def desk(self, viewer: Viewer | None = None) -> Desk:
        return Desk(self.house.doors, viewer, self.clock.now(), Origin())

    async def ask(self, text: str, **variables: Any) -> Any:
        context = Context(self.desk(), self.house.following)
        result = await self.engine.execute(self.engine.prepare(text, None), variables, context)
        assert not result.errors, result.errors
        return result.data

    async def cut(self) -> int:
        """For how many mentors slots need not be cut now."""
        found = await self.house.doors.database.reader.one(_CUT, now=self.clock.now())
        assert found is not None
        return found.mentors

    async def cursor_of_page(self, page: int, order: MentorOrder) -> str | None:
        """The cursor of the last mentor before *page*."""
        after, left = None, (page - 1) * 20
        while left:
            paging = Paging(first=min(100, left), after=after)
            found = await mentor_lists.browse(self.desk(), mentor_lists.EVERY, order=order, paging=paging)
            if not found.has_next_page:
                return None
            after, left = found.page_info.end_cursor, left - len(found.nodes)
        return after


@asynccontextmanager
async def platform(server: str | None, size: int, slots: int) -> AsyncIterator[Platform]:
    at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    async with AsyncExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="mentorhub-bench-"))
        url = f"sqlite:///{directory}/mentorhub.db"
        if server:
            name = f"mentorhub_bench_{uuid4().hex[:8]}"
            await _execute(server, f"CREATE DATABASE {name}")
            stack.push_async_callback(_execute, server, f"DROP DATABASE {name} WITH (FORCE)")
            url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        await asyncio.to_thread(migrations.upgrade, url)
        started = time.perf_counter()
        number = await crowds.load(url, mentors=size, slots=slots, at=at)
        if server:
            await _execute(url, "VACUUM ANALYZE")
        print(f"{size:>9,} mentors, {number:>11,} slots loaded in {time.perf_counter() - started:,.0f} s")
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]  # pydantic-settings takes it
            database_url=url,
            mail_url=f"file:{Path(directory) / 'mail'}",
            media_url=f"file:{Path(directory) / 'media'}",
            secret=SecretStr("a secret of the benchmark, long enough"),
            jobs="off",
            rate_limits="off",
        )
        clock = Moved(at)
        house = await stack.enter_async_context(House(settings, clock=clock))
        yield Platform(house, clock, size)


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


Act = Callable[[Platform], Awaitable[Any]]


async def taking_turns(
    platforms: list[Platform], acts: dict[str, Act], times: int
) -> dict[str, dict[int, float]]:
    """The median milliseconds of each act on each platform."""
    taken: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    for turn in range(times + 3):
        for name, act in acts.items():
            for each in platforms:
                started = time.perf_counter()
                await act(each)
                if turn >= 3:
                    taken[name, each.size].append((time.perf_counter() - started) * 1000)
    return {name: {each.size: median(taken[name, each.size]) for each in platforms} for name in acts}


async def reads(platforms: list[Platform], times: int) -> None:
    far = {each.size: await each.cursor_of_page(1_000, MentorOrder.RECOMMENDED) for each in platforms}
    hundredth = {
        each.size: await each.cursor_of_page(min(1_000, each.size // 40), MentorOrder.RECOMMENDED)
        for each in platforms
    }
    soon = {each.size: (each.clock.now() + timedelta(hours=3)).isoformat() for each in platforms}
    week = {each.size: (each.clock.now() + timedelta(days=7)).isoformat() for each in platforms}
    never = {each.size: (each.clock.now() + timedelta(days=100)).isoformat() for each in platforms}
    acts: dict[str, Act] = {
        "browse, page 1": lambda p: p.ask(BROWSE),
        "browse, page 1,000 (or half-way)": lambda p: p.ask(BROWSE, after=far[p.size] or hundredth[p.size]),
        "browse, last page": lambda p: p.ask(BROWSE, last=20),
        "browse by rating": lambda p: p.ask(BROWSE, orderBy="RATING"),
        "browse by soonest slot": lambda p: p.ask(BROWSE, orderBy="SOONEST_SLOT"),
        "search, a common word": lambda p: p.ask(BROWSE, filter={"search": "engineer"}),
        "search, one letter": lambda p: p.ask(BROWSE, filter={"search": "e"}),
        "search, two words": lambda p: p.ask(BROWSE, filter={"search": "data eng"}),
        "search, a rare name": lambda p: p.ask(BROWSE, filter={"search": "noor adeyemi"}),
        "search, nothing": lambda p: p.ask(BROWSE, filter={"search": "zzyzx"}),
        "search, nothing of common words": lambda p: p.ask(BROWSE, filter={"search": "engineer zzyzx"}),
        "open within 3 hours": lambda p: p.ask(BROWSE, filter={"availableUntil": soon[p.size]}),
        "open within a week": lambda p: p.ask(BROWSE, filter={"availableUntil": week[p.size]}),
        "open in 100 days: nobody": lambda p: p.ask(BROWSE, filter={"availableFrom": never[p.size]}),
        "slots, page 1": lambda p: p.ask(SLOTS),
        "slots, last page": lambda p: p.ask(SLOTS, last=20),
        "slots, from in 7 days": lambda p: p.ask(SLOTS, filter={"from": week[p.size]}),
    }
    found = await taking_turns(platforms, acts, times)
    smallest = platforms[0].size
    sizes = "".join(f"{each.size:>12,}" for each in platforms)
    print(f"\n{'milliseconds, median of ' + str(times):<36}{sizes}   ratio")
    for name, by_size in found.items():
        cells = "".join(f"{by_size[each.size]:>12.2f}" for each in platforms)
        print(f"{name:<36}{cells}   {by_size[platforms[-1].size] / by_size[smallest]:.2f}")
    largest = platforms[-1].size
    page_1 = found["browse, page 1"][largest]
    print(
        f"\npage 1,000 to page 1 at {largest:,}: {found['browse, page 1,000 (or half-way)'][largest] / page_1:.2f}"
    )
    finding = found["search, a common word"][largest]
    for name in ("search, nothing", "search, nothing of common words"):
        print(f"{name} to one that finds at {largest:,}: {found[name][largest] / finding:.2f}")


async def replace_weeks(each: Platform, times: int) -> None:
    """A week of 20 blocks for another, to the horizon of 60 days, each in one transaction."""
    page = await mentor_lists.browse(
        each.desk(), mentor_lists.EVERY, order=MentorOrder.NAME, paging=Paging(first=times)
    )
    taken = []
    for number, row in enumerate(page.nodes):
        viewer = Viewer(
            user_id=row.user_id, role=Role.MEMBER, is_verified=True, mentor_id=row.id, session_id=new_key()
        )
        today = each.clock.now().date() + timedelta(days=1)
        for shift in (0, 30):
            blocks = [
                WeeklyBlock(
                    index % 5, 480 + 180 * (index // 5) + shift, 480 + 180 * (index // 5) + shift + 120, today
                )
                for index in range(20)
            ]
            started = time.perf_counter()
            await each.desk(viewer).do(availability.replace_week, blocks=blocks)
            if number and shift:
                taken.append((time.perf_counter() - started) * 1000)
    print(
        f"replacing a week of 20 blocks at {each.size:,}: median {median(taken):.1f} ms, worst {max(taken):.1f} ms"
    )


async def roll(each: Platform, seconds: float) -> None:
    """Browses alone, then while the horizon rolls by a day for everybody."""

    async def browsing(until: Callable[[], bool]) -> float:
        taken = []
        while not until():
            started = time.perf_counter()
            await each.ask(BROWSE)
            taken.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(0.01)
        return quantiles(taken, n=20)[-1]

    began = time.perf_counter()
    alone = await browsing(lambda: time.perf_counter() - began > seconds)
    each.clock.instant += timedelta(days=1)
    clockwork = Clockwork(each.house.doors, [CUT])
    cut = await each.cut()
    began = time.perf_counter()
    await clockwork.start()
    limit = max(60.0, seconds * 10)
    during = await browsing(lambda: time.perf_counter() - began > limit)
    elapsed = time.perf_counter() - began
    await clockwork.stop()
    print(
        f"browse p95 at {each.size:,}: alone {alone:.1f} ms, while the horizon rolls {during:.1f} ms "
        f"({during / alone - 1:+.0%}); {await each.cut() - cut:,} mentors in {elapsed:,.0f} s"
    )


async def measure(server: str | None, sizes: list[int], slots: int, times: int, seconds: float) -> None:
    async with AsyncExitStack() as stack:
        platforms = [await stack.enter_async_context(platform(server, size, slots)) for size in sizes]
        await reads(platforms, times)
        print()
        for each in platforms:
            await replace_weeks(each, 10)
        await roll(platforms[-1], seconds)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mentors", type=int, nargs="+", default=[200, 1000], help="sizes, smallest first")
    parser.add_argument("--slots", type=int, default=130, help="about so many slots a mentor")
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long to browse alone")
    parser.add_argument("--postgresql", help="a server's URL; SQLite without")
    given = parser.parse_args()
    asyncio.run(measure(given.postgresql, given.mentors, given.slots, given.times, given.seconds))


if __name__ == "__main__":
    main()
