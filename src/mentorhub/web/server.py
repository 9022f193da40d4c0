"""The server: uvicorn, with an end to its patience and to its connections."""

import asyncio
from asyncio import TimerHandle
from collections.abc import Callable
from typing import Any, Final

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from mentorhub.web.approach import Refused
from mentorhub.web.bodies import READ_WHOLE
from mentorhub.web.encoding import encoded_errors
from mentorhub.web.farewell import say_farewell
from mentorhub.web.marking import WRITE_WHOLE, HeaderLines
from mentorhub.web.socket_server import PatientSocket

_CUT: Final = "cut"
"""In a request's state: what breaks off its connection."""
_HEAD_SECONDS: Final = 10.0
_HEAD_BYTES: Final = 64 * 1024
_FAREWELL_SECONDS: Final = 1.0
"""For so long a connection that is not in use stays open while the server goes down."""
_WITHOUT_BODY: Final = frozenset({*range(100, 200), 204, 304})
_CONTROL: Final = bytes({*range(0x20), 0x7F} - {ord("\t")})
_HEAD_END: Final = b"\r\n\r\n"
_PHRASES: Final = {400: b"Bad Request", 408: b"Request Timeout", 431: b"Request Header Fields Too Large"}


def write_whole(send: Send, status: int, lines: HeaderLines, body: bytes) -> bool:
    """Writes an answer in one go, as uvicorn's *send* would in two; False, and nothing is done, where it is to do that.

    To be given at most one `content-length`, that of *body*, and no `connection` or `transfer-encoding`.
    """
    cycle = getattr(send, "__self__", None)
    if (
        not isinstance(cycle, RequestResponseCycle)
        or cycle.response_started
        or cycle.disconnected
        or cycle.flow.write_paused
        or cycle.transport.is_closing()
        or cycle.scope["method"] == "HEAD"
        or status in _WITHOUT_BODY
    ):
        return False
    lines = [*cycle.default_headers, *lines]
    head = b"".join([b"%b: %b\r\n" % line for line in lines])
    if len(head.translate(None, _CONTROL)) != len(head) - 2 * len(lines):
        return False  # one line would read as two: uvicorn says so
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    if not cycle.keep_alive:
        head += b"connection: close\r\n"
    cycle.transport.write(b"%b%b\r\n%b" % (STATUS_LINE[status], head, body))
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
    return True


