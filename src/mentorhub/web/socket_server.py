"""WebSockets as the server has them: uvicorn's, bounded, and closed in an orderly way."""

import logging
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.protocol import State

from mentorhub.web.farewell import say_farewell

_FRAGMENTS: Final = 256
_PONG_BYTES: Final = 64 * 1024
_wire: Final = logging.getLogger("mentorhub.wire")
_wire.setLevel(logging.WARNING)


class PatientSocket(WebSocketsSansIOProtocol):
    """A WebSocket that the service itself closes when it goes down: its reader is told why.

    What its protocol answers or keeps by itself is bounded: pongs that nobody takes, fragments of no message. What is
    said to many at once goes out by a short way. Opening and closing leave no lines of their own in the log: what is
    asked in a socket does.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = self.conn.logger = _wire

    def handle_ping(self) -> None:
        if self.transport.get_write_buffer_size() > _PONG_BYTES:
            self.transport.abort()
        else:
            super().handle_ping()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= _FRAGMENTS:
            self.conn.fail(1009, f"A message has at most {_FRAGMENTS} fragments")
            self.handle_parser_exception()
        else:
            super().handle_cont(event)

    async def send(self, message: Any) -> None:
        text = message.get("text")
        if text is None or not self._is_plain():
            await super().send(message)
            if self.initial_response is not None and self.close_sent:
                # Refused in words, the handshake is over; uvicorn would log that it never came to that.
                self.handshake_complete = True
        else:
            payload = text.encode()
            self.transport.write(_head_of(len(payload)) + payload)

    def _is_plain(self) -> bool:
        """Whether a frame can be written as it is, without waiting: the socket is open, takes more, compresses not."""
        return (
            self.handshake_complete
            and not self.close_sent
            and not self.disconnected
            and self.writable.is_set()
            and self.conn.state is State.OPEN
            and not self.conn.extensions
            and not self.conn.expect_continuation_frame
        )

    def shutdown(self) -> None:
        if not (self.handshake_complete and say_farewell(self.app_state)):
            super().shutdown()


def _head_of(size: int) -> bytes:
    """The head of a text frame of so many bytes that is whole and, as a server's, not masked (RFC 6455, 5.2)."""
    if size < 126:
        return b"\x81" + size.to_bytes(1)
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2)
    return b"\x81\x7f" + size.to_bytes(8)
