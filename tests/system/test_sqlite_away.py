"""SQLite that cannot be written to: another process holds it, or there is no room. Coded, whole, and soon over."""

import sqlite3
from typing import Any

import pytest

from mentorhub.db import sqlite
from tests.api import Api
from tests.given import user

TICKET = """
mutation ($input: SubmitSupportTicketInput!) {
  submitSupportTicket(input: $input) { ticket { id } userErrors { code } }
}
"""
SEEN = "{ viewer { user { name } } }"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def _ticket(text: str) -> dict[str, Any]:
    return {"subject": "It does not work", "body": text}


def _rows(url: str) -> dict[str, int]:
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in names
            if "search" not in name
        }


async def test_while_another_process_writes_what_would_is_refused_and_reading_goes_on(
    api: Api, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "WAIT_FOR_LOCK", 0.2)
    noor = await user(api)
    before = _rows(database_url)
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    refused = await api.refused(TICKET, noor, input=_ticket("Nobody answers."))
    seen = await api.ask(SEEN, noor)
    other.execute("ROLLBACK")
    other.close()

    assert refused == ["UNAVAILABLE"]
    assert seen["viewer"]["user"]["name"] == "Noor Adeyemi"
    assert _rows(database_url) == before
    await api.do(TICKET, noor, input=_ticket("Nobody answers."))


async def test_without_room_what_would_be_written_is_refused_whole_until_there_is_some(
    api: Api, database_url: str
) -> None:
    noor = await user(api)
    database: Any = api.house.doors.database
    writer = database._writer.connection
    [pages] = writer.execute("PRAGMA page_count").fetchone()
    writer.execute(f"PRAGMA max_page_count = {pages + 2}")
    text = "Nothing works. " * 130

    written = 0
    while not (codes := await api.refused(TICKET, noor, input=_ticket(text))):
        written += 1
        assert written < 100, "there is still room"
    full = _rows(database_url)
    again = await api.refused(TICKET, noor, input=_ticket(text))
    seen = await api.ask(SEEN, noor)
    still_full = _rows(database_url)
    writer.execute(f"PRAGMA max_page_count = {pages + 1000}")
    await api.do(TICKET, noor, input=_ticket(text))

    assert codes == again == ["UNAVAILABLE"]
    assert full == still_full
    assert full["support_tickets"] == written
    assert seen["viewer"]["user"]["name"] == "Noor Adeyemi"
