"""Events that many subscribers get: executed once for all whom they look the same to, and encoded once.

Whether an answer depends on who asks is not declared but noticed: the first subscriber's context watches what the
resolvers look at. Where none has looked at more than what the subscribers of one audience have in common, the
answer is that of everyone in this audience; otherwise each subscriber's own is made.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final, Protocol, Self

from graphql import ExecutionResult

from .batches import OperationContext

Execute = Callable[[Any, Any], Awaitable[ExecutionResult]]


class SharingContext(OperationContext, Protocol):
    """A context whose subscriptions may share their answers."""

    @property
    def audience(self) -> Hashable:
        """What a subscriber has in common with all others of this value."""
        ...

    @property
    def is_personal(self) -> bool:
        """Whether anything was looked at that `audience` does not say. Always True of one not made by `watched`."""
        ...

    def watched(self) -> Self:
        """As `fresh`, but it notices what is looked at."""
        ...


class Common:
    """An event that goes to many: *value* is what it would be for one.

    *answers* keeps what was made of it; events that are the same share one dictionary.
    """

    __slots__ = ("answers", "value")

    def __init__(self, value: Any, answers: dict[Any, Any]) -> None:
        self.value = value
        self.answers = answers


class CommonResult(ExecutionResult):
    """An answer that goes to many subscribers; `text` keeps it encoded. It is not to be changed."""

    __slots__ = ("text",)

    def __init__(self, data: dict[str, Any] | None) -> None:
        super().__init__(data, None)
        self.text: str | None = None


_PERSONAL: Final = "personal"
_GIVEN_UP: Final = "given up"


class Answers:
    """What one subscriber is answered. *execute* makes the answer to an event in the context it is given.

    *key* is what answers depend on beside the event and the audience: the operation and its variables.
    """

    def __init__(self, execute: Execute, context: Any, key: Hashable) -> None:
        self._execute = execute
        self._context = context
        # Asking for the one method that only it has is a tenth of a look at the whole protocol.
        self._shares = hasattr(context, "watched")
        self._key = (key, context.audience) if self._shares else key

    async def to(self, event: Any) -> ExecutionResult:
        """The answer to *event*, which may be another subscriber's too if it is a `Common` one."""
        if not isinstance(event, Common):
            return await self._own(event)
        if not self._shares:
            return await self._own(event.value)
        while True:
            making: asyncio.Future[CommonResult | str] | None = event.answers.get(self._key)
            if making is None:
                return await self._first(event)
            made = making.result() if making.done() else await asyncio.shield(making)
            if isinstance(made, CommonResult):
                return made
            if made is _PERSONAL:
                return await self._own(event.value)

    async def _own(self, value: Any) -> ExecutionResult:
        return await self._execute(self._context.fresh(), value)

    async def _first(self, event: Common) -> ExecutionResult:
        making: asyncio.Future[CommonResult | str] = asyncio.get_running_loop().create_future()
        event.answers[self._key] = making
        watched = self._context.watched()
        try:
            result = await self._execute(watched, event.value)
        except BaseException:
            # Whoever waits tries in turn.
            del event.answers[self._key]
            making.set_result(_GIVEN_UP)
            raise
        # An error names the request it came up in: it is nobody else's.
        if watched.is_personal or result.errors or result.extensions:
            making.set_result(_PERSONAL)
            return result
        common = CommonResult(result.data)
        making.set_result(common)
        return common
