"""Files sent by the GraphQL multipart request specification."""

import json
from typing import Any

import pytest

from mentorhub.web.limits import Limits
from tests.web.house import CLIENT
from tests.web.serving import Door, eventually, knocking

pytestmark = pytest.mark.asyncio(loop_scope="module")

MEASURE = "mutation ($files: [Upload!]!, $note: String) { measure(files: $files, note: $note) }"
PREFLIGHT = {"apollo-require-preflight": "1"}
TWO = {"query": MEASURE, "variables": {"files": [None, None]}}
MAP = {"a": ["variables.files.0"], "b": ["variables.files.1"]}


async def send(
    door: Door, operations: Any, mapping: Any, files: dict[str, bytes], headers: dict[str, str] | None = None
) -> Any:
    form = {"operations": operations, "map": mapping}
    return await door.http.post(
        "/graphql",
        data={name: value if isinstance(value, str) else json.dumps(value) for name, value in form.items()},
        files={name: (f"{name}.png", content) for name, content in files.items()},
        headers=PREFLIGHT if headers is None else headers,
    )


async def test_files_reach_their_variables_and_are_closed_afterwards(door: Door) -> None:
    answer = await send(door, TWO, MAP, {"a": b"12", "b": b"x" * 1_500_000})

    assert answer.json() == {"data": {"measure": ["a.png: 2", "b.png: 1500000"]}}
    await eventually(lambda: [file.file.closed for file in door.house.files] == [True, True])


async def test_one_file_may_stand_in_two_places(door: Door) -> None:
    answer = await send(door, TWO, {"a": ["variables.files.0", "variables.files.1"]}, {"a": b""})

    assert answer.json()["data"]["measure"] == ["a.png: 0", "a.png: 0"]


@pytest.mark.parametrize(
    "name", ["Apollo-Require-Preflight", "GraphQL-Require-Preflight", "X-Requested-With"]
)
async def test_a_header_that_forces_a_preflight_lets_an_upload_in(door: Door, name: str) -> None:
    answer = await send(door, TWO, MAP, {"a": b"", "b": b""}, {name: "x"})

    assert answer.status_code == 200


async def test_without_such_a_header_a_page_of_any_origin_could_have_sent_it(door: Door) -> None:
    answer = await send(door, TWO, MAP, {"a": b"", "b": b""}, {})

    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(("origin", "status"), [(None, 403), ("https://evil.example", 403), (CLIENT, 200)])
async def test_an_upload_by_cookie_says_from_which_page_it_comes(
    door: Door, origin: str | None, status: int
) -> None:
    headers = {**PREFLIGHT, "cookie": "session=anna"} | ({"origin": origin} if origin else {})

    answer = await send(door, TWO, MAP, {"a": b"", "b": b""}, headers)

    assert answer.status_code == status


ONE = {"query": MEASURE, "variables": {"files": [None], "note": "n"}}


@pytest.mark.parametrize(
    ("operations", "mapping", "files"),
    [
        ("", "{}", {"a": b""}),
        ("{", MAP, {"a": b"", "b": b""}),
        ([ONE], {"a": ["0.variables.files.0"]}, {"a": b""}),
        (ONE, [], {"a": b""}),
        (ONE, "null", {"a": b""}),
        (ONE, {"a": "variables.files.0"}, {"a": b""}),
        (ONE, {"a": [0]}, {"a": b""}),
        (ONE, {"a": ["variables.files.1"]}, {"a": b""}),
        (ONE, {"a": ["variables.files.-1"]}, {"a": b""}),
        (ONE, {"a": ["variables.files.٠"]}, {"a": b""}),
        (ONE, {"a": ["variables.files.0.x"]}, {"a": b""}),
        (ONE, {"a": ["variables.note"]}, {"a": b""}),
        (ONE, {"a": ["variables.absent"]}, {"a": b""}),
        (ONE, {"a": ["variables"]}, {"a": b""}),
        (ONE, {"a": [""]}, {"a": b""}),
        (ONE, {"a": ["query"]}, {"a": b""}),
        (ONE, {"a": ["variables.__class__"]}, {"a": b""}),
        (ONE, {"a": ["variables.files.0"], "b": ["variables.files.0"]}, {"a": b""}),
        (ONE, {"a": ["variables.files.0"]}, {"a": b"", "b": b""}),
        ({"query": MEASURE}, {"a": ["variables.files.0"]}, {"a": b""}),
        ({"query": MEASURE}, {"a": ["variables"]}, {"a": b""}),
    ],
)
async def test_a_map_that_does_not_fit_is_refused(
    door: Door, operations: Any, mapping: Any, files: dict[str, bytes]
) -> None:
    answer = await send(door, operations, mapping, files)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def form(*parts: bytes, end: bytes = b"--x--\r\n") -> bytes:
    return b"".join(b"--x\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + end


LATIN_1 = b'name="operations"\r\n\r\n{"query": "{ hello }", "x": "\xff"}'
OPERATIONS = b'name="operations"\r\n\r\n{"query": "{ hello }"}'


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (form(OPERATIONS, b'name="map"\r\n\r\n{}'), "multipart/form-data; boundary=x", 200),
        (form(OPERATIONS, b'name="map"\r\n\r\n{}'), 'multipart/form-data; charset=UTF-8; boundary="x"', 200),
        (form(OPERATIONS, b'name="map"\r\n\r\n{}'), "multipart/form-data; boundary=x; charset=utf-16", 415),
        (form(OPERATIONS, b'name="map"\r\n\r\n{}'), "multipart/form-data", 400),
        (form(OPERATIONS, b'name="map"\r\n\r\n{}'), "multipart/form-data; boundary=y", 400),
        (form(LATIN_1, b'name="map"\r\n\r\n{}'), "multipart/form-data; boundary=x", 400),
        (form(OPERATIONS, b"\r\n\r\n{}"), "multipart/form-data; boundary=x", 400),
        (form(OPERATIONS), "multipart/form-data; boundary=x", 400),
        (form(*[b'name="map"\r\n\r\n{}'] * 3), "multipart/form-data; boundary=x", 400),
        (form(*[b'name="f"; filename="f"\r\n\r\n'] * 11), "multipart/form-data; boundary=x", 400),
        (form(OPERATIONS, b'name="map"\r\n\r\n{}', end=b""), "multipart/form-data; boundary=x", 400),
        (b"", "multipart/form-data; boundary=x", 400),
        (b"\x00" * 5_000, "multipart/form-data; boundary=x", 400),
        (form(b'name="map"\r\n\r\n' + b" " * 1_100_000), "multipart/form-data; boundary=x", 400),
        (b" " * 6_300_000, "multipart/form-data; boundary=x", 413),
    ],
)
async def test_a_form_is_read_strictly(door: Door, body: bytes, content_type: str, status: int) -> None:
    headers = {**PREFLIGHT, "content-type": content_type}

    answer = await door.http.post("/graphql", content=body, headers=headers)

    assert answer.status_code == status


async def test_an_upload_that_does_not_come_is_not_waited_for() -> None:
    async with knocking(Limits(upload_seconds=0.1, linger_seconds=0.1)) as door:
        head = (
            b"POST /graphql HTTP/1.1\r\nHost: x\r\nX-Requested-With: x\r\nContent-Length: 99\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x"
        )

        answer = await door.raw(head)

    assert answer.startswith(b"HTTP/1.1 408")
