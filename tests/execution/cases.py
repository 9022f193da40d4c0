"""A case of execution as data: a schema, what is behind it, a document, the answer. After graphql-core's own tests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

type_of_error = tuple[str, list[str | int]]


@dataclass(frozen=True)
class Case:
    name: str
    sdl: str
    text: str
    root: Any
    data: Any
    errors: list[type_of_error] = field(default_factory=list)
    variables: dict[str, Any] | None = None


class Bad(Exception):  # noqa: N818  # not a fault
    pass


def raising(message: str = "bad") -> Callable[..., Any]:
    def resolve(info: Any, **arguments: Any) -> Any:
        raise Bad(message)

    return resolve


def later(value: Any) -> Callable[..., Any]:
    """An asynchronous resolver of *value*; or of its error, if that is one."""

    async def resolve(info: Any, **arguments: Any) -> Any:
        if isinstance(value, Exception):
            raise value
        return value

    return resolve


def stream(*values: Any) -> Callable[..., Any]:
    async def resolve(info: Any) -> Any:
        for value in values:
            if isinstance(value, Bad):
                raise value
            yield value

    return resolve


def iterator(*values: Any) -> Any:
    for value in values:
        if isinstance(value, Bad):
            raise value
        yield value


NO_NULL = "Cannot return null for non-nullable field {}."
NO_ITERABLE = "Expected Iterable, but did not find one for field 'Query.list'."
