"""A new operator's walk: the commands of the operators' page, run as they stand there, in a clean folder."""

import asyncio
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from tests.system.processes import free_port

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs/operating.md").read_text()
SET_UP: Final = PAGE[PAGE.index("## Set up") : PAGE.index("## Watch")]
EXPLORER: Final = "src/mentorhub/web/explorer/dist"
PASSWORD: Final = "a long enough phrase"
SIGN_IN: Final = """
mutation ($input: SignInInput!) { signIn(input: $input) { token userErrors { code } } }
"""


def _commands() -> list[list[str]]:
    """The commands of the page's shell blocks, in order."""
    blocks = re.findall(r"```sh\n(.*?)```", SET_UP, re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines() if line.strip()]


def _sql() -> list[str]:
    [block] = re.findall(r"```sql\n(.*?)```", SET_UP, re.DOTALL)
    return [line.strip().rstrip(";") for line in block.splitlines() if line.strip()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a clone of the repository holds, and the explorer as it was built here, which would need the network."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is no clone")
    if not (ROOT / EXPLORER / "index.html").exists():
        pytest.skip("the explorer is not built: python scripts/build_explorer.py")
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / EXPLORER, tmp_path / EXPLORER)
    return tmp_path


@pytest.fixture
def database(postgresql_server: str) -> Iterator[str]:
    """The URL of a database made with the page's own SQL, under names that nobody else has."""
    name = f"walk_{uuid4().hex[:8]}"
    made = [re.sub(r"\bmentorhub\b", name, statement) for statement in _sql()]
    asyncio.run(_execute(postgresql_server, *made))
    host = urlsplit(postgresql_server)
    there = host.netloc.rpartition("@")[2]
    yield f"postgresql://{name}:CHANGE-ME@{there}/{name}{'?' + host.query if host.query else ''}"
    gone = (f"DROP DATABASE {name} WITH (FORCE)", f"DROP ROLE {name}")
    asyncio.run(_execute(postgresql_server, *gone))


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def mail_server() -> Iterator[str]:
    controller = Controller(Sink(), hostname="127.0.0.1", port=free_port())
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


def _lend_packages(folder: Path) -> None:
    """Lets the new environment see what is installed here: pip has nothing to fetch, and says if anything lacks."""
    [packages] = (folder / ".venv/lib").glob("python*/site-packages")
    (packages / "lent.pth").write_text("\n".join(path for path in sys.path if "site-packages" in path))


def _fill_in(folder: Path, **given: str) -> None:
    path = folder / ".env"
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    settings = dict(line.split("=", 1) for line in lines) | given
    path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))


def test_the_page_leads_from_a_clone_to_a_service_that_answers(
    folder: Path, database: str, mail_server: str
) -> None:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MENTORHUB_")}
    # Nothing is fetched, and the wheel is built with what is here.
    environment |= {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    ran, serving = [], None

    def run(words: list[str], *, text: str = "") -> str:
        done = subprocess.run(
            words, cwd=folder, env=environment, input=text, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    try:
        for words in _commands():
            command = " ".join(words).replace("8000", str(port)).split(" ")
            match words:
                case [".venv/bin/mentorhub", "serve", *_]:
                    serving = subprocess.Popen(
                        command, cwd=folder, env=environment, stderr=subprocess.DEVNULL
                    )
                    _wait_for(f"http://127.0.0.1:{port}/readyz", serving)
                case [".venv/bin/mentorhub", "create-user", *_]:
                    run(words, text=f"{PASSWORD}\n")
                case ["curl", *_] if shutil.which("curl") is None:
                    pass
                case ["curl", *_]:
                    assert '"ready"' in run(command)
                case _:
                    run(words)
            ran.append(words[0].rpartition("/")[2] + " " + words[1])
            if words[:3] == ["python3", "-m", "venv"]:
                _lend_packages(folder)
            if words[0] == "cp":
                _fill_in(
                    folder,
                    MENTORHUB_DATABASE_URL=database,
                    MENTORHUB_SECRET=uuid4().hex + uuid4().hex,
                    MENTORHUB_METRICS_TOKEN=uuid4().hex,
                    MENTORHUB_MAIL_URL=mail_server,
                    MENTORHUB_MEDIA_URL="file:var/media",
                    MENTORHUB_REDIS_URL="",
                )
        answer = _ask(port, SIGN_IN, {"input": {"email": "you@example.com", "password": PASSWORD}})
        signed_in = answer["data"]["signIn"]
        who = _ask(port, "{ viewer { user { name } } admin { __typename } }", token=signed_in["token"])
    finally:
        if serving is not None:
            serving.terminate()
            serving.wait(60)

    assert {"pip install", "mentorhub upgrade", "mentorhub doctor", "mentorhub serve"} <= set(ran)
    assert who["data"]["viewer"]["user"]["name"] == "Your Name"
    assert who["data"]["admin"] is not None
    installed = run([".venv/bin/python", "-c", "import mentorhub; print(mentorhub.__file__)"]).strip()
    assert installed.startswith(str(folder / ".venv"))
    assert list(Path(installed).parent.glob("web/explorer/dist/index.html"))


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1200):
        assert process.poll() is None
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        # Nobody tells when it is up.
        process_ended = _ended_within(process, 0.1)
        assert not process_ended
    raise AssertionError(url)


def _ended_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _ask(port: int, query: str, variables: object = None, *, token: str | None = None) -> Any:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    body = {"query": query, "variables": variables}
    answer = httpx.post(f"http://127.0.0.1:{port}/graphql", json=body, headers=headers, timeout=30).json()
    assert "errors" not in answer, answer
    return answer


def test_the_readme_installs_it_in_the_same_way() -> None:
    readme = (ROOT / "README.md").read_text()
    wanted = [" ".join(words) for words in _commands() if "venv" in words[-1] or "pip" in words[0]]

    assert len(wanted) == 3
    for command in wanted:
        assert command in readme
