"""One POST: to the address that was judged, within seconds, following nothing, reading no more than the status."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from typing import Final

import httpx

from mentorhub import __version__
from mentorhub.receivers.lookup import Resolve, Unreachable, permitted, resolve
from mentorhub.rules.addresses import Network

_SECONDS: Final = 5.0
"""For all of it: name, connection, TLS, request and status."""
_PORTS: Final = {"https": 443, "http": 80}
_HEADERS: Final = {
    "User-Agent": f"MentorHub/{__version__}",
    "Content-Type": "application/json",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}


class Receivers:
    """*allowed* are networks that may be called beside the public's. *tls* says which certificates are good."""

    def __init__(
        self,
        *,
        allowed: Sequence[str] = (),
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        seconds: float = _SECONDS,
    ) -> None:
        self._allowed: tuple[Network, ...] = tuple(ip_network(network) for network in allowed)
        self._resolve = resolve
        self._tls = tls
        self._seconds = seconds
        self._client: httpx.AsyncClient | None = None

    @property
    def in_sandbox(self) -> bool:
        """Whether some may be called that are not the public's, and in clear."""
        return bool(self._allowed)

    async def check(self, url: str) -> None:
        """Raises Unreachable where nothing could be delivered to *url*."""
        try:
            async with asyncio.timeout(self._seconds):
                await _Pinned.addresses(_read(url), self._allowed, self._resolve)
        except TimeoutError:
            raise Unreachable("The host's name was not answered for in time.") from None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status that *url* answers. Raises Unreachable."""
        address, client = _read(url), self._opened()
        try:
            async with (
                asyncio.timeout(self._seconds),
                client.stream("POST", address, content=body, headers={**_HEADERS, **headers}) as response,
            ):
                # Whatever else it says is not read: it could go on for ever.
                return response.status_code
        except (TimeoutError, httpx.TimeoutException):
            raise Unreachable(f"It did not answer within {self._seconds:g} seconds.") from None
        except httpx.ConnectError as error:
            raise Unreachable(_why(error)) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Unreachable("It broke the connection, or does not speak HTTP.") from None

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    def _opened(self) -> httpx.AsyncClient:
        if self._client is None:
            transport = httpx.AsyncHTTPTransport(
                verify=self._tls or httpx.create_ssl_context(trust_env=False),
                trust_env=False,
                # A connection is to an address, and must serve no other name at it.
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            )
            self._client = httpx.AsyncClient(
                transport=_Pinned(transport, self._allowed, self._resolve),
                trust_env=False,
                follow_redirects=False,
                # Whoever stalls at the handshake is left by httpx itself, which then closes the connection.
                timeout=httpx.Timeout(self._seconds, connect=self._seconds * 0.6),
            )
        return self._client


class _Pinned(httpx.AsyncBaseTransport):
    """Connects to an address that was judged; certificate and `Host` stay those of the name."""

    def __init__(
        self, transport: httpx.AsyncBaseTransport, allowed: Sequence[Network], resolve: Resolve
    ) -> None:
        self._transport = transport
        self._allowed = allowed
        self._resolve = resolve

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        host = url.raw_host.decode("ascii")
        request.extensions = {**request.extensions, "sni_hostname": host}
        fault: httpx.ConnectError | None = None
        for address in await self.addresses(url, self._allowed, self._resolve):
            request.url = url.copy_with(host=str(address))
            try:
                return await self._transport.handle_async_request(request)
            except httpx.ConnectError as error:
                # Nothing was said yet: another address of the same name may do.
                fault = fault or error
        assert fault is not None, "a name has an address, or is unreachable"
        raise fault

    async def aclose(self) -> None:
        await self._transport.aclose()

    @staticmethod
    async def addresses(url: httpx.URL, allowed: Sequence[Network], resolve: Resolve) -> Sequence[object]:
        port = url.port or _PORTS[url.scheme]
        return await permitted(
            url.raw_host.decode("ascii"),
            port,
            is_secure=url.scheme == "https",
            allowed=allowed,
            resolve=resolve,
        )


def _read(url: str) -> httpx.URL:
    try:
        read = httpx.URL(url)
    except httpx.InvalidURL:
        raise Unreachable("This is no address.") from None
    if read.scheme not in _PORTS or not read.host:
        raise Unreachable("This is no address.")
    return read


def _why(error: httpx.ConnectError) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "Its certificate is not good for this host."
        if isinstance(cause, ssl.SSLError):
            return "It does not speak TLS."
        cause = cause.__cause__ or cause.__context__
    return "It does not take connections."
