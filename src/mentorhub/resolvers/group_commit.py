"""Group commit: changes of one kind that are wanted at the same time share a transaction.

A transaction costs its ways to the database and its commit, however much is done in it. So whoever comes while others
have their turn waits for the next, with all who come meanwhile; whoever comes alone has theirs at once.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import copy_context
from typing import Final, Generic, TypeVar

from mentorhub.rules.refusals import Unavailable

A = TypeVar("A")
R = TypeVar("R")

Commit = Callable[[Sequence[A], Callable[[], None]], Awaitable[Sequence[R | Exception]]]
"""Does what each has asked, in one transaction, or nothing: what became of each, in order.

When all is done and only the commit remains it calls what it is given, which raises where somebody has left.
"""

_LANES: Final = 2
"""So many turns at once: one is at the database while another is worked on here."""
_MOST_LANES: Final = 8
_LONG: Final = 0.25
"""Seconds after which a turn must be waiting for a lock: others have theirs beside it, in `_MOST_LANES` at most."""
_MOST: Final = 16
"""So many in a turn: each waits for all of them."""

_MOST_WAITING: Final = 5_000
"""So many may wait for a turn; whoever comes then is refused at once."""


class _Left(Exception):  # noqa: N818 -- nobody's error
    """Somebody waits no more: what was done for them is not to be committed."""


class _Member(Generic[A, R]):
    """One who waits. What is raised for them is not kept with them: each would know the other, and be found late."""

    __slots__ = ("answer", "asked", "context", "turn")

    def __init__(self, asked: A) -> None:
        self.asked = asked
        self.answer: asyncio.Future[list[R | Exception]] = asyncio.get_running_loop().create_future()
        self.turn: _Turn[A, R] | None = None
        self.context = copy_context()

    def tell(self, result: R | Exception) -> None:
        if not self.answer.done():
            self.answer.set_result([result])


class _Turn(Generic[A, R]):
    """Those who have their turn together; *end* is called when it is over, *linger* when it takes long."""

    def __init__(
        self,
        members: Sequence[_Member[A, R]],
        commit: Commit[A, R],
        *,
        linger: Callable[["_Turn[A, R]"], None],
        end: Callable[["_Turn[A, R]"], None],
    ) -> None:
        self._members = members
        self._commit = commit
        self._end = end
        for member in members:
            member.turn = self
        # In the trace of whoever came first, if there is one.
        self._task = asyncio.create_task(self._take(members), name="a turn", context=members[0].context)
        self._task.add_done_callback(self._over)
        self._timer = asyncio.get_running_loop().call_later(_LONG, linger, self)

    def leave(self) -> None:
        """Somebody has; for nobody the work is stopped."""
        if all(member.answer.done() for member in self._members):
            self._task.cancel()

    def _over(self, _: "asyncio.Task[None]") -> None:
        self._timer.cancel()
        for member in self._members:
            member.answer.cancel()
            member.turn = None
        self._end(self)

    async def _take(self, members: Sequence[_Member[A, R]]) -> None:
        while members := [member for member in members if not member.answer.done()]:
            try:
                results = await self._commit([member.asked for member in members], self._check(members))
            except _Left:
                continue
            except Unavailable as unavailable:
                # The database is away, for one as for all.
                for member in members:
                    member.tell(Unavailable(unavailable.message))
            except Exception as error:  # noqa: BLE001 -- it is raised where it is waited for
                if len(members) == 1:
                    members[0].tell(error)
                else:
                    # Nobody is to suffer from what another asks: whose fault it is, is found by halves.
                    half = len(members) // 2
                    await self._take(members[:half])
                    await self._take(members[half:])
            else:
                for member, result in zip(members, results, strict=True):
                    member.tell(result)
                del results

    @staticmethod
    def _check(members: Sequence[_Member[A, R]]) -> Callable[[], None]:
        def check() -> None:
            if any(member.answer.done() for member in members):
                raise _Left

        return check


class GroupCommit(Generic[A, R]):
    """Has *commit* do what is asked, in turns, at most `_LANES` of them at once unless some take long."""

    def __init__(self, commit: Commit[A, R]) -> None:
        self._commit = commit
        self._waiting: deque[_Member[A, R]] = deque()
        self._turns: set[_Turn[A, R]] = set()
        self._lingering: set[_Turn[A, R]] = set()
        self._is_called = False

    async def join(self, asked: A) -> R:
        """What became of *asked*; raises what refused it, Unavailable where too many wait.

        Cancelled before the commit, it leaves nothing behind.
        """
        if len(self._waiting) >= _MOST_WAITING:
            raise Unavailable
        member: _Member[A, R] = _Member(asked)
        self._waiting.append(member)
        if not self._is_called and self._has_room:
            # Not at once: others may come by the same look at the sockets.
            self._is_called = True
            asyncio.get_running_loop().call_soon(self._begin)
        try:
            result = (await member.answer).pop()
        except asyncio.CancelledError:
            if member.turn is not None:
                member.turn.leave()
            raise
        if isinstance(result, Exception):
            try:
                raise result
            finally:
                del result
        return result

    @property
    def _has_room(self) -> bool:
        return len(self._turns) < _LANES and len(self._turns) + len(self._lingering) < _MOST_LANES

    def _begin(self) -> None:
        self._is_called = False
        while self._waiting and self._has_room:
            members = [self._waiting.popleft() for _ in range(min(_MOST, len(self._waiting)))]
            self._turns.add(_Turn(members, self._commit, linger=self._linger, end=self._end))

    def _linger(self, turn: _Turn[A, R]) -> None:
        self._turns.discard(turn)
        self._lingering.add(turn)
        self._begin()

    def _end(self, turn: _Turn[A, R]) -> None:
        self._turns.discard(turn)
        self._lingering.discard(turn)
        self._begin()
