"""The way to receivers: to the address that was judged, within its time, and never to this house."""

import asyncio
import ssl
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mentorhub.receivers import Receivers, Unreachable
from tests.api import named
from tests.webhooks import receiver as ways
from tests.webhooks.receiver import receiving, status

HERE = ("127.0.0.0/8",)


async def post(receivers: Receivers, url: str) -> int:
    try:
        return await receivers.post(url, {"Webhook-Id": "id"}, b"{}")
    finally:
        await receivers.close()


def fast(**more: Any) -> Receivers:
    return Receivers(allowed=HERE, seconds=0.5, **more)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "224.0.0.1"],
)  # fmt: skip
async def test_a_name_of_this_house_is_refused_at_saving_and_at_sending(address: str) -> None:
    receivers = Receivers(resolve=named(inside_example=address))

    for act in (receivers.check("https://inside.example/"), post(receivers, "https://inside.example/")):
        with pytest.raises(Unreachable, match="no public address"):
            await act


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "169.254.169.254"]
)
async def test_so_is_an_address_by_itself(host: str) -> None:
    with pytest.raises(Unreachable, match="no public address"):
        await Receivers().check(f"https://{host}/")


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "localhost", "localhost."])
async def test_so_is_whatever_the_machines_own_resolver_reads_as_one(host: str) -> None:
    with pytest.raises(Unreachable, match=r"no (public )?address"):
        await Receivers().check(f"https://{host}/")


async def test_one_bad_address_of_a_name_bars_the_good_ones() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.215.14", "10.0.0.1"]

    with pytest.raises(Unreachable, match="no public address"):
        await Receivers(resolve=resolve).check("https://two.example/")


async def test_a_name_that_changes_its_mind_is_judged_by_the_answer_that_is_used() -> None:
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    asked = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    async with receiving() as receiver:
        url = f"https://rebinding.example:{receiver.port}/"
        receivers = Receivers(resolve=resolve)

        await receivers.check(url)
        with pytest.raises(Unreachable, match="no public address"):
            await post(receivers, url)

        assert receiver.got == []
    assert asked == ["rebinding.example"] * 2, "each look is one look"


async def test_the_connection_goes_where_the_name_was_found_and_says_the_name() -> None:
    asked = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.3", "127.0.0.1"]

    async with receiving() as receiver:
        code = await post(fast(resolve=resolve), f"http://hooks.example:{receiver.port}/")

        assert code == 204
        assert receiver.got[0].headers["host"] == f"hooks.example:{receiver.port}"
        assert asked == [("hooks.example", receiver.port)]


async def test_in_clear_only_networks_that_are_allowed_are_called() -> None:
    with pytest.raises(Unreachable, match="no public address"):
        await fast(resolve=named(example_com="93.184.215.14")).check("http://example.com/")


@pytest.mark.parametrize(
    ("way", "why"),
    [
        (ways.silence, "did not answer"),
        (ways.headers_without_end, "broke the connection"),
        (ways.hints_without_end, "did not answer"),
        (ways.nonsense, "does not speak HTTP"),
        (ways.hang_up, "broke the connection"),
    ],
)
async def test_whoever_answers_badly_is_left(way: ways.Answer, why: str) -> None:
    async with receiving(way) as receiver:
        with pytest.raises(Unreachable, match=why):
            await post(fast(), receiver.url)


async def test_a_body_without_an_end_is_not_read() -> None:
    async with receiving(ways.flood) as receiver:
        assert await post(fast(), receiver.url) == 200


async def test_where_nobody_listens_nothing_is_taken() -> None:
    async with receiving() as receiver:
        url = receiver.url

    with pytest.raises(Unreachable, match="does not take connections"):
        await post(fast(), url)


async def test_a_name_server_that_never_answers_is_not_waited_for() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    for act in ("check", "post"):
        receivers = fast(resolve=resolve)
        with pytest.raises(Unreachable):
            await (
                receivers.check("https://slow.example/")
                if act == "check"
                else post(receivers, "https://slow.example/")
            )


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as proxy, receiving() as receiver:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")

        assert await post(fast(), receiver.url) == 204
        assert (len(receiver.got), proxy.got) == (1, [])


async def test_a_redirect_is_a_status_like_any_other() -> None:
    async with receiving() as elsewhere:
        async with receiving(status(302, headers=f"Location: {elsewhere.url}\r\n")) as receiver:
            assert await post(fast(), receiver.url) == 302
        assert elsewhere.got == []


# ── TLS ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of hooks.example by itself, with its key."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=hooks.example"
    )
    names = ["-addext", "subjectAltName=DNS:hooks.example", "-keyout", str(path), "-out", f"{path}.crt"]
    try:
        subprocess.run([*command.split(), *names], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no openssl to make a certificate with")
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


def _server(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


async def test_the_certificate_must_be_of_the_name_and_of_somebody_who_is_trusted(certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=certificate)
    resolve = named(hooks_example="127.0.0.1", other_example="127.0.0.1")
    async with receiving(tls=_server(certificate)) as receiver:

        def url(name: str) -> str:
            return f"https://{name}:{receiver.port}/"

        assert await post(fast(resolve=resolve, tls=trusting), url("hooks.example")) == 204
        for tls, name in ((trusting, "other.example"), (None, "hooks.example")):
            with pytest.raises(Unreachable, match="certificate"):
                await post(fast(resolve=resolve, tls=tls), url(name))

        assert len(receiver.got) == 1


async def test_a_receiver_without_tls_is_told_nothing() -> None:
    async with receiving() as receiver:
        with pytest.raises(Unreachable):
            await post(fast(), receiver.url.replace("http:", "https:"))

        assert receiver.got == []
