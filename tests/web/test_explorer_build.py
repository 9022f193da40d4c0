"""How the explorer is built: when, from what, and what it says when it cannot be."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, parse

from mentorhub.web.explorer import BUILT

ROOT = Path(__file__).parents[2]
SOURCES = "src/mentorhub/web/explorer"

built = pytest.mark.skipif(
    not (BUILT / "index.html").is_file(), reason="the explorer is not built: python scripts/build_explorer.py"
)


@built
def test_a_build_that_is_up_to_date_costs_nothing_and_needs_no_node(tree: Path) -> None:
    shutil.copytree(BUILT, tree / SOURCES / "dist")

    again = build(tree, PATH="")

    assert (again.returncode, again.stdout, again.stderr) == (0, "explorer: up to date\n", "")


@built
def test_a_changed_example_calls_for_a_new_build_and_no_node_is_told_in_one_sentence(tree: Path) -> None:
    shutil.copytree(BUILT, tree / SOURCES / "dist")
    (tree / "examples/anyone/browse-mentors.graphql").write_text("query Other { viewer { cursor } }")

    stale = build(tree, PATH="")

    assert stale.returncode == 1
    assert re.fullmatch(
        r"explorer: Node 20 or newer, with npm, is needed to build it: [^\n]+\.\n", stale.stderr
    )


@pytest.mark.skipif(shutil.which("npm") is None, reason="no npm on this machine")
def test_a_registry_out_of_reach_is_told_in_one_sentence_and_leaves_nothing_half_built(tree: Path) -> None:
    nowhere = {"npm_config_registry": "http://127.0.0.1:9/", "npm_config_cache": str(tree / "cache")}

    failed = build(tree, PATH=os.environ["PATH"], npm_config_fetch_retries="0", **nowhere)

    assert failed.returncode == 1
    assert re.fullmatch(
        r"explorer: npm could not install its packages \(ECONNREFUSED\): [^\n]+\.\n", failed.stderr
    )
    assert not (tree / SOURCES / "dist").exists()


@built
def test_a_wheel_holds_the_built_explorer_and_none_of_its_sources(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)

    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    explorer = {name for name in names if name.startswith("mentorhub/web/explorer/")}
    dist = {f"mentorhub/web/explorer/dist/{file.relative_to(BUILT)}" for file in BUILT.rglob("*.*")}
    assert explorer == dist | {"mentorhub/web/explorer/__init__.py"}


@built
def test_the_page_names_built_files_only_and_runs_no_script_of_its_own() -> None:
    page = (BUILT / "index.html").read_text()

    named = re.findall(r'(?:href|src)="([^"]+)"', page)
    assert len(named) == 3
    assert all((BUILT / name).is_file() for name in named)
    assert re.findall(r"<script[^>]*>([^<]*)</script>", page) == [""]


def test_every_package_is_pinned_by_hash_and_names_no_registry() -> None:
    wanted = json.loads((ROOT / SOURCES / "package.json").read_text())
    packages = json.loads((ROOT / SOURCES / "package-lock.json").read_text())["packages"]

    versions = wanted["dependencies"] | wanted["devDependencies"]
    assert all(re.fullmatch(r"[\d.]+", version) for version in versions.values())
    assert all(packages[f"node_modules/{name}"]["version"] == version for name, version in versions.items())
    del packages[""]
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert not any("resolved" in package for package in packages.values())


@pytest.mark.parametrize("path", sorted((ROOT / "examples").rglob("*.graphql")), ids=lambda path: path.stem)
def test_an_example_is_one_operation_named_as_its_file(path: Path) -> None:
    (operation,) = parse(path.read_text()).definitions

    assert isinstance(operation, OperationDefinitionNode)
    assert operation.name
    assert re.sub(r"(?<!^)(?=[A-Z])", "-", operation.name.value).lower() == path.stem
    needed = {each.variable.name.value for each in operation.variable_definitions or ()}
    variables = path.with_suffix(".variables.json")
    given = set(json.loads(variables.read_text())) if variables.exists() else set()
    assert given <= needed


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The sources of the explorer in a folder of their own, without a build."""
    shutil.copytree(ROOT / SOURCES, tmp_path / SOURCES, ignore=shutil.ignore_patterns("dist"))
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/build_explorer.py", tmp_path / "scripts")
    return tmp_path


def build(tree: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    # Without site-packages, and so without the Node that comes from PyPI.
    command = (sys.executable, "-I", "-S", str(tree / "scripts/build_explorer.py"))
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
