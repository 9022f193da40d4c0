"""Completing a column of values: what graphql-core does for one value at a time, for all values of a level.

Each function takes raw values and gives answers in their order, null where a value failed. It first asks
whether the values' classes alone settle the matter; only if not does it look at them one by one.
"""

from collections.abc import AsyncIterable, Callable
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from graphql import GraphQLError, GraphQLObjectType, Undefined, default_type_resolver
from graphql.execution import Executor
from graphql.execution.executor import invalid_return_type_error
from graphql.pyutils import is_iterable
from strawberry.execution import optimized_is_awaitable as is_awaitable

from mentorhub.lasting import Lasting

from .infos import FieldInfo
from .levels import Each, Items, Level, Sites, Some, put
from .shapes import Abstract, Leaf, Objects, Shape, is_settled
from .shapes import Items as Lists
from .waiting import Pending

if TYPE_CHECKING:
    from .plans import Field

EXACT_LISTS = {list, tuple}


def complete(shape: Shape, values: list[Any], sites: Sites, *, may_await: bool) -> list[Any]:
    """The answers to *values*. *may_await*: whether any of them may be one to be awaited first."""
    return COMPLETIONS[type(shape)](shape, values, sites, may_await=may_await)


def complete_leaf(field: "Field", level: Level, index: int, value: Any) -> Any:
    """The answer to one value that is not its own answer."""
    sites = Each(level, field)
    if is_settled(type(value)):
        return _leaf(field.shape, value, sites, index)  # type: ignore[arg-type]  # only called for leaves
    return complete(field.shape, [value], Some(sites, [index]), may_await=True)[0]


def _leaf(shape: Leaf, value: Any, sites: Sites, number: int) -> Any:
    try:
        return Executor.complete_leaf_value(shape.type, value)
    except Exception as error:  # noqa: BLE001  # it becomes a located error
        sites.level.run.failures.note(sites, number, error)


def _leaves(shape: Leaf, values: list[Any], sites: Sites, *, may_await: bool) -> list[Any]:
    if shape.is_answered_by(values):
        return values
    written = shape.written(values)
    if written is not None:
        return written
    answers: list[Any] = [None] * len(values)
    for number, value in _present(shape, values, sites, may_await=may_await):
        answers[number] = _leaf(shape, value, sites, number)
    return answers


def _objects(shape: Objects, values: list[Any], sites: Sites, *, may_await: bool) -> list[Any]:
    if shape.are_objects(values):
        return _answered(shape, values, sites)
    answers: list[Any] = [None] * len(values)
    numbers = [] if shape.non_null else [number for number, value in enumerate(values) if value is not None]
    if shape.non_null or not shape.are_objects([values[number] for number in numbers]):
        present = _present(shape, values, sites, may_await=may_await)
        numbers = [number for number, value in present if _is_of_type(shape, value, sites, number)]
    objects = _answered(shape, [values[number] for number in numbers], Some(sites, numbers))
    for number, answer in zip(numbers, objects, strict=True):
        answers[number] = answer
    return answers


def _answered(shape: Objects, sources: list[Any], sites: Sites) -> list[dict[str, Any]]:
    if not sources:
        return []
    return sites.level.run.open(sites.field.selection_of(shape.type), sources, sites).outs


def _is_of_type(shape: Objects, value: Any, sites: Sites, number: int) -> bool:
    check = shape.type.is_type_of
    if check is None:
        return True
    run = sites.level.run
    try:
        verdict = check(value, cast("Any", FieldInfo.at(sites, number)))
        if is_awaitable(verdict):
            go_on = partial(_when_of_type, shape, value, Some(sites, [number]))
            run.pending.append(Pending([cast("Any", verdict)], go_on))
            return False
        if not verdict:
            raise invalid_return_type_error(shape.type, value, sites.field.details)  # noqa: TRY301
    except Exception as error:  # noqa: BLE001  # it becomes a located error
        run.failures.note(sites, number, error)
        return False
    return True


