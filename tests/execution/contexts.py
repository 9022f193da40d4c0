"""A context that keeps what happened, and what resolvers see of it."""

from typing import Any, Self

import strawberry

from mentorhub.execution import Batches


class Context:
    """Keeps what happened, in its order."""

    def __init__(self) -> None:
        self.batches = Batches()
        self.happened: list[str] = []

    def fresh(self) -> Self:
        return type(self)()


type_of_info = strawberry.Info[Context, Any]
