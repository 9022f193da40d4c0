"""Collects the refusals of one input, so that all its faults are told at once.

```python
faults = Faults()
topic = faults.check(texts.line, topic, field="topic", at_least=3, at_most=120)
description = faults.check(texts.optional_paragraphs, description, field="description", at_most=2000)
if ends_at <= starts_at:
    faults.add(Invalid("It must end after it starts.", field="ends_at"))
faults.tell()
```
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from mentorhub.rules.refusals import Barred, Refusal, Refusals

P = ParamSpec("P")
T = TypeVar("T")


class Faults:
    """Ask `tell` before anything is done with what `check` gave: until then it may be no value at all."""

    def __init__(self) -> None:
        self.found: list[Refusal] = []

    def check(self, rule: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What *rule* makes of its arguments; None, and a fault more, where it refuses them."""
        try:
            return rule(*args, **kwargs)
        except Barred:
            raise
        except Refusal as refusal:
            self.found.append(refusal)
        except Refusals as refusals:
            self.found.extend(refusals.refusals)
        return cast("T", None)

    def add(self, *refusals: Refusal) -> None:
        self.found.extend(refusals)

    def tell(self) -> None:
        """Raises Refusals with every fault there is, in the order found; nothing where there is none."""
        if self.found:
            raise Refusals(self.found)
