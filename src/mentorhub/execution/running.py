"""One execution of a plan: level by level, waiting only where something is awaited."""

import asyncio
from collections.abc import Awaitable, Sequence
from functools import partial
from types import CoroutineType
from typing import Any, cast

import strawberry
from graphql import ExecutionResult
from graphql.execution.values import VariableValues
from strawberry.execution import optimized_is_awaitable
from strawberry.types.field import StrawberryField

from .completing import complete
from .failures import Failures
from .infos import FieldInfo
from .levels import Each, Level, Sites
from .plans import Field, Plan, Selection
from .waiting import Pending, outcomes


class Lost(Exception):  # noqa: N818  # a way out, not an error
    """The whole answer is null whatever else may come."""


class Answer(ExecutionResult):
    """An answer without errors, and how many fields it has."""

    __slots__ = ("fields",)

    def __init__(self, data: dict[str, Any], fields: int) -> None:
        super().__init__(data, None)
        self.fields = fields


class Run:
    """The state of one execution.

    What can be done at once is done when it is come upon. What must be awaited is put into `pending`, to be
    awaited by whoever was awaited before (`_wait`): so each branch goes on as soon as it can, and no coroutine
    is made for what is there already.
    """

    __slots__ = (
        "background",
        "context",
        "failures",
        "fields",
        "operation_extensions",
        "pending",
        "plan",
        "root_value",
        "variable_values",
    )

    def __init__(
        self,
        plan: Plan,
        variable_values: VariableValues,
        context: Any,
        *,
        root_value: Any = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> None:
        self.plan = plan
        self.variable_values = variable_values
        self.context = context
        self.root_value = root_value
        self.operation_extensions = operation_extensions
        self.failures = Failures()
        self.fields = 0
        """How many have been answered so far, null or not."""
        self.pending: list[Pending] = []
        self.background: set[asyncio.Future[Any]] = set()

    def execute(self) -> ExecutionResult | Awaitable[ExecutionResult]:
        """The result; awaitable only if something in it is."""
        if self.plan.is_serial:
            return self._serially()
        root = self.open(self.plan.root, [self.root_value], None)
        return self._awaited(root, []) if self._must_wait() else self._answer(root)

    def _serially(self) -> ExecutionResult | Awaitable[ExecutionResult]:
        """One root field after the other, each to its end."""
        root = self._read(self.plan.root, [self.root_value], None)
        steps = list(self.plan.root.steps)
        while steps and not self.failures.are_total:
            self.step(root, steps.pop(0))
            if self._must_wait():
                return self._awaited(root, steps)
        return self._answer(root)

    async def _awaited(self, root: Level, steps: list[Field]) -> ExecutionResult:
        try:
            await self._wait()
            for step in steps:
                self.step(root, step)
                await self._wait()
        except Lost:
            pass
        return self._answer(root)

    def _must_wait(self) -> bool:
        if self.pending and self.failures.are_total:
            self._drop(self.pending)
            self.pending = []
        return bool(self.pending)

    async def _wait(self) -> None:
        """Awaits what has become pending. To be called before anything else is awaited."""
        if self.failures.are_total:
            self._drop(self.pending)
            raise Lost
        pending, self.pending = self.pending, []
        if len(pending) == 1:
            await self._carry_on(pending[0])
        elif pending:
            tasks = [asyncio.ensure_future(self._carry_on(each)) for each in pending]
            try:
                await asyncio.gather(*tasks)
            except BaseException:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                self._drop(pending)
                raise

    async def _carry_on(self, pending: Pending) -> None:
        pending.go_on(await outcomes(pending.awaited))
        await self._wait()

    @staticmethod
    def _drop(pending: list[Pending]) -> None:
        for each in pending:
            each.drop()

    def _answer(self, root: Level) -> ExecutionResult:
        if not self.failures:
            return Answer(root.outs[0], self.fields)
        return ExecutionResult(*self.failures.settle(root.outs[0]))

    def open(self, selection: Selection, sources: list[Any], sites: Sites | None) -> Level:
        """A level with everything asked of its objects, as far as it can be had without waiting."""
        level = self._read(selection, sources, sites)
        for field in selection.steps:
            self.step(level, field)
        return level

    def _read(self, selection: Selection, sources: list[Any], sites: Sites | None) -> Level:
        level = Level(self, selection, sources, sites)
        selection.make(level)
        self.fields += len(level.outs) * len(selection.blank)
        return level

    def step(self, level: Level, field: Field) -> None:
        way = field.way
        values = way.values(level, field)
        if not isinstance(values, list):
            self.pending.append(Pending([values], partial(self._fill_settled, level, field)))
        elif way.may_await and len(values) == 1 and type(values[0]) is CoroutineType:
            # What most of those that are awaited are; others are told apart one by one.
            self.pending.append(Pending(values, partial(self._fill, level, field, may_await=False)))
        else:
            self._fill(level, field, values, may_await=way.may_await)

    def _fill_settled(self, level: Level, field: Field, outcomes: list[Any]) -> None:
        self._fill(level, field, field.way.settled(level, outcomes[0]), may_await=False)

    def _fill(self, level: Level, field: Field, values: list[Any], *, may_await: bool) -> None:
        key = field.key
        answers = complete(field.shape, values, Each(level, field), may_await=may_await)
        for out, answer in zip(level.outs, answers, strict=True):
            out[key] = answer

    def info(self, info: FieldInfo, field: StrawberryField) -> strawberry.Info[Any, Any]:
        return self.plan.info_class(_raw_info=cast("Any", info), _field=field)

    def track(self, values: Sequence[Any]) -> None:
        """Lets awaitables that nobody waits for come to their end (graphql-core's `async_helpers`)."""
        if awaited := [value for value in values if optimized_is_awaitable(value)]:
            future = asyncio.gather(*awaited, return_exceptions=True)
            self.background.add(future)
            future.add_done_callback(self.background.discard)
