"""Signed texts: what is handed out and must come back unchanged, within its time."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import UTC, datetime
from hashlib import sha256

from mentorhub.rules.refusals import TokenInvalid

_LENGTH = 32


def signed(content: bytes, *, secret: bytes, purpose: str, until: datetime) -> str:
    """*content* for a URL, good for *purpose* alone and until an instant, to the second."""
    body = int(until.timestamp()).to_bytes(8, "big") + content
    return _written(_seal(body, secret, purpose) + body)


def opened(text: str, *, secret: bytes, purpose: str, now: datetime) -> bytes:
    """What was signed. Raises TokenInvalid when it was not, for another purpose, or is too old."""
    try:
        sealed = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (NotBase64, UnicodeEncodeError) as error:
        raise TokenInvalid from error
    seal, body = sealed[:_LENGTH], sealed[_LENGTH:]
    if len(body) < 8 or not hmac.compare_digest(seal, _seal(body, secret, purpose)):
        raise TokenInvalid
    if _written(sealed) != text or datetime.fromtimestamp(int.from_bytes(body[:8], "big"), UTC) <= now:
        raise TokenInvalid
    return body[8:]


def _written(sealed: bytes) -> str:
    """The one way in which *sealed* is written: base64 lets a last character say the same as another."""
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def _seal(body: bytes, secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, purpose.encode() + b"\0" + body, sha256)
