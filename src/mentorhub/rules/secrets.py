"""Secrets that are handed out once: what they look like, and how they are kept."""

import hashlib
import secrets
from typing import Final

ACCESS_TOKEN_PREFIX: Final = "mh_"  # noqa: S105 -- tells an access token from a session's
_BYTES: Final = 32


def new_secret(prefix: str = "") -> str:
    """256 random bits for a URL, a header or a cookie."""
    return prefix + secrets.token_urlsafe(_BYTES)


def hashed(secret: str) -> str:
    """How *secret* is stored and looked up. A fast hash is enough for 256 random bits; equality of hashes tells nothing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
