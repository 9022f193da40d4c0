"""Batches: a field resolved for all its parents at once, declared once and served by either executor.

    class Mentor:
        rating: Rating = batch(ratings_of, description="…")

    async def ratings_of(parents: Sequence[MentorRow], info: Info[Context, None]) -> Sequence[RatingRow]: ...

The compiled executor calls the function once per level, with the parents of that level. Under
graphql-core's own executor, which asks parent by parent, a data loader collects the parents first.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, Self

import strawberry
from aiodataloader import DataLoader

type_of_load = Callable[..., Sequence[Any] | Awaitable[Sequence[Any]]]

LOAD = "batch"
"""The key of the function in a batch field's Strawberry metadata."""
BROUGHT = "brought"
"""The name of an attribute of a batch's function: what it is called where parents have it already, as an attribute of
theirs. If all of them have it, plans take it from there, as the function would, and do not call that.
"""
SURROUND = "mentorhub surround"
"""The key, in a schema's extensions, of what plans have stand around each batch's function."""


class OperationContext(Protocol):
    """What the engine asks of a context: its batches, and one more like it for each subscription event."""

    @property
    def batches(self) -> "Batches": ...

    def fresh(self) -> Self:
        """The same viewer, with new batches: what one event loaded must not be answered to the next."""
        ...


def batch(
    load: type_of_load, *, description: str, deprecation_reason: str | None = None, name: str | None = None
) -> Any:
    """A Strawberry field whose values *load* gives for many parents.

    `load(parents, info, *, …)` may be async; it returns one value for each parent, in their order.
    A value that is an Exception is that parent's error; one that is raised is every parent's.
    Its keyword-only parameters become the field's arguments.
    """
    return strawberry.field(
        resolver=_one_by_one(load),
        description=description,
        deprecation_reason=deprecation_reason,
        name=name,
        metadata={LOAD: load},
    )


def _one_by_one(load: type_of_load) -> Callable[..., Awaitable[Any]]:
    parents, info, *arguments = inspect.signature(load).parameters.values()
    if strays := [each.name for each in arguments if each.kind is not inspect.Parameter.KEYWORD_ONLY]:
        msg = f"{load.__qualname__}: {', '.join(strays)} must be keyword-only to be an argument"
        raise TypeError(msg)

    async def resolve(root: Any, info: strawberry.Info[OperationContext, Any], **arguments: Any) -> Any:
        return await info.context.batches.value(load, root, info, arguments)

    resolve.__name__, resolve.__qualname__ = load.__name__, load.__qualname__
    resolve.__module__ = load.__module__  # where Strawberry looks up annotations given as strings
    resolve.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # read by Strawberry instead of the real one
        [
            parents.replace(name="root", annotation=Any),
            info.replace(name="info", annotation=strawberry.Info),
            *arguments,
        ]
    )
    return resolve


class Batches:
    """The loaders of one operation, or of one event: one for each batch and field of the document.

    A field of the document has the same arguments for every parent: they need not be part of the key.
    """

    __slots__ = ("_loaders",)

    def __init__(self) -> None:
        self._loaders: dict[tuple[int, type_of_load], DataLoader[Any, Any]] = {}

    def value(
        self, load: type_of_load, parent: Any, info: strawberry.Info[Any, Any], arguments: Mapping[str, Any]
    ) -> Awaitable[Any]:
        key = id(info._raw_info.field_nodes[0]), load  # noqa: SLF001  # the only way to the field in the document
        loader = self._loaders.get(key)
        if loader is None:

            async def load_all(boxes: list[tuple[Any]]) -> list[Any]:
                return await values_of(load, [parent for (parent,) in boxes], info, arguments)

            # Parents are told apart by identity and boxed, since a loader refuses None; nothing is cached.
            loader = self._loaders[key] = DataLoader(load_all, cache=False, get_cache_key=id)
        return loader.load((parent,))


async def values_of(
    load: type_of_load, parents: Sequence[Any], info: strawberry.Info[Any, Any], arguments: Mapping[str, Any]
) -> list[Any]:
    """What *load* gives for *parents*, checked to be one value for each."""
    values = load(parents, info, **arguments)
    if isinstance(values, Awaitable):
        values = await values
    return one_for_each(load, parents, values)


def one_for_each(load: type_of_load, parents: Sequence[Any], values: Sequence[Any]) -> list[Any]:
    values = list(values)
    if len(values) != len(parents):
        msg = f"{load.__qualname__} gave {len(values)} values for {len(parents)} parents"
        raise TypeError(msg)
    return values
