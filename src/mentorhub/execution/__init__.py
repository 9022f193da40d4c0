"""Executes GraphQL operations fast. Knows GraphQL and Strawberry, nothing of mentors. See README.md."""

from .asking import Asked, asked
from .batches import BROUGHT, Batches, OperationContext, batch
from .declarations import extend, reads, rows
from .documents import Prepared
from .engine import Engine
from .keeping import Encode
from .limits import Limits
from .rejections import Code, Rejected
from .running import Answer
from .sharing import Common

__all__ = [
    "BROUGHT",
    "Answer",
    "Asked",
    "Batches",
    "Code",
    "Common",
    "Encode",
    "Engine",
    "Limits",
    "OperationContext",
    "Prepared",
    "Rejected",
    "asked",
    "batch",
    "extend",
    "reads",
    "rows",
]
