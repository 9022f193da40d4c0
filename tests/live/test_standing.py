"""Whether listeners may go on is asked for all at once, and never keeps the event loop to itself."""

import asyncio
import signal
from collections.abc import Iterator

import pytest

from mentorhub.db.database import Database
from mentorhub.db.keys import new_key
from mentorhub.resolvers.desk import Viewer
from mentorhub.resolvers.standing import Standing
from mentorhub.rules.refusals import Unauthenticated
from mentorhub.rules.vocabulary import Role
from tests.api import StandingClock


@pytest.fixture
def alarm() -> Iterator[None]:
    """Ends a test whose event loop does not turn any more, which no timeout of asyncio could."""

    def give_up(*_: object) -> None:
        raise AssertionError("the event loop stands still")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("alarm")
async def test_those_who_ask_when_an_answer_has_just_come_are_answered_anew(database: Database) -> None:
    standing = Standing(database.reader, StandingClock())
    loop = asyncio.get_running_loop()

    async def ask_after(turns: int) -> None:
        viewer = Viewer(new_key(), Role.MEMBER, is_verified=True, session_id=new_key())
        for _ in range(turns):
            await asyncio.sleep(0)
        await standing.check(viewer, since=loop.time())

    asking = [ask_after(turns) for turns in range(60) for _ in range(2)]
    answers = await asyncio.gather(*asking, return_exceptions=True)

    assert [type(answer) for answer in answers] == [Unauthenticated] * 120
