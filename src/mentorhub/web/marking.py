"""What all answers have in common: headers that keep browsers safe, a request's id, a status that somebody notices."""

from typing import Any, Final

from starlette.types import Message, Send

from mentorhub.web.served import Served

HeaderLines = list[tuple[bytes, bytes]]

WRITE_WHOLE: Final = "write whole"
"""In a request's state, where the server has it: what writes an answer in one go, given its `send`."""
_ALWAYS: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
]
_POLICY: Final = b"content-security-policy"
_NOTHING_RUNS: Final = (_POLICY, b"default-src 'none'; frame-ancestors 'none'")


class Marking:
    """*send* of one request, whose *served* hears of the status; `common` are the lines that its answer gets."""

    __slots__ = ("_send", "_served", "_write_whole", "common", "started")

    def __init__(self, send: Send, served: Served, state: dict[str, Any]) -> None:
        self._send = send
        self._served = served
        self._write_whole = state.get(WRITE_WHOLE)
        self.common: HeaderLines = [*_ALWAYS]
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._begin(message["status"])
            # A copy, since applications may send the same message to everyone.
            message = {**message, "headers": self._joined(message.get("headers", []))}
        await self._send(message)

    def whole(self, status: int, lines: HeaderLines, body: bytes) -> bool:
        """Sends an answer in one go; False, and nothing is done, where it must be sent as messages."""
        write = self._write_whole
        if write is None or not write(self._send, status, self._joined(lines), body):
            return False
        self._begin(status)
        return True

    def _begin(self, status: int) -> None:
        self.started = True
        self._served.status = status

    def _joined(self, own: HeaderLines) -> HeaderLines:
        given = dict(own)
        if _POLICY not in given:
            return [*own, *self.common, _NOTHING_RUNS]
        # A page with a policy of its own has guards of its own, and each is said once.
        return [*own, *(line for line in self.common if line[0] == b"vary" or line[0] not in given)]
