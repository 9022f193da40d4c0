"""Builds the explorer into a wheel or source distribution; an editable install serves what is in the tree."""

import runpy
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ExplorerHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        script = runpy.run_path(str(Path(self.root) / "scripts" / "build_explorer.py"))
        if failed := script["main"]():
            sys.exit(failed)
