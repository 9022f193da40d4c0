"""Threads that stand back behind the event loop."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

_NICE: Final = 10
"""How far they stand back behind whoever else wants the processors."""


def standing_back(at_once: int, name: str) -> ThreadPoolExecutor:
    """As many threads as are to work *at_once*, made when they are needed."""
    return ThreadPoolExecutor(at_once, thread_name_prefix=name, initializer=_stand_back)


def _stand_back() -> None:
    if hasattr(os, "setpriority"):
        # Linux has priorities by thread; elsewhere it would be the whole process that stands back.
        with suppress(OSError):
            if os.uname().sysname == "Linux":
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
