"""The least that telling many listeners can cost: a bare ASGI socket that is handed the ready text."""

import sys
from typing import Any

import uvicorn

_PROTOCOL = "graphql-transport-ws"
_open: set[Any] = set()


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Acknowledges each socket and keeps it; what is posted goes to all of them as it is."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept", "subprotocol": _PROTOCOL})
        await receive()
        await send({"type": "websocket.send", "text": '{"type":"connection_ack"}'})
        _open.add(send)
        while (await receive())["type"] != "websocket.disconnect":
            pass
        _open.discard(send)
    elif scope["type"] == "http":
        text = (await receive())["body"].decode()
        message = {"type": "websocket.send", "text": text}
        for tell in tuple(_open) if text else ():
            await tell(message)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


def main() -> None:
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        access_log=False,
        log_level="warning",
        lifespan="off",
    )


if __name__ == "__main__":
    main()
