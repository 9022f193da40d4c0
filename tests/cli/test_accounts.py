"""Accounts and jobs from the command line."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from mentorhub.db import accounts
from mentorhub.rules.vocabulary import Role
from mentorhub.settings import Settings
from tests.accounts.people import PASSWORD, REQUEST_RESET, SIGN_IN, Visitor
from tests.api import open_api
from tests.commands import MENTORHUB, run

USER = ("create-user", "--email", " ADA@example.com", "--name", "Ada Root")


def _settings(database_url: str, folder: Path) -> Settings:
    return Settings(
        _env_file=None,
        database_url=database_url,
        mail_url=f"file:{folder / 'var/mail'}",
        media_url=f"file:{folder / 'var/media'}",
        secret=SecretStr("a secret of the tests, and long enough"),
        jobs="off",
    )


@pytest.mark.parametrize("role", list(Role))
async def test_a_user_is_made_and_signs_in(database_url: str, tmp_path: Path, role: Role) -> None:
    done = await asyncio.to_thread(
        run,
        tmp_path,
        *USER,
        "--role",
        role.lower(),
        text=f"{PASSWORD}\n",
        MENTORHUB_DATABASE_URL=database_url,
    )

    assert done.returncode == 0, done.stderr
    async with open_api(_settings(database_url, tmp_path)) as api:
        payload = await Visitor(api).do(SIGN_IN, email="ada@example.com", password=PASSWORD)
        assert payload["viewer"]["emailVerified"]
        account = await accounts.by_email(api.house.doors.database.reader, "ada@example.com")
        assert account is not None
        assert account.role is role


def test_an_address_that_has_an_account_is_told_in_a_sentence(database_url: str, tmp_path: Path) -> None:
    for code in (0, 1):
        done = run(tmp_path, *USER, text=PASSWORD, MENTORHUB_DATABASE_URL=database_url)
        assert done.returncode == code, done.stderr

    assert done.stdout == ""
    assert "ada@example.com already" in done.stderr
    assert "Traceback" not in done.stderr


def test_all_faults_are_told_and_the_password_is_not(database_url: str, tmp_path: Path) -> None:
    done = run(
        tmp_path,
        *("create-user", "--email", "nobody", "--name", "\u200b"),
        text="too short",
        MENTORHUB_DATABASE_URL=database_url,
    )

    assert done.returncode == 1
    for fault in ("Name", "email address", "10 to 128"):
        assert fault in done.stderr
    assert "too short" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_an_unknown_role_and_a_missing_name_are_told(tmp_path: Path) -> None:
    for arguments in (("--role", "emperor"), ()):
        done = run(tmp_path, "create-user", "--email", "ada@example.com", *arguments, text=PASSWORD)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


async def test_a_worker_of_its_own_sends_what_was_written_and_stops_when_told(
    database_url: str, tmp_path: Path
) -> None:
    made = await asyncio.to_thread(run, tmp_path, *USER, text=PASSWORD, MENTORHUB_DATABASE_URL=database_url)
    assert made.returncode == 0, made.stderr
    async with open_api(_settings(database_url, tmp_path)) as api:
        await Visitor(api).do(REQUEST_RESET, email="ada@example.com")

    worker = await asyncio.create_subprocess_exec(
        MENTORHUB,
        "work",
        cwd=tmp_path,
        env={"PATH": str(Path(sys.executable).parent), "MENTORHUB_DATABASE_URL": database_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(30):
            while not (mails := _mails(tmp_path)):  # noqa: ASYNC110 -- the worker tells nobody
                await asyncio.sleep(0.05)
    finally:
        worker.send_signal(signal.SIGTERM)
        said, _ = await worker.communicate()

    assert len(mails) == 1
    assert worker.returncode == 0, said
    assert b"Traceback" not in said
    assert b"token" not in said


def _mails(folder: Path) -> list[Path]:
    return list((folder / "var/mail").glob("*.eml"))
