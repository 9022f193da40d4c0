"""Bodies that are not what they should be: each is answered as JSON, and none gets further than the door."""

import asyncio
import gzip
import json

import pytest
from starlette.types import Message

from mentorhub.web.approach import Refused
from mentorhub.web.bodies import BodyReader
from mentorhub.web.limits import Limits
from tests.web.serving import Door, knocking

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUERY = b'{"query": "{ hello }"}'


def post(body: bytes, *headers: str, content_type: str = "application/json") -> bytes:
    head = [f"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def body_of(answer: bytes) -> dict[str, object]:
    body: dict[str, object] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return body


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        'Application/JSON ; Charset="UTF-8"',
        "application/json;version=1",
    ],
)
async def test_json_is_accepted_by_its_media_type(door: Door, content_type: str) -> None:
    answer = await door.http.post("/graphql", content=QUERY, headers={"content-type": content_type})

    assert answer.json() == {"data": {"hello": "Hello, world!"}}


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded, application/json",
        "application/json, text/plain",
        "application/json; charset=utf-16",
        "application/json; charset",
        "text/plain; a=application/json",
        "application/jsonp",
    ],
)
async def test_any_other_media_type_is_refused(door: Door, content_type: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type}

    answer = await door.http.post("/graphql", content=QUERY, headers=headers)

    assert answer.status_code == 415
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_compressed_body_is_refused(door: Door) -> None:
    headers = {"content-type": "application/json", "content-encoding": "gzip"}

    answer = await door.http.post("/graphql", content=gzip.compress(QUERY), headers=headers)

    assert answer.status_code == 415


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"7",
        b'"x"',
        b"[" + QUERY + b"]",
        b"{",
        b"\xff",
        '{"query": "{ hello }"}'.encode("utf-16"),
        b"\xef\xbb\xbf" + QUERY,
        b'{"query": "{ hello }", "variables": {"x": NaN}}',
        b'{"query": "{ hello }", "variables": {"x": -Infinity}}',
        b'{"query": "{ hello }", "variables": {"x": 1e400}}',
        b'{"query": "{ hello }", "variables": {"x": ' + b"1" * 10_000 + b"}}",
        b'{"query": "{ hello }", "variables": {"x": [12345678901234567890123]}}',
        b'{"query": "{ hello }", "operationName": "\\ud800"}',
        b'{"query": "{ hello }", "variables": {"\\udc00": 1}}',
        b'{"query": "\\ud800"}',
        b"[" * 100_000,
        b'{"query": "{ hello }", "variables": {"x": ' + b"[" * 100 + b"]" * 100 + b"}}",
        b"{}",
        b'{"query": null}',
        b'{"query": ["{ hello }"]}',
        b'{"query": "{ hello }", "variables": []}',
        b'{"query": "{ hello }", "variables": "{}"}',
        b'{"query": "{ hello }", "variables": false}',
        b'{"query": "{ hello }", "operationName": 1}',
        b'{"query": "{ hello }", "extensions": []}',
    ],
    ids=lambda body: repr(body[:60]),
)
async def test_a_body_that_is_no_request_is_refused_and_the_connection_goes_on(
    door: Door, body: bytes
) -> None:
    answer = await door.http.post("/graphql", content=body, headers={"content-type": "application/json"})
    next_answer = await door.ask("{ hello }")

    assert answer.status_code == 400
    assert answer.json().keys() == {"errors"}
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert answer.headers.get("connection") != "close"
    assert next_answer.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b'{"query": "{ nothing }", "query": "{ hello }"}',
        b'{"query": "{ hello }", "unknown": {"of": "course"}}',
        b'{"query": "{ hello }", "variables": null, "operationName": null, "extensions": null}',
        b'{"query": "{ hello }", "variables": {"x": 1e30, "y": 9007199254740993}}',
        b'{"query": "{ hello }", "variables": {"x": ' + b"[" * 40 + b"]" * 40 + b"}}",
    ],
)
async def test_what_does_no_harm_is_accepted(door: Door, body: bytes) -> None:
    answer = await door.http.post("/graphql", content=body, headers={"content-type": "application/json"})

    assert answer.json() == {"data": {"hello": "Hello, world!"}}


