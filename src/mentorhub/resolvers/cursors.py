"""Cursors: places in a list, opaque and sealed, so that no other list's and no forged one passes."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from hmac import compare_digest
from typing import Any, Final

from mentorhub.rules.refusals import CursorInvalid

_LENGTH: Final = 600
_SEAL_LENGTH: Final = 9
_SEPARATOR: Final = "\x1f"


class Cursors:
    """The cursors of the list *name*, filtered by *values*; worked out when the first is asked for."""

    def __init__(self, secret: bytes, name: str, values: Mapping[str, Any]) -> None:
        self._secret = secret
        self._name = name
        self._values = values

    @cached_property
    def _seal(self) -> Any:
        # The clock goes on from page to page, and does not count as a filter.
        filters = sorted((key, repr(value)) for key, value in self._values.items() if key != "now")
        told = repr((self._name, filters)).encode()
        return hashlib.blake2s(told, key=self._secret[:32], digest_size=_SEAL_LENGTH)

    def cursor(self, place: Sequence[Any]) -> str:
        text = _SEPARATOR.join(_written(value) for value in place).encode()
        return _text(self._sealed(text) + text)

    def place(self, cursor: str | None) -> list[Any] | None:
        """The place that *cursor* names. Raises CursorInvalid."""
        if cursor is None:
            return None
        try:
            sealed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)) if cursor.isascii() else b""
        except NotBase64 as error:
            raise CursorInvalid from error
        seal, text = sealed[:_SEAL_LENGTH], sealed[_SEAL_LENGTH:]
        # What stands for the same octets in another way is not a cursor that we gave.
        is_ours = len(cursor) <= _LENGTH and _text(sealed) == cursor
        if not is_ours or not compare_digest(seal, self._sealed(text)):
            raise CursorInvalid
        return [_READ[cell[:1]](cell[1:]) for cell in text.decode().split(_SEPARATOR)]

    def _sealed(self, text: bytes) -> bytes:
        seal = self._seal.copy()
        seal.update(text)
        digest: bytes = seal.digest()
        return digest


def told_by(filter: Any) -> dict[str, Any]:
    """The values of a filter, a dataclass with slots, by their names."""
    return {name: getattr(filter, name) for name in filter.__slots__}


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")


def _written(value: Any) -> str:
    match value:
        case bool():
            return f"b{int(value)}"
        case int():
            return f"i{value}"
        case float():
            return f"f{value!r}"
        case datetime():
            return f"d{value.isoformat()}"
        case _:
            return f"s{value}"


_READ: Final[dict[str, Callable[[str], Any]]] = {
    "b": lambda text: {"0": False, "1": True}[text],
    "i": int,
    "f": float,
    "d": datetime.fromisoformat,
    "s": str,
}
