"""New keys."""

import uuid_utils

from mentorhub.rules.keys import Key


def new_key() -> Key:
    """A UUIDv7: its first 48 bits are the time in milliseconds, so that new rows stand together in every index."""
    return Key(str(uuid_utils.uuid7()))