async def test_a_body_too_large_by_its_own_word_is_refused_unread(door: Door) -> None:
    answer = await door.raw(post(b"", "Content-Length: 1048577"), eof=True)

    assert status_of(answer) == 413
    assert b"connection: close" in answer
    assert body_of(answer).keys() == {"errors"}


async def test_a_body_that_turns_out_too_large_is_refused_and_its_sender_hears_it(door: Door) -> None:
    answer = await chunked(door, chunks=30, size=100_000)

    assert status_of(answer) == 413


async def chunked(door: Door, *, chunks: int, size: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(post(b"", "Transfer-Encoding: chunked"))
    for _ in range(chunks):
        writer.write(b"%x\r\n" % size + b"x" * size + b"\r\n")
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer


async def test_the_largest_body_is_accepted(door: Door) -> None:
    body = QUERY + b" " * (1024 * 1024 - len(QUERY))

    answer = await door.http.post("/graphql", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 200


async def test_a_body_that_comes_at_once_is_measured_too() -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": b"12345", "more_body": False}

    assert await BodyReader(most=5, seconds=1).read(receive, {}) == b"12345"
    with pytest.raises(Refused, match="larger than 4 bytes"):
        await BodyReader(most=4, seconds=1).read(receive, {})


@pytest.mark.parametrize("headers", [["Content-Length: 22"], ["Transfer-Encoding: chunked"]])
async def test_a_body_that_does_not_come_is_not_waited_for(headers: list[str]) -> None:
    async with knocking(Limits(body_seconds=0.1, linger_seconds=0.1)) as door:
        beginning = QUERY[:9] if "Length" in headers[0] else b"9\r\n" + QUERY[:9] + b"\r\n"

        answer = await door.raw(post(beginning, *headers))

    assert status_of(answer) == 408
    assert body_of(answer).keys() == {"errors"}


async def test_a_body_in_pieces_is_put_together(door: Door) -> None:
    pieces = b"".join(b"1\r\n" + QUERY[at : at + 1] + b"\r\n" for at in range(len(QUERY)))

    answer = await door.raw(post(pieces + b"0\r\n\r\n", "Transfer-Encoding: chunked", "Connection: close"))

    assert body_of(answer) == {"data": {"hello": "Hello, world!"}}


async def test_two_lengths_for_one_body_are_refused() -> None:
    async with knocking(http="h11") as door:
        answer = await door.raw(post(b"0\r\n\r\n", "Content-Length: 5", "Transfer-Encoding: chunked"))

    assert status_of(answer) == 400
    assert body_of(answer).keys() == {"errors"}


@pytest.mark.parametrize("header", ["Content-Type: text/plain", "Authorization: Bearer anna", "Origin: null"])
async def test_a_header_that_decides_something_is_not_given_twice(door: Door, header: str) -> None:
    length = f"Content-Length: {len(QUERY)}"

    answer = await door.raw(post(QUERY, length, header, header, "Connection: close"))

    assert status_of(answer) == 400


async def test_cookies_on_several_lines_are_one_header(door: Door) -> None:
    query = b'{"query": "{ whoami }"}'
    lines = [f"Content-Length: {len(query)}", "Cookie: a=b", "Cookie: session=anna", "Connection: close"]

    answer = await door.raw(post(query, *lines))

    assert body_of(answer) == {"data": {"whoami": "anna"}}


async def test_a_sender_who_leaves_in_the_middle_leaves_nothing_behind(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(post(QUERY[:5], "Content-Length: 22"))
    await writer.drain()

    writer.transport.abort()
    answer = await door.ask("{ hello }")

    assert answer.status_code == 200
    assert not caplog.records
