"""Secrets that are handed out once: what they look like, and how they are kept."""

import hashlib
import secrets
from typing import Final

ACCESS_TOKEN_PREFIX: Final = "mh_"  # noqa: S105 -- tells an access token from a session's
_BYTES: Final = 32


def new_secret(prefix: str = "") -> str:
    """256 random bits for a URL, a header or a cookie."""
    return prefix + secrets.token_urlsafe(_BYTES)


def new_name() -> str:
    """A name that nobody guesses, good for a file and a URL."""
    return secrets.token_hex(16)


def hashed(secret: str) -> str:
    """How *secret* is stored and looked up: a fast hash is enough for 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
