"""The doctor: what it says of a sound set-up, and of each thing that may be wrong with one."""

from pathlib import Path

import pytest

from tests.commands import run


def test_a_sound_set_up_is_told_so(database_url: str, tmp_path: Path) -> None:
    done = run(tmp_path, "doctor", MENTORHUB_DATABASE_URL=database_url)

    assert done.returncode == 0, done.stdout
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["ok", name] for name in ("settings", "database", "mail", "media", "redis", "clock", "space")
    ]


@pytest.mark.parametrize(
    ("setting", "value", "check", "says"),
    [
        ("MENTORHUB_DATABASE_URL", "sqlite:///var/new.db", "database", "mentorhub upgrade"),
        ("MENTORHUB_DATABASE_URL", "postgresql://anna:hunter2@127.0.0.1:1/x", "database", "cannot be used"),
        ("MENTORHUB_MAIL_URL", "smtp://127.0.0.1:1", "mail", "127.0.0.1"),
        ("MENTORHUB_MAIL_URL", "file:/proc/nowhere", "mail", "/proc/nowhere"),
        ("MENTORHUB_MEDIA_URL", "file:/proc/nowhere", "media", "/proc/nowhere"),
        ("MENTORHUB_REDIS_URL", "redis://127.0.0.1:1", "redis", "127.0.0.1:1"),
        ("MENTORHUB_SECRET", "short", "settings", "shorter than 32"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(
    sqlite_url: str, tmp_path: Path, setting: str, value: str, check: str, says: str
) -> None:
    settings = {"MENTORHUB_DATABASE_URL": sqlite_url} | {setting: value}

    done = run(tmp_path, "doctor", **settings)

    bad = [line for line in done.stdout.splitlines() if line.startswith("BAD")]
    assert done.returncode == 1
    assert any(line.split()[1] == check and says in line for line in bad), done.stdout
    assert "hunter2" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_public_service_needs_https_and_a_way_for_mails(sqlite_url: str, tmp_path: Path) -> None:
    done = run(
        tmp_path,
        "doctor",
        MENTORHUB_DATABASE_URL=sqlite_url,
        MENTORHUB_PUBLIC_URL="http://mentors.example.com",
        MENTORHUB_SECRET="x" * 40,
    )

    assert done.returncode == 1
    assert "not https" in done.stdout
