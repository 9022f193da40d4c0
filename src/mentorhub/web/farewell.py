"""How connections learn that the service goes down."""

from collections.abc import Callable
from typing import Any, Final

FAREWELL: Final = "farewell"
"""In the lifespan's state: what begins to close sockets and streams in an orderly way; called for each of them."""


def say_farewell(state: dict[str, Any]) -> bool:
    """Begins the farewell; whether there is one."""
    farewell: Callable[[], object] | None = state.get(FAREWELL)
    if farewell is not None:
        farewell()
    return farewell is not None
