"""No answer tells what we are made of: whatever listens to all attacks hears it, and our faults tell nothing."""

import sqlite3

import pytest

from mentorhub.settings import Settings
from tests.attacks.conftest import standing
from tests.attacks.leaks import hear, leaks
from tests.attacks.transports import TRANSPORTS, Asked, Transport


@pytest.mark.parametrize(
    "told",
    [
        "Cannot query field 'nam' on type 'User'. Did you mean 'name'?",
        "Traceback (most recent call last):",
        'File "/usr/lib/python3/x.py", line 3, in f',
        "no such table: sqlite_master",
        "SELECT users.id FROM users",
        "invalid literal for int(): ValueError",
        "'NoneType' has no attribute",
        "<mentorhub.app.Service object at 0x7f>",
        "/home/mentorhub/var/mentorhub.db",
        "HTTP/1.1 200 OK\r\nServer: uvicorn\r\n",
    ],
)
def test_what_must_not_be_told_is_heard(told: str) -> None:
    hear(told)

    assert len(list(leaks())) > 0


def test_what_may_be_told_is_not() -> None:
    hear('{"errors":[{"message":"The operation has 70 aliases; 60 are allowed."}]}', {"date": "today"})

    assert list(leaks()) == []


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_fault_of_ours_is_told_by_its_number_only(
    house_settings: Settings, transport: Transport
) -> None:
    path = house_settings.database_url.removeprefix("sqlite:///")
    async with standing(house_settings) as broken:
        with sqlite3.connect(path) as database:
            database.execute("ALTER TABLE expertise RENAME TO elsewhere")
        database.close()
        heard = await transport(broken, Asked("{ expertise { id name } }"))

    [error] = heard.errors
    assert error["extensions"].keys() == {"code", "requestId"}
    assert error["extensions"]["code"] == "INTERNAL"
