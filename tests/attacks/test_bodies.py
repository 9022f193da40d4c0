"""Bodies and messages that are none, to the whole service: each is refused, and told in JSON."""

import gzip
import json

import pytest

from tests.attacks.conftest import CLIENT
from tests.attacks.standing import Standing
from tests.attacks.transports import EVENTS, GRAPHQL
from tests.attacks.watching import watched

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUERY = b'{"query":"{ __typename }"}'
DEEP = b"[" * 100_000


def _with(variable: bytes) -> bytes:
    return (
        b'{"query":"query($n: Int) { mentors(first: $n) { nodes { id } } }","variables":{"n":'
        + variable
        + b"}}"
    )


BODIES = {
    "nothing": b"",
    "null": b"null",
    "a number": b"7",
    "a batch": b"[" + QUERY + b"," + QUERY + b"]",
    "a batch of hundreds": b"[" + b",".join([QUERY] * 500) + b"]",
    "half": QUERY[:9],
    "twice": QUERY + QUERY,
    "UTF-16": QUERY.decode().encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + QUERY,
    "no UTF-8": b'{"query":"{ \xff }"}',
    "half a letter": b'{"query":"\\ud800"}',
    "half a letter in a name": b'{"query":"{ __typename }","operationName":"\\ud800"}',
    "deep beyond all": DEEP,
    "deep objects": b'{"a":' * 50_000,
    "deep variables": _with(b"[" * 100 + b"]" * 100),
    "NaN": _with(b"NaN"),
    "Infinity": _with(b"-Infinity"),
    "1e400": _with(b"1e400"),
    "ten thousand digits": _with(b"1" * 10_000),
    "a query that is a list": b'{"query":["{ __typename }"]}',
    "an operationName that is a list": b'{"query":"{ __typename }","operationName":[]}',
    "variables that are a list": b'{"query":"{ __typename }","variables":[]}',
    "extensions that are a text": b'{"query":"{ __typename }","extensions":"x"}',
    "no query": b'{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}',
}


@pytest.mark.parametrize("accept", [GRAPHQL, EVENTS])
async def test_what_is_no_request_is_refused_as_json(service: Standing, accept: str) -> None:
    async with watched(service):
        told = {name: await service.post(body, accept=accept) for name, body in BODIES.items()}

    assert {name: each.status_code for name, each in told.items()} == dict.fromkeys(BODIES, 400)
    for response in told.values():
        assert response.headers["content-type"].startswith("application/")
        assert [error["extensions"]["code"] for error in response.json()["errors"]] == ["BAD_USER_INPUT"]


async def test_over_a_socket_it_closes_with_4400(service: Standing) -> None:
    async with watched(service):
        for name, body in BODIES.items():
            text = body.decode("utf-8", "replace")
            if len(text) > 60_000 or name in {"UTF-16", "no UTF-8"}:
                continue
            message = f'{{"id":"1","type":"subscribe","payload":{text or "null"}}}'
            async with service.socket() as socket:
                await socket.connection.send(message)
                code, reason = await socket.closed()
            assert code == 4400, name
            assert 0 < len(reason.encode()) <= 123, name


@pytest.mark.parametrize(
    "variables",
    ["{", "[]", "7", "NaN", '{"n":NaN}', '{"n":' + "1" * 10_000 + "}", "[" * 10_000, '{"n":"\\ud800"}'],
)
async def test_so_it_is_in_a_query_string(service: Standing, variables: str) -> None:
    response = await service.http.get("/graphql", params={"query": "{ __typename }", "variables": variables})

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_name_given_twice_counts_the_last_time(service: Standing) -> None:
    response = await service.post(b'{"query":"mutation { signOut { __typename } }","query":"{ __typename }"}')

    assert response.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(
    ("media_type", "encoding"),
    [
        ("application/x-www-form-urlencoded", None),
        ("application/x-www-form-urlencoded, application/json", None),
        ("text/plain", None),
        ("text/plain;application/json", None),
        ("application/graphql", None),
        ("application/json;charset=utf-16", None),
        ("application/json", "gzip"),
        ("application/json", "gzip, identity"),
        ("application/json", "br"),
    ],
)
async def test_what_a_form_may_send_or_a_bomb_may_hide_in_is_not_read(
    service: Standing, media_type: str, encoding: str | None
) -> None:
    body = gzip.compress(QUERY + b" " * 50_000_000, 1) if encoding else QUERY
    headers = {"content-type": media_type} | ({"content-encoding": encoding} if encoding else {})

    async with watched(service):
        response = await service.http.post("/graphql", content=body, headers=headers | {"origin": CLIENT})

    assert response.status_code == 415
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_form_with_files_needs_a_header_that_no_form_can_send(service: Standing) -> None:
    form = {"operations": (None, json.dumps({"query": "{ __typename }"})), "map": (None, "{}")}

    bare = await service.http.post("/graphql", files=form)
    sent = await service.http.post("/graphql", files=form, headers={"graphql-require-preflight": "1"})

    assert (bare.status_code, sent.status_code) == (403, 200)
