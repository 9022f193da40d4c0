"""The log: one JSON object a line for machines, lines for people, and no secrets for anybody."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from mentorhub import logs
from mentorhub.web.journal import journal
from mentorhub.web.served import Served

SECRETS = [
    ("Authorization: Bearer abc.def-ghi", "abc.def"),
    ("authorization=Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    ("token mh_Zk3xY9q8w7e6r5t4 was shown", "mh_Zk3x"),
    ("it signs with whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "C2FVsBQ"),
    ("cannot reach postgresql://anna:hunter2@db.example/mentorhub", "hunter2"),
    ("smtp://anna:hunter2@mail.example:587 refused", "hunter2"),
    ("GET /exports/eyJhbGciOi.abc failed", "eyJhbGciOi"),
    ("GET /calendar/f00dcafe.ics failed", "f00dcafe"),
    ("GET /calendar//f00dcafe.ics failed", "f00dcafe"),
    ("https://client.example/reset-password?token=s3cr3t&x=1", "s3cr3t"),
    ("{'password': 'correct horse battery'}", "horse"),
    ('{"newPassword":"correct horse battery"}', "horse"),
    ("Cookie: mentorhub-session=abcdef", "abcdef"),
]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(("said", "secret"), SECRETS, ids=lambda text: text[:20])
def test_secrets_are_hidden_wherever_they_stand(log: io.StringIO, said: str, secret: str) -> None:
    logging.getLogger("mentorhub").warning("it says: %s", said)
    structlog.get_logger().warning("it says", detail=said)
    try:
        raise ValueError(said)  # noqa: TRY301  # to have a traceback
    except ValueError:
        logging.getLogger("mentorhub").exception("it failed")

    assert log.getvalue().count("\n") == 3
    assert secret not in log.getvalue()


def test_names_of_secrets_hide_whatever_they_hold(log: io.StringIO) -> None:
    structlog.get_logger().info("signed in", access_token="abc", password="def")

    line = json.loads(log.getvalue())
    assert line["access_token"] == line["password"] == "[hidden]"


def test_what_was_served_is_one_line_with_all_that_an_operator_asks_for(log: io.StringIO) -> None:
    served = Served("r-1", "http", kind="query", name="Browse", status=200, cost=120, viewer="anna")
    served.seconds = 0.0123

    journal(served)

    line = json.loads(log.getvalue())
    del line["timestamp"]
    assert line == {
        "event": "served",
        "level": "info",
        "kind": "query",
        "operation": "Browse",
        "transport": "http",
        "status": 200,
        "ms": 12.3,
        "request_id": "r-1",
        "cost": 120,
        "viewer": "anna",
    }


@pytest.mark.parametrize(("said", "secret"), SECRETS, ids=lambda text: text[:20])
@pytest.mark.parametrize("before", ["", "x " * 100], ids=["short", "long"])
def test_a_client_that_sends_secrets_as_names_finds_none_in_the_log(
    log: io.StringIO, said: str, secret: str, before: str
) -> None:
    for _ in range(2):
        journal(
            Served(before + said, "http", kind="query", name=before + said, status=200, viewer=before + said)
        )

    assert log.getvalue().count("\n") == 2
    assert secret not in log.getvalue()


def test_below_its_level_nothing_that_was_served_is_told() -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    try:
        logs.configure(level="warning", stream=stream)
        journal(Served("r-1", "http", kind="query", status=200))
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()

    assert stream.getvalue() == ""


def test_what_uses_something_that_will_go_is_named(log: io.StringIO) -> None:
    served = Served("r-1", "http", kind="query", status=200, deprecated=("Person.title",))

    journal(served)

    assert json.loads(log.getvalue())["deprecated"] == ["Person.title"]


def test_watchdogs_are_silent_while_all_is_well(log: io.StringIO) -> None:
    journal(Served("r-1", "http", name="readyz", status=200))
    journal(Served("r-2", "http", name="readyz", status=503))

    assert [json.loads(line)["request_id"] for line in log.getvalue().splitlines()] == ["r-2"]


def test_what_others_log_comes_as_json_too_and_a_line_break_stays_in_its_line(log: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").warning("first\nsecond")

    line = json.loads(log.getvalue())
    assert (line["logger"], line["level"], line["event"]) == ("uvicorn.error", "warning", "first\nsecond")


def test_people_get_lines_to_read() -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    try:
        logs.configure(stream=stream, as_json=False)
        logging.getLogger("mentorhub").warning("Redis is away")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()

    assert "Redis is away" in stream.getvalue()
    assert not stream.getvalue().startswith("{")
