"""Keys: the name of a row, as every floor below the schema knows it."""

from typing import Final, NewType

Key = NewType("Key", str)
"""A UUIDv7 in its 36-character lower-case form: time-ordered, the same text on every database."""

NOBODY: Final = Key("00000000-0000-0000-0000-000000000000")
"""The key that no row ever has. What a client sends as an id and is none stands for this one."""
