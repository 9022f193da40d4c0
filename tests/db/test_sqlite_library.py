"""What is settled about the SQLite library before it is used."""

import subprocess
import sys
from pathlib import Path

_LOOK = """
import ctypes, sys
import mentorhub.app
from mentorhub.db.sqlite_connection import connect
connect(sys.argv[1])
import _sqlite3
print(ctypes.CDLL(_sqlite3.__file__).sqlite3_memory_used())
"""


def test_sqlite_keeps_no_figures_of_its_memory(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _LOOK, str(tmp_path / "some.db")]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout == "0\n"
