"""HTTP that is slow, rude or ambiguous, byte by byte, against the service's own server."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from mentorhub.app import Service
from mentorhub.house import House
from mentorhub.settings import Settings
from mentorhub.web.limits import Limits
from mentorhub.web.server import PatientProtocol
from tests.attacks.standing import UPGRADE, Standing
from tests.attacks.watching import watched
from tests.web.serving import serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

BODY = b'{"query":"{ __typename }"}'


class _Hasty(PatientProtocol):
    head_seconds = 0.3


def _post(body: bytes, *lines: bytes) -> bytes:
    head = [b"POST /graphql HTTP/1.1", b"host: localhost", b"content-type: application/json", *lines]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def _statuses(told: bytes) -> list[int]:
    return [int(part[:3]) for part in told.split(b"HTTP/1.1 ")[1:]]


def _length(number: int) -> bytes:
    return b"content-length: %d" % number


@pytest_asyncio.fixture(loop_scope="module")
async def hasty(house_settings: Settings) -> AsyncIterator[Standing]:
    """A service that waits for heads and bodies for a third of a second only."""
    limits = Limits(body_seconds=0.3, linger_seconds=0.1)
    attacked = Service(House(house_settings.model_copy(update={"rate_limits": "off"})), limits=limits)
    async with (
        serving(attacked.app, farewell=attacked.farewell, http=_Hasty) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http,
    ):
        yield Standing(attacked, port, http)


SMUGGLED = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"


@pytest.mark.parametrize(
    "request_",
    [
        _post(b"0\r\n\r\n" + SMUGGLED, b"content-length: 5", b"transfer-encoding: chunked"),
        _post(b"0\r\n\r\n" + SMUGGLED, b"transfer-encoding: chunked", b"content-length: 5"),
        _post(BODY + SMUGGLED, _length(len(BODY)), _length(len(BODY) + len(SMUGGLED))),
        _post(BODY + SMUGGLED, _length(len(BODY)), _length(len(BODY))),
        _post(BODY + SMUGGLED, b"content-length: %d, %d" % (len(BODY), len(BODY))),
        _post(BODY + SMUGGLED, b"content-length: +%d" % len(BODY)),
        _post(BODY + SMUGGLED, b"content-length: 0x1a"),
        _post(BODY + SMUGGLED, b"content-length: -1"),
        _post(BODY + SMUGGLED, b"content-length : %d" % len(BODY)),
        _post(BODY + SMUGGLED, b"transfer-encoding: xchunked"),
        _post(BODY + SMUGGLED, b"transfer-encoding: chunked, identity"),
        _post(BODY + SMUGGLED, b"transfer-encoding:\x0bchunked"),
        _post(b"1a\r\n" + BODY + b"\r\n-1\r\n\r\n" + SMUGGLED, b"transfer-encoding: chunked"),
        _post(b"1a;\n" + BODY + b"\r\n0\r\n\r\n" + SMUGGLED, b"transfer-encoding: chunked"),
        _post(b"ffffffffffffffff1\r\n" + BODY, b"transfer-encoding: chunked"),
        _post(BODY + SMUGGLED, _length(len(BODY)), b"x-folded: one\r\n two"),
        _post(BODY + SMUGGLED, _length(len(BODY)), b"x-bare: one\rtwo"),
        _post(BODY + SMUGGLED, _length(len(BODY)), b"x-nul: one\x00two"),
        _post(BODY + SMUGGLED, _length(len(BODY)), b"no colon"),
        _post(BODY + SMUGGLED, _length(len(BODY)), b": nameless"),
        _post(BODY, _length(len(BODY)), b"host: elsewhere", b"connection: close"),
        b"POST /graphql HTTP/1.1 HTTP/1.1\r\nhost: localhost\r\n\r\n" + SMUGGLED,
        b"GET /graphql HTTP/9.9\r\nhost: localhost\r\n\r\n" + SMUGGLED,
        b"GET /gra\x00phql HTTP/1.1\r\nhost: localhost\r\n\r\n" + SMUGGLED,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
    ids=lambda request: repr(request)[-70:],
)
async def test_what_two_servers_could_read_differently_is_refused_and_nothing_follows(
    service: Standing, request_: bytes
) -> None:
    async with watched(service):
        told = await service.raw(request_, eof=True)

    assert _statuses(told)[:1] == [400]
    assert b'"alive"' not in told
    assert json.loads(told.partition(b"\r\n\r\n")[2])["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("beginning", "status"),
    [
        (b"", None),
        (b"POST /graphql HT", 408),
        (_post(b"")[:-2], 408),
        (_post(b'{"que', _length(100)), 408),
        (_post(b'5\r\n{"que\r\n', b"transfer-encoding: chunked"), 408),
    ],
)
async def test_what_is_begun_and_not_ended_is_cut(
    hasty: Standing, beginning: bytes, status: int | None
) -> None:
    async with watched(hasty):
        told = await asyncio.gather(*(hasty.raw(beginning) for _ in range(20)))

    assert [_statuses(each) for each in told] == [[status] if status else []] * 20


async def test_a_head_that_drips_is_cut(hasty: Standing) -> None:
    async def drip() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", hasty.port)
        try:
            writer.write(b"GET /healthz HTTP/1.1\r\n")
            while not reader.at_eof():
                writer.write(b"x-drip: 1\r\n")
                try:
                    async with asyncio.timeout(0.05):
                        return await reader.read()
                except TimeoutError:
                    continue
        except ConnectionError:
            pass  # it was cut while we wrote
        finally:
            writer.close()
        return b""

    async with watched(hasty):
        told = await asyncio.gather(*(drip() for _ in range(20)))

    assert {status for each in told for status in _statuses(each)} <= {408}


@pytest.mark.parametrize("chunked", [False, True], ids=["with a length", "without"])
async def test_what_is_too_large_is_refused_before_it_is_read(service: Standing, *, chunked: bool) -> None:
    lines = b"transfer-encoding: chunked" if chunked else _length(50_000_000)
    sent = b"".join([b"10000\r\n" + b" " * 65_536 + b"\r\n"] * 20) if chunked else b" " * 100

    async with watched(service):
        told = await asyncio.gather(*(service.raw(_post(sent, lines), eof=True) for _ in range(5)))

    for each in told:
        assert _statuses(each) == [413]
        extensions = json.loads(each.partition(b"\r\n\r\n")[2])["errors"][0]["extensions"]
        assert extensions["actual"] > extensions["limit"] == 1_048_576


async def test_requests_in_a_row_are_answered_in_a_row(service: Standing) -> None:
    row = _post(BODY, _length(len(BODY))) * 50 + _post(BODY, _length(len(BODY)), b"connection: close")

    async with watched(service):
        told = await service.raw(row)

    assert _statuses(told) == [200] * 51


async def test_what_is_broken_behind_a_good_request_spoils_no_answer(service: Standing) -> None:
    told = await service.raw(_post(BODY, _length(len(BODY))) + b"NONSENSE\r\n\r\n", eof=True)

    assert _statuses(told) in ([], [200], [200, 400])


async def test_whoever_resets_in_the_middle_leaves_nothing_behind(service: Standing) -> None:
    async def reset(sent: bytes) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", service.port)
        writer.write(sent)
        await writer.drain()
        writer.transport.abort()

    listening = b'{"query":"subscription { announcementPosted { id } }"}'
    beginnings = [
        b"POST /gra",
        _post(BODY[:9], _length(len(BODY))),
        _post(BODY, _length(len(BODY))),
        _post(listening, _length(len(listening)), b"accept: text/event-stream"),
        UPGRADE,
    ]

    async with watched(service):
        await asyncio.gather(*(reset(sent) for sent in beginnings * 20))

    assert (await service.ask("{ __typename }")).status_code == 200


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"/graphql/", 404),
        (b"//graphql", 404),
        (b"/graphql%00", 404),
        (b"/GRAPHQL", 404),
        (b"/graphql;x=1", 404),
        (b"/./graphql", 404),
        (b"/media/../healthz", 404),
        (b"/media/../../etc/passwd", 404),
        (b"/media/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404),
        (b"/media/..%5c..%5cetc%5cpasswd", 404),
        (b"/exports/../healthz", 404),
        (b"/calendar/..%2f..%2fsecret", 404),
        (b"/explorer/assets/..%2findex.html", 404),
        (b"/%0d%0aset-cookie:%20a=b", 404),
        (b"/nowhere?x=%0d%0aset-cookie:%20a=b", 404),
    ],
)
async def test_a_path_leads_where_it_says_and_nowhere_else(
    service: Standing, target: bytes, status: int
) -> None:
    told = await service.raw(b"GET " + target + b" HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")

    head, _, body = told.partition(b"\r\n\r\n")
    assert _statuses(told) == [status]
    assert b"set-cookie" not in head.lower()
    assert json.loads(body)["errors"][0]["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    "host",
    ["elsewhere.example", "localhost@evil.example", "'\"><script>", "x" * 2_000, "127.0.0.1:99999", ""],
)
async def test_no_answer_repeats_the_host_that_a_request_names(service: Standing, host: str) -> None:
    told = [
        await service.http.get("/nowhere", headers={"host": host}),
        await service.http.post("/graphql", json={"query": "{ __typename }"}, headers={"host": host}),
    ]

    assert [each.status_code for each in told] == [404, 200]
    assert host == "" or all(host not in each.text + str(each.headers) for each in told)


@pytest.mark.parametrize("name", ["x-http-method-override", "x-http-method", "x-method-override"])
async def test_no_header_makes_another_method_of_a_request(service: Standing, name: str) -> None:
    query = {"query": "mutation { signOut { __typename } }"}

    response = await service.http.get("/graphql", params=query, headers={name: "POST"})

    assert response.status_code == 405


@pytest.mark.parametrize("given", ["a\tb", "x" * 65, "<script>", "é", ""])
async def test_a_request_id_that_is_none_is_not_repeated(service: Standing, given: str) -> None:
    response = await service.http.get("/healthz", headers={b"x-request-id": given.encode()})

    assert response.headers["x-request-id"] not in {given, ""}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "HEAD"])
async def test_other_methods_are_refused_as_json(service: Standing, method: str) -> None:
    response = await service.http.request(method, "/graphql")

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"
