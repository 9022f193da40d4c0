"""Group commit: changes of one kind that are wanted at the same time share a transaction.

A transaction costs its ways to the database and its commit, however much is done in it. So whoever comes while others
have their turn waits for the next, with all who come meanwhile; whoever comes alone has theirs at once.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

from mentorhub.rules.refusals import Unavailable

A = TypeVar("A")
R = TypeVar("R")

Commit = Callable[[Sequence[A], Callable[[], None]], Awaitable[Sequence[R | Exception]]]
"""Does what each has asked, in one transaction, or nothing: what became of each, in order.

Before it commits it calls what it is given, which raises where somebody has left."""

_LANES: Final = 2
"""So many turns at once: one is at the database while another is worked on here."""
_MOST: Final = 16
"""So many in a turn: each waits for all of them."""


class _Left(Exception):  # noqa: N818 -- nobody's error
    """Somebody waits no more: what was done for them is not to be committed."""


class _Member(Generic[A, R]):
    __slots__ = ("answer", "asked", "turn")

    def __init__(self, asked: A) -> None:
        self.asked = asked
        self.answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self.turn: _Turn[A, R] | None = None


class _Turn(Generic[A, R]):
    """Those who have their turn together."""

    def __init__(self, members: Sequence[_Member[A, R]], commit: Commit[A, R]) -> None:
        self._members = members
        self._commit = commit
        self._task = asyncio.create_task(self._run(), name="a turn")
        for member in members:
            member.turn = self

    def then(self, act: Callable[["_Turn[A, R]"], None]) -> None:
        self._task.add_done_callback(lambda _: act(self))

    def leave(self) -> None:
        """Somebody has; for nobody the work is stopped."""
        if all(member.answer.done() for member in self._members):
            self._task.cancel()

    async def _run(self) -> None:
        try:
            await self._take(self._members)
        finally:
            for member in self._members:
                member.answer.cancel()

    async def _take(self, members: Sequence[_Member[A, R]]) -> None:
        while members := [member for member in members if not member.answer.done()]:
            try:
                results = await self._commit([member.asked for member in members], self._check(members))
            except _Left:
                continue
            except Unavailable as unavailable:
                # The database is away, for one as for all.
                results = [unavailable] * len(members)
            except Exception as error:  # noqa: BLE001 -- it is raised where it is waited for
                if len(members) > 1:
                    # Nobody is to suffer from what another asks.
                    for member in members:
                        await self._take([member])
                    return
                results = [error]
            for member, result in zip(members, results, strict=True):
                _tell(member, result)

    @staticmethod
    def _check(members: Sequence[_Member[A, R]]) -> Callable[[], None]:
        def check() -> None:
            if any(member.answer.done() for member in members):
                raise _Left

        return check


def _tell(member: _Member[A, R], result: R | Exception) -> None:
    if member.answer.done():
        return
    if isinstance(result, Exception):
        member.answer.set_exception(result)
    else:
        member.answer.set_result(result)


class GroupCommit(Generic[A, R]):
    """Has *commit* do what is asked, in turns, at most `_LANES` of them at once."""

    def __init__(self, commit: Commit[A, R]) -> None:
        self._commit = commit
        self._waiting: deque[_Member[A, R]] = deque()
        self._turns: set[_Turn[A, R]] = set()
        self._is_called = False

    async def join(self, asked: A) -> R:
        """What became of *asked*; raises what refused it. Cancelled, it leaves nothing behind."""
        member: _Member[A, R] = _Member(asked)
        self._waiting.append(member)
        if not self._is_called and len(self._turns) < _LANES:
            # Not at once: others may come by the same look at the sockets.
            self._is_called = True
            asyncio.get_running_loop().call_soon(self._begin)
        try:
            return await member.answer
        except asyncio.CancelledError:
            if member.turn is not None:
                member.turn.leave()
            raise

    def _begin(self) -> None:
        self._is_called = False
        while self._waiting and len(self._turns) < _LANES:
            members = [self._waiting.popleft() for _ in range(min(_MOST, len(self._waiting)))]
            turn = _Turn(members, self._commit)
            self._turns.add(turn)
            turn.then(self._end)

    def _end(self, turn: _Turn[A, R]) -> None:
        self._turns.discard(turn)
        self._begin()
