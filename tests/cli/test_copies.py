"""Copies of everything, made while the service serves, and brought back elsewhere."""

import io
import sqlite3
import tarfile
from pathlib import Path

import pytest

from tests.commands import run
from tests.system.processes import Client, serving

SIGN_UP = """
mutation ($input: SignUpInput!) {
  signUp(input: $input) { userErrors { code message } }
}
"""
PERSON = {"email": "anna@example.com", "name": "Anna", "password": "a long enough phrase"}


async def test_what_was_copied_while_serving_comes_back_elsewhere(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    archive = tmp_path / "copy.tar.gz"
    async with serving("sqlite:///var/mentorhub.db", here) as service, Client(service) as client:
        await client.do(SIGN_UP, input=PERSON)
        (here / "var/media").mkdir(exist_ok=True)
        (here / "var/media/photo.jpg").write_bytes(b"a photo")

        service.run("backup", str(archive))
        await client.do(SIGN_UP, input=PERSON | {"email": "ben@example.com"})

    restored = run(there, "restore", str(archive))

    assert restored.returncode == 0, restored.stderr
    assert (there / "var/media/photo.jpg").read_bytes() == b"a photo"
    assert (there / "var/secret").read_bytes() == (here / "var/secret").read_bytes()
    assert (there / "var/secret").stat().st_mode & 0o077 == archive.stat().st_mode & 0o077 == 0
    with sqlite3.connect(there / "var/mentorhub.db") as connection:
        addresses = connection.execute("SELECT email FROM users").fetchall()
    assert addresses == [("anna@example.com",)]
    async with serving("sqlite:///var/mentorhub.db", there) as service, Client(service) as client:
        assert await client.ask("{ viewer { user { id } } }") == {"viewer": None}


def test_nothing_that_exists_is_overwritten(tmp_path: Path) -> None:
    run(tmp_path, "upgrade")
    first = run(tmp_path, "backup", "copy.tar.gz")

    again = run(tmp_path, "backup", "copy.tar.gz")
    onto = run(tmp_path, "restore", "copy.tar.gz")

    assert first.returncode == 0, first.stderr
    assert (again.returncode, onto.returncode) == (1, 1)
    assert "exists already" in again.stderr
    assert "move it away first" in onto.stderr


@pytest.mark.parametrize(
    "name", ["../escaped", "/tmp/escaped", "media/../../escaped", "var/secret", "mentorhub.db/../x"]
)
def test_an_archive_puts_files_nowhere_else(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as tar:
        member = tarfile.TarInfo(name)
        member.size = 4
        tar.addfile(member, io.BytesIO(b"evil"))

    done = run(tmp_path, "restore", "evil.tar.gz")

    assert done.returncode == 1
    assert "no backup of MentorHub" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path.parent / "escaped").exists()


@pytest.mark.parametrize("content", [b"", b"not an archive at all", b"\x1f\x8b\x08broken"])
def test_what_is_no_archive_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.tar.gz").write_bytes(content)

    done = run(tmp_path, "restore", "broken.tar.gz")

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "var/mentorhub.db").exists()


def test_a_damaged_database_is_not_brought_back(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "damaged.tar.gz", "w:gz") as tar:
        member = tarfile.TarInfo("mentorhub.db")
        member.size = 4096
        tar.addfile(member, io.BytesIO(b"SQLite format 3\0" + b"\xff" * 4080))

    done = run(tmp_path, "restore", "damaged.tar.gz")

    assert done.returncode == 1
    assert "damaged" in done.stderr
    assert not (tmp_path / "var/mentorhub.db").exists()


@pytest.mark.parametrize(("command", "tool"), [("backup", "pg_dump"), ("restore", "pg_restore")])
def test_for_postgresql_the_tools_are_named(tmp_path: Path, command: str, tool: str) -> None:
    (tmp_path / "copy").touch()

    done = run(tmp_path, command, "copy", MENTORHUB_DATABASE_URL="postgresql://db.example/mentorhub")

    assert done.returncode == 1
    assert tool in done.stderr
