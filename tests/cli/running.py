"""Commands as processes, in a folder of their own."""

import os
import subprocess
import sys
from pathlib import Path

MENTORHUB = str(Path(sys.executable).with_name("mentorhub"))


def run(folder: Path, *command: str, text: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """What a command says; only *settings* are set."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MENTORHUB_")}
    return subprocess.run(
        [MENTORHUB, *command],
        cwd=folder,
        env=environment | settings,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