def _when_of_type(shape: Objects, value: Any, sites: Sites, outcomes: list[Any]) -> None:
    (verdict,) = outcomes
    failures = sites.level.run.failures
    if isinstance(verdict, Exception):
        failures.note(sites, 0, verdict)
    elif not verdict:
        failures.note(sites, 0, invalid_return_type_error(shape.type, value, sites.field.details))
    else:
        put(sites, 0, _answered(shape, [value], sites)[0])


def _abstract(shape: Abstract, values: list[Any], sites: Sites, *, may_await: bool) -> list[Any]:
    groups: dict[str, list[int]] = {}
    unknown: list[int] = []
    for number, value in enumerate(values):
        name = shape.name_for(type(value))
        (unknown if name is None else groups.setdefault(name, [])).append(number)
    if unknown:
        some = Some(sites, unknown)
        for number, value in _present(shape, [values[each] for each in unknown], some, may_await=may_await):
            type_ = _type_of(shape, value, some, number)
            if type_ is not None:
                groups.setdefault(type_.name, []).append(unknown[number])
    answers: list[Any] = [None] * len(values)
    for name, numbers in groups.items():
        sources = [values[number] for number in numbers]
        objects = _objects(shape.objects[name], sources, Some(sites, numbers), may_await=False)
        for number, answer in zip(numbers, objects, strict=True):
            answers[number] = answer
    return answers


def _type_of(shape: Abstract, value: Any, sites: Sites, number: int) -> GraphQLObjectType | None:
    run = sites.level.run
    resolve = shape.type.resolve_type or default_type_resolver
    try:
        info = FieldInfo.at(sites, number)
        name = resolve(value, cast("Any", info), shape.type)
        if is_awaitable(name):
            go_on = partial(_when_type_known, shape, value, Some(sites, [number]))
            run.pending.append(Pending([cast("Any", name)], go_on))
            return None
        return shape.object_type(name, value, info)
    except Exception as error:  # noqa: BLE001  # it becomes a located error
        run.failures.note(sites, number, error)
        return None


def _when_type_known(shape: Abstract, value: Any, sites: Sites, outcomes: list[Any]) -> None:
    (name,) = outcomes
    try:
        if isinstance(name, Exception):
            raise name  # noqa: TRY301
        type_ = shape.object_type(name, value, FieldInfo.at(sites, 0))
    except Exception as error:  # noqa: BLE001  # it becomes a located error
        sites.level.run.failures.note(sites, 0, error)
        return
    put(sites, 0, _objects(shape.objects[type_.name], [value], sites, may_await=False)[0])


def _lists(shape: Lists, values: list[Any], sites: Sites, *, may_await: bool) -> list[Any]:
    classes = set(map(type, values))
    if classes == {Lasting}:
        return _remembered(shape, values, sites)
    if EXACT_LISTS.issuperset(classes):
        return _answered_lists(shape, values, sites)
    numbers: list[int] = []
    lists: list[Any] = []
    for number, value in _present(shape, values, sites, may_await=may_await):
        items = _items(shape, value, sites, number)
        if items is not None:
            numbers.append(number)
            lists.append(items)
    answers: list[Any] = [None] * len(values)
    for number, answer in zip(numbers, _answered_lists(shape, lists, Some(sites, numbers)), strict=True):
        answers[number] = answer
    return answers


def _answered_lists(shape: Lists, lists: list[Any], sites: Sites) -> list[Any]:
    lengths = list(map(len, lists))
    flat = complete(shape.item, list(chain.from_iterable(lists)), Items(sites, lengths), may_await=True)
    if len(lists) == 1:
        return [flat]
    answers = []
    start = 0
    for length in lengths:
        answers.append(flat[start : start + length])
        start += length
    return answers


