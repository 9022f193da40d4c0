"""Two processes on PostgreSQL, each with its own house: what one tells, the other hears at once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
from pydantic import SecretStr
from sqlalchemy import select

from mentorhub.db.constructs import current_transaction
from mentorhub.db.keys import new_key
from mentorhub.db.statements import Statement
from mentorhub.house import House
from mentorhub.passwords import Passwords
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.settings import Settings
from tests.api import WEAK_HASHES
from tests.web.serving import eventually


class Number(NamedTuple):
    number: int


NUMBER = Statement(select(current_transaction().label("number")), Number)


@asynccontextmanager
async def house(url: str, tmp_path: Path) -> AsyncGenerator[House, None]:
    settings = Settings(
        _env_file=None,
        database_url=url,
        mail_url=f"file:{tmp_path / 'mail'}",
        media_url=f"file:{tmp_path / 'media'}",
        secret=SecretStr("a secret of the tests, and long enough"),
    )
    async with House(settings, passwords=Passwords(WEAK_HASHES)) as opened:
        opened.log._poll = 60.0
        opened.log.ring()
        yield opened


async def tell(house: House) -> str:
    key = new_key()

    async def do(work: Work) -> None:
        work.tell(Fact(ActivityKind.USER_JOINED, ("User", key)))

    await Desk(house.doors, None, house.doors.clock.now()).do(do)
    return key


class Heard(list[Any]):
    """What a house's reader hands over from now on."""

    def __init__(self, house: House) -> None:
        super().__init__()
        # A listener lives as long as it is referred to.
        self._listener = house.log.listen(self._keep)

    def _keep(self, row: Any) -> bool:
        self.append(row.subject_id)
        return False


async def test_a_ring_is_heard_in_the_other_process(postgresql_url: str, tmp_path: Path) -> None:
    async with house(postgresql_url, tmp_path) as one, house(postgresql_url, tmp_path) as other:
        heard = Heard(other)
        await eventually(lambda: not one.log._rung.is_set())

        told = [await tell(one) for _ in range(20)]

        await eventually(lambda: heard == told)


async def test_a_bell_that_was_cut_off_comes_back_and_looks_at_what_it_missed(
    postgresql_url: str, tmp_path: Path
) -> None:
    async with house(postgresql_url, tmp_path) as one, house(postgresql_url, tmp_path) as other:
        heard = Heard(other)
        connection = await asyncpg.connect(postgresql_url)
        told = [await tell(one)]
        await eventually(lambda: heard == told)

        cut = await connection.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'mentorhub bell' AND datname = current_database()"
        )
        told += [await tell(one) for _ in range(5)]
        await eventually(lambda: heard == told)
        told += [await tell(one) for _ in range(5)]

        await eventually(lambda: heard == told)
        assert len(cut) == 2
        await connection.close()


async def test_a_slow_transaction_does_not_slip_in_behind(postgresql_url: str, tmp_path: Path) -> None:
    async with house(postgresql_url, tmp_path) as one:
        heard = Heard(one)
        begun, go_on = asyncio.Event(), asyncio.Event()
        slow = new_key()

        async def slowly(work: Work) -> None:
            work.tell(Fact(ActivityKind.USER_JOINED, ("User", slow)))
            # A transaction has its number from its first write on.
            await work.transaction.one(NUMBER)
            begun.set()
            await go_on.wait()

        task = asyncio.create_task(Desk(one.doors, None, one.doors.clock.now()).do(slowly))
        await begun.wait()
        quick = await tell(one)
        await eventually(lambda: not one.log._rung.is_set())
        assert heard == []

        go_on.set()
        await task

        await eventually(lambda: heard == [slow, quick])


async def test_a_transaction_of_another_database_holds_nothing_up(
    postgresql_url: str, postgresql_server: str, tmp_path: Path
) -> None:
    elsewhere = await asyncpg.connect(postgresql_server)
    async with house(postgresql_url, tmp_path) as one, elsewhere.transaction():
        await elsewhere.fetchval("SELECT pg_current_xact_id()::text")
        heard = Heard(one)

        told = await tell(one)

        await eventually(lambda: heard == [told])
    await elsewhere.close()


async def test_on_sqlite_the_bell_rings_in_this_process(sqlite_url: str, tmp_path: Path) -> None:
    async with house(sqlite_url, tmp_path) as one:
        heard = Heard(one)

        told = [await tell(one) for _ in range(3)]

        await eventually(lambda: heard == told)
