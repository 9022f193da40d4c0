"""What one operation may ask for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Counted over the whole document (the first four) or over the operation to be executed.

    `depth` counts fields from the root down; introspection has its own. `cost` estimates the fields to
    be answered (see costs.py). `errors` is how many faults of one request are told.
    `introspection` switches `__schema` and `__type` off altogether.
    """

    characters: int = 100_000
    tokens: int = 2_000
    operations: int = 20
    directives: int = 100
    depth: int = 14
    introspection_depth: int = 20
    aliases: int = 60
    root_fields: int = 30
    mutations: int = 10
    cost: int = 50_000
    errors: int = 20
    introspection: bool = True
