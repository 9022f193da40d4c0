"""The secret address of somebody's calendar: made anew whenever it is asked for, so that it is kept nowhere.

It is the user's key and a seal of it, which only the service's secret and what the account keeps of its own make.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Final
from uuid import UUID

from mentorhub.rules.keys import Key

LENGTH: Final = 64
"""Of the address: the key's 16 octets and the seal's 32."""
_PURPOSE: Final = b"calendar\0"


def address(user_id: Key, *, salt: str | None, secret: bytes) -> str:
    """The address of *user_id*; *salt* is what their account keeps, None before the first reset."""
    key = UUID(user_id).bytes
    return urlsafe_b64encode(key + _seal(key, salt, secret)).decode()


def owner(text: str) -> Key | None:
    """Whose address *text* would be; None where it is nobody's."""
    if len(text) != LENGTH or not text.isascii():
        return None
    try:
        octets = urlsafe_b64decode(text)
    except ValueError:
        return None
    return Key(str(UUID(bytes=octets[:16]))) if len(octets) == LENGTH // 4 * 3 else None


def is_address(text: str, user_id: Key, *, salt: str | None, secret: bytes) -> bool:
    """Whether *text* is the address of *user_id*, told in the same time whatever it is."""
    return hmac.compare_digest(text.encode(), address(user_id, salt=salt, secret=secret).encode())


def _seal(key: bytes, salt: str | None, secret: bytes) -> bytes:
    return hmac.digest(secret, _PURPOSE + key + (salt or "").encode(), sha256)
