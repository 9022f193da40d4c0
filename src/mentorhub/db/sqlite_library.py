"""The SQLite library itself, before anything opens a database with it."""

import ctypes
from contextlib import suppress
from importlib.util import find_spec
from typing import Final

_MEMSTATUS: Final = 9
"""SQLITE_CONFIG_MEMSTATUS."""


def count_no_memory() -> None:
    """Has SQLite keep no figures of its memory: nobody asks for them.

    One lock of all connections is taken for them at each allocation, so that a long read in a thread holds up those on
    the event loop. Does nothing once the library is in use, or where it cannot be reached.
    """
    module = find_spec("_sqlite3")
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(module.origin if module and module.has_location else None)
        library.sqlite3_config.argtypes = [ctypes.c_int]  # the others vary
        library.sqlite3_config(_MEMSTATUS, 0)
