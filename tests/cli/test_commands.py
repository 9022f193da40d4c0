"""The commands, as processes: what they print, and that they fail with a sentence."""

import socket
import subprocess
from pathlib import Path

import pytest

from mentorhub.db import revisions
from tests.commands import MENTORHUB, run


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("MENTORHUB_DATABASE_URL", "mysql://somewhere/else"),
        ("MENTORHUB_DATABASE_URL", "postgresql://127.0.0.1:1/nobody-listens"),
        ("MENTORHUB_DATABASE_URL", "sqlite:////proc/nowhere/mentorhub.db"),
        ("MENTORHUB_MAIL_URL", "pigeon:"),
        ("MENTORHUB_MAIL_FROM", "nonsense"),
        ("MENTORHUB_MEDIA_URL", "ftp://example.com"),
        ("MENTORHUB_PUBLIC_URL", "not a URL"),
        ("MENTORHUB_PUBLIC_URL", "https://mentors.example.com"),
        ("MENTORHUB_SANDBOX", "maybe"),
        ("MENTORHUB_WEBHOOK_ALLOW", "127.0.0.0/8"),
        ("MENTORHUB_SESSION_DAYS", "0"),
        ("MENTORHUB_ALLOWED_ORIGINS", "*"),
    ],
)
@pytest.mark.parametrize(
    "command", [["serve", "--port", "0"], ["upgrade"], ["seed"]], ids=lambda words: words[0]
)
def test_a_wrong_setting_ends_in_a_sentence(
    command: list[str], setting: str, value: str, tmp_path: Path
) -> None:
    if setting == "MENTORHUB_ALLOWED_ORIGINS" and command[0] != "serve":
        pytest.skip("only serve looks at origins")

    done = run(tmp_path, *command, **{setting: value})

    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) <= 4, done.stderr


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("MENTORHUB_DATABASE_URL", "postgresql://u:hunter2@h:abc/x"),
        ("MENTORHUB_MAIL_FROM", "A, B <s@x.example>"),
        ("MENTORHUB_MAIL_URL", "smtp://"),
        ("MENTORHUB_MEDIA_URL", "s3://"),
        ("MENTORHUB_REDIS_URL", "redis://:hunter2@h:99999"),
    ],
)
@pytest.mark.parametrize(
    "command", [["serve", "--port", "0"], ["work"], ["upgrade"], ["doctor"]], ids=lambda words: words[0]
)
def test_a_setting_that_leads_nowhere_is_named_in_one_sentence(
    command: list[str], setting: str, value: str, tmp_path: Path
) -> None:
    done = run(tmp_path, *command, **{setting: value})

    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert said.startswith(f"mentorhub: {setting} ")
    assert len(said.splitlines()) == 1
    assert "hunter2" not in said


def test_an_old_postgresql_schema_is_refused_with_the_command_torun(
    postgresql_url: str, tmp_path: Path
) -> None:
    from mentorhub.db import migrations

    migrations.downgrade(postgresql_url, to="base")

    done = run(tmp_path, "serve", "--port", "0", MENTORHUB_DATABASE_URL=postgresql_url)

    assert done.returncode != 0
    assert "mentorhub upgrade" in done.stderr


def test_to_upgrade_to_an_older_revision_goes_back_and_forward_again(
    database_url: str, tmp_path: Path
) -> None:
    back = run(tmp_path, "upgrade", "--to", "0001", MENTORHUB_DATABASE_URL=database_url)

    assert (back.returncode, back.stdout) == (0, "The database is back at revision 0001.\n")
    assert revisions.current(database_url) == "0001"
    assert run(tmp_path, "upgrade", MENTORHUB_DATABASE_URL=database_url).returncode == 0
    assert revisions.current(database_url) == revisions.newest()


def test_to_go_back_to_no_tables_at_all_is_refused(database_url: str, tmp_path: Path) -> None:
    done = run(tmp_path, "upgrade", "--to", "base", MENTORHUB_DATABASE_URL=database_url)

    assert (done.returncode, done.stdout) == (1, "")
    assert "would be lost" in done.stderr
    assert revisions.current(database_url) == revisions.newest()


def test_to_upgrade_to_a_revision_that_there_is_not_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    done = run(tmp_path, "upgrade", "--to", "0000", MENTORHUB_DATABASE_URL=sqlite_url)

    assert done.returncode == 1
    assert done.stdout == ""
    assert "'0000'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_database_is_upgraded_as_far_as_is_asked_for(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    first = run(tmp_path, "upgrade", "--to", "0001", MENTORHUB_DATABASE_URL=url)
    again = run(tmp_path, "upgrade", "--to", "0001", MENTORHUB_DATABASE_URL=url)

    further = run(tmp_path, "upgrade", "--to", "0002", MENTORHUB_DATABASE_URL=url)

    assert (first.returncode, again.returncode, further.returncode) == (0, 0, 0)
    assert revisions.current(url) == "0002"


def test_an_upgrade_reads_the_url_of_postgresql_as_the_service_does(
    postgresql_url: str, tmp_path: Path
) -> None:
    url = postgresql_url + ("&" if "?" in postgresql_url else "?") + "sslmode=prefer"

    done = run(tmp_path, "upgrade", MENTORHUB_DATABASE_URL=url)

    assert done.returncode == 0, done.stderr
    assert done.stdout == "The database is up to date.\n"


def test_a_port_that_another_listens_at_is_told_in_one_sentence(sqlite_url: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as another:
        port = another.getsockname()[1]

        done = run(tmp_path, "serve", "--port", str(port), MENTORHUB_DATABASE_URL=sqlite_url)

    assert done.returncode == 1
    assert done.stderr == f"mentorhub: nobody can listen at 127.0.0.1:{port}: Address already in use\n"


def test_sqlite_is_served_by_one_process(sqlite_url: str, tmp_path: Path) -> None:
    done = run(tmp_path, "serve", "--workers", "2", MENTORHUB_DATABASE_URL=sqlite_url)

    said = " ".join(done.stderr.split())
    assert done.returncode != 0
    assert "SQLite lets one process write at a time" in said
    assert "set MENTORHUB_DATABASE_URL to a PostgreSQL database" in said
    assert "Traceback" not in said


def test_schema_prints_the_committed_one(tmp_path: Path) -> None:
    done = subprocess.run([MENTORHUB, "schema"], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout == (Path(__file__).parents[2] / "schema.graphql").read_text()


def test_synthetic_data_is_not_mixed_with_what_there_is(database_url: str, tmp_path: Path) -> None:
    numbers = ["--mentors", "5", "--users", "20", "--bookings", "30"]
    first = run(tmp_path, "seed", *numbers, MENTORHUB_DATABASE_URL=database_url)

    second = run(tmp_path, "seed", *numbers, MENTORHUB_DATABASE_URL=database_url)

    assert first.returncode == 0, first.stderr
    assert "20 users, 5 mentors" in first.stdout
    assert second.returncode != 0
    assert "empty" in second.stderr