def _remembered(shape: Lists, lists: list[Lasting[Any]], sites: Sites) -> list[Any]:
    """As `_answered_lists`, of which what was answered before need not be answered anew."""
    run = sites.level.run
    kept = run.plan.kept
    selection = sites.field.selection_of(shape.item.type) if isinstance(shape.item, Objects) else None
    if kept is None or selection is None or selection.steps:
        return _answered_lists(shape, lists, sites)
    mark = selection.mark
    answers: list[Any] = [kept.answer(mark, each) for each in lists]
    known = sum(len(each) for each, answer in zip(lists, answers, strict=True) if answer is not None)
    run.fields += known * len(selection.blank)
    missing = [number for number, answer in enumerate(answers) if answer is None]
    if missing:
        waiting = len(run.pending)
        fresh = _answered_lists(shape, [lists[number] for number in missing], Some(sites, missing))
        are_whole = not run.failures and len(run.pending) == waiting
        for number, answer in zip(missing, fresh, strict=True):
            answers[number] = answer
            if are_whole:
                kept.keep(mark, lists[number], answer)
    return answers


def _items(shape: Lists, value: Any, sites: Sites, number: int) -> Any:
    """The items of a value that should be a list; None if they are yet to come or never will."""
    run = sites.level.run
    if type(value) in EXACT_LISTS:
        return value
    if hasattr(value, "__aiter__"):
        go_on = partial(_when_all_came, shape, Some(sites, [number]))
        run.pending.append(Pending([_all_of(value)], go_on))
        return None
    if not is_iterable(value):
        field = sites.field
        message = f"Expected Iterable, but did not find one for field '{field.parent}.{field.name}'."
        run.failures.note(sites, number, GraphQLError(message))
        return None
    items: list[Any] = []
    try:
        items.extend(value)
    except Exception as error:  # noqa: BLE001  # it becomes a located error, after those of the items
        run.failures.note(sites, number, error, (len(items),))
    return items


async def _all_of(source: AsyncIterable[Any]) -> tuple[list[Any], Exception | None]:
    items: list[Any] = []
    try:
        async for item in source:
            items.append(item)  # noqa: PERF401  # what came before an error must be kept
    except Exception as error:  # noqa: BLE001  # it becomes a located error
        return items, error
    except BaseException:
        if close := getattr(source, "aclose", None):
            await close()
        raise
    return items, None


def _when_all_came(shape: Lists, sites: Sites, outcomes: list[Any]) -> None:
    ((items, error),) = outcomes
    if error is not None:
        sites.level.run.failures.note(sites, 0, error, (len(items),))
    put(sites, 0, _answered_lists(shape, [items], sites)[0])


def _present(shape: Shape, values: list[Any], sites: Sites, *, may_await: bool) -> list[tuple[int, Any]]:
    """The values there are, by number. What is missing or failed is noted, what is to come awaited later."""
    failures = sites.level.run.failures
    present: list[tuple[int, Any]] = []
    coming: list[int] = []
    for number, value in enumerate(values):
        if is_settled(type(value)):
            present.append((number, value))
        elif may_await and is_awaitable(value):
            coming.append(number)
        elif isinstance(value, Exception):
            failures.note(sites, number, value)
        elif value is None or value is Undefined:
            if shape.non_null:
                failures.missing(sites, number)
        else:
            present.append((number, value))
    if coming:
        awaited = [values[number] for number in coming]
        go_on = partial(_when_come, shape, Some(sites, coming))
        sites.level.run.pending.append(Pending(awaited, go_on))
    return present


def _when_come(shape: Shape, sites: Sites, outcomes: list[Any]) -> None:
    for number, answer in enumerate(complete(shape, outcomes, sites, may_await=False)):
        put(sites, number, answer)


COMPLETIONS: dict[type, Callable[..., list[Any]]] = {
    Leaf: _leaves,
    Objects: _objects,
    Abstract: _abstract,
    Lists: _lists,
}
