"""Nodes: opaque, typed, checked ids, and the interface that all with an id share."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ClassVar, Final, ParamSpec, Self, cast

import strawberry

from mentorhub.execution import BROUGHT, reads, rows
from mentorhub.resolvers.desk import Desk
from mentorhub.rules.keys import NOBODY, Key

P = ParamSpec("P")
Load = Callable[[Desk, Sequence[Key]], Awaitable[Mapping[Key, Any]]]
"""The rows of keys, without those that are none or that the viewer may not see."""

_ID: Final = re.compile(r"([a-z]+)_([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})", re.ASCII)
_LOADS: Final[dict[str, tuple[str, Load]]] = {}


def id_of(type_name: str, key: Key) -> strawberry.ID:
    """The id of the *type_name* with *key*: a prefix that tells the type, and the key."""
    return _PREFIXES[type_name] + key  # type: ignore[return-value]  # an ID is a text


class _Prefixes(dict[str, str]):
    """Made once for each type, since every row that is shown has an id."""

    def __missing__(self, type_name: str) -> str:
        prefix = self[type_name] = f"{type_name.lower()}_"
        return prefix


_PREFIXES: Final = _Prefixes()


def id_field(type_name: str) -> Any:
    """The id of the *type_name* whose row has a key `id`."""
    prefix = _PREFIXES[type_name]

    def read(root: Any) -> strawberry.ID:
        return prefix + root.id  # type: ignore[no-any-return]  # an ID is a text

    return strawberry.field(
        resolver=read, metadata=reads("id", prefix=prefix), description="Opaque, and good for ever."
    )


def key_of(type_name: str, text: str) -> Key:
    """The key that *text* names; `NOBODY`, which no row has, if it is malformed or of another type."""
    found = _ID.fullmatch(text)
    return Key(found[2]) if found and found[1] == type_name.lower() else NOBODY


def any_key_of(text: str) -> Key:
    """The key that *text* names, of whatever type; `NOBODY` if it is malformed."""
    found = _ID.fullmatch(text)
    return Key(found[2]) if found and found[1] in _LOADS else NOBODY


def keys_of(type_name: str, texts: Sequence[str]) -> list[Key]:
    return [key_of(type_name, text) for text in texts]


@strawberry.interface(description="Anything that has an id of its own.")
class Node:
    """Declares a type whose values are rows: `of` says so to the type checker, and does nothing else."""

    id: strawberry.ID = strawberry.field(description="Opaque, and good for ever.")
    type_name: ClassVar[str]

    @classmethod
    def of(cls, row: object) -> Self:
        return cast(Self, row)


def shown(rows_: object) -> Any:
    """*rows_* as the declared types whose values they are."""
    return rows_


def brought(rows_: Sequence[Any], name: str) -> list[Any] | None:
    """What a list has brought along with each of *rows_* under *name*; None unless it has with all."""
    values = [getattr(row, name, _ABSENT) for row in rows_]
    return None if _ABSENT in values else values


_ABSENT: Final = object()


def unless_brought(name: str) -> Callable[[Callable[P, Awaitable[Any]]], Callable[P, Any]]:
    """Decorates a batch that reads what a list may have brought along with the parents under *name*."""

    def declare(read: Callable[P, Awaitable[Any]]) -> Callable[P, Any]:
        @wraps(read)
        def load(*args: P.args, **kwargs: P.kwargs) -> Any:
            parents: Any = args[0]
            known = brought(parents, name)
            return read(*args, **kwargs) if known is None else known

        setattr(load, BROUGHT, name)
        return load

    return declare


def node_type(
    name: str, *, row: type[Any] | tuple[type[Any], ...], load: Load, description: str
) -> Callable[[type[Any]], type[Any]]:
    """Declares an object type whose values are instances of *row*, found by id through *load*."""
    _LOADS[name.lower()] = (name, load)

    def declare(cls: type[Any]) -> type[Any]:
        cls.type_name = name
        return strawberry.type(
            rows(*(row if isinstance(row, tuple) else (row,)))(cls), name=name, description=description
        )

    return declare


async def nodes_of(desk: Desk, ids: Sequence[str]) -> list[Any]:
    """What each of *ids* names, in their order; None where it is nothing the viewer may see. One statement a type."""
    found = [_ID.fullmatch(text) for text in ids]
    wanted: dict[str, set[Key]] = {}
    for match in found:
        if match and match[1] in _LOADS:
            wanted.setdefault(match[1], set()).add(Key(match[2]))
    loaded = {prefix: await _LOADS[prefix][1](desk, sorted(keys)) for prefix, keys in wanted.items()}
    return [loaded[match[1]].get(Key(match[2])) if match and match[1] in loaded else None for match in found]
