"""Answers that are kept, encoded, with the lists that they are of."""

from collections.abc import Callable
from typing import Any, Final

from mentorhub.lasting import Lasting

KEPT_AS: Final = "mentorhub kept as"
"""The key, in a schema's extensions, of the `Kept` of its plans."""

Encode = Callable[[Any], tuple[Any, int]]
"""What whoever encodes answers takes for a part of one, and how many bytes that has."""

_MOST: Final = 32 * 1024 * 1024
_LARGEST: Final = 16 * 1024
_BESIDE: Final = 300
"""Bytes that an answer takes beside its own."""


class Kept:
    """Answers by the list and the selection that they are of; *most* bytes in all, then it begins anew.

    An answer's size is its client's choice, who names its keys: so bytes are counted, and not answers.
    """

    def __init__(self, encode: Encode, *, most: int = _MOST, largest: int = _LARGEST) -> None:
        self._encode = encode
        self._most = most
        self._largest = largest
        self._bytes = 0
        # The list is kept as well, or another could come to have its identity.
        self._answers: dict[tuple[object, int], tuple[Lasting[Any], Any]] = {}

    @property
    def bytes(self) -> int:
        """How many there are."""
        return self._bytes

    def answer(self, mark: object, list_: Lasting[Any]) -> Any:
        """What was kept of *list_* for the selection of *mark*; None where nothing was, or not any more."""
        kept = self._answers.get((mark, id(list_)))
        return kept and kept[1]

    def keep(self, mark: object, list_: Lasting[Any], answer: Any) -> None:
        made, size = self._encode(answer)
        if size > self._largest:
            return
        if self._bytes + size + _BESIDE > self._most:
            self._answers.clear()
            self._bytes = 0
        self._answers[mark, id(list_)] = list_, made
        self._bytes += size + _BESIDE