def read_whole(receive: Receive, most: int) -> bytes | None:
    """The body, where all of it has come and it is no longer than *most*; else None: it is to be received."""
    cycle = getattr(receive, "__self__", None)
    if (
        not isinstance(cycle, RequestResponseCycle)
        or cycle.more_body
        or cycle.disconnected
        or cycle.response_complete
        or cycle.waiting_for_100_continue
        or len(cycle.body) > most
    ):
        return None
    body = bytes(cycle.body)
    cycle.body = bytearray()
    cycle.message_event.clear()
    cycle.flow.resume_reading()
    return body


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 whose heads must come within a time and a size: whoever sends byte by byte holds nothing for long."""

    head_seconds = _HEAD_SECONDS
    head_bytes = _HEAD_BYTES
    farewell_seconds = _FAREWELL_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._awaits_head = True
        self._read = 0
        self._leaves = False
        self._head_timer: TimerHandle | None = None
        self._rests_since: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()

    def on_response_complete(self) -> None:
        """As uvicorn's, but that a connection has one timer for all its rests, and not one for each."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._rests_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._rest(self.timeout_keep_alive)

    def timeout_keep_alive_handler(self) -> None:
        self.timeout_keep_alive_task = None
        if self._rests_since is None:
            return  # it is in use, and its next rest has a timer of its own
        left = self._rests_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._rest(left)
        else:
            super().timeout_keep_alive_handler()

    def _rest(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _unset_keepalive_if_required(self) -> None:
        self._rests_since = None

    def data_received(self, data: bytes) -> None:
        if self._awaits_head:
            self._read += len(data)
            if self._read > self.head_bytes and self._is_too_large(data):
                self._cut_large()
                return
        super().data_received(data)
        if self._awaits_head and self._read:
            # Mostly a head comes all at once, and nothing has to be waited for.
            if self._read > self.head_bytes:
                self._cut_large()
            elif self._head_timer is None:
                self._wait_for_head()

    def send_400_response(self, msg: str) -> None:
        self._cut(400, "This is not HTTP as it is read here.")

    def on_headers_complete(self) -> None:
        self._awaits_head = False
        self._stop_waiting()
        super().on_headers_complete()
        cycle: Any = self.cycle
        state = self.scope["state"]
        state[_CUT] = self.transport.abort
        if cycle is not None:
            # It must not know the cycle, which knows it: garbage in circles is found late, and much of it at once.
            state[WRITE_WHOLE] = write_whole
            state[READ_WHOLE] = read_whole
            if self._leaves:
                cycle.keep_alive = False

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._awaits_head = True
        self._read = 0

    def shutdown(self) -> None:
        say_farewell(self.app_state)
        cycle: Any = self.cycle
        self._leaves = True
        if self._read or (cycle is not None and not cycle.response_complete):
            if cycle is not None:
                cycle.keep_alive = False
        else:
            # Whoever is about to ask is answered still, and told that it is the last time.
            self.loop.call_later(self.farewell_seconds, self._leave)

    def _leave(self) -> None:
        cycle: Any = self.cycle
        if not self._read and (cycle is None or cycle.response_complete):
            self.transport.close()

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self._late)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _late(self) -> None:
        self._head_timer = None
        if self._awaits_head:
            self._cut(408, f"The head did not arrive within {self.head_seconds:g} seconds.")

    def _is_too_large(self, data: bytes) -> bool:
        """Whether no head can end in *data* early enough; what follows a head in it may be as large as it likes."""
        within = max(0, self.head_bytes - (self._read - len(data)))
        return data.find(_HEAD_END, 0, within) < 0

    def _cut_large(self) -> None:
        self._cut(431, f"The head is larger than {self.head_bytes:,} bytes.")

    def _cut(self, status: int, message: str) -> None:
        if self.transport.is_closing():
            return
        if self._read and self._may_answer():
            body = encoded_errors([Refused("BAD_USER_INPUT", message, status=status).formatted])
            lines = [b"HTTP/1.1 %d %s" % (status, _PHRASES[status]), b"content-type: application/json"]
            lines += [b"content-length: %d" % len(body), b"connection: close", b"", body]
            self.transport.write(b"\r\n".join(lines))
        self.transport.close()

    def _may_answer(self) -> bool:
        """What is being answered to an earlier request of this connection must not be mixed with a refusal."""
        cycle: Any = self.cycle
        if cycle is None or cycle.response_complete:
            return True
        return cycle.more_body and not cycle.response_started and not self.pipeline


def cut_off(scope: Scope) -> None:
    """Breaks off the connection of a request, with all that its peer has not taken."""
    abort: Callable[[], None] = scope["state"][_CUT]
    abort()


MANNERS: Final[dict[str, Any]] = {
    "http": PatientProtocol,
    "ws": PatientSocket,
    "ws_max_size": 64 * 1024,
    "ws_per_message_deflate": False,
    "ws_ping_interval": None,
    "server_header": False,
    "access_log": False,
    "log_config": None,
}
"""How uvicorn is to treat whoever connects."""


def serve(app: str, *, host: str, port: int, workers: int = 1) -> None:
    """Serves what the factory *app* ("module:function") makes, until told to stop."""
    uvicorn.run(
        app,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        timeout_graceful_shutdown=10,
        # A worker's replacement must be ready within it, on a machine that is busy too.
        timeout_worker_healthcheck=120,
        **MANNERS,
    )
