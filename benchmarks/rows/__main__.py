"""Serves the hand-written answers: plain ASGI on uvicorn, rows from the driver, orjson.

python -m benchmarks.rows PORT DATABASE_URL [WORKERS]
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import uvicorn
from benchmarks.rows.answers import Answers, NotAllowed
from benchmarks.rows.postgresql import PostgreSQL
from benchmarks.rows.sqlite import SQLite


class Server:
    """Knows its operations by name: there is no query language to read here."""

    def __init__(self, url: str) -> None:
        self._database: Any = SQLite(url) if url.startswith("sqlite") else PostgreSQL(url)
        self._answers = Answers(self._database)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        bearer = next((value for name, value in scope["headers"] if name == b"authorization"), None)
        status = 200
        try:
            said = {"data": await self.answer(orjson.loads(body), bearer[7:].decode() if bearer else None)}
        except NotAllowed:
            status, said = 401, {"errors": [{"message": "Not allowed."}]}
        text = orjson.dumps(said, option=orjson.OPT_UTC_Z)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(text))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text})

    async def answer(self, asked: Any, token: str | None) -> dict[str, Any]:
        act = self._answers.by_name[asked["operationName"]]
        async with self._database.fetching() as fetch:
            data: dict[str, Any] = await act(fetch, asked["variables"], token)
            return data

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        await self._database.open()
        try:
            yield
        finally:
            await self._database.close()

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        async with self.open():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


def made() -> Server:
    return Server(os.environ["BENCHMARK_DATABASE_URL"])


def main() -> None:
    port, url, workers = sys.argv[1], sys.argv[2], int((sys.argv[3:] or ["1"])[0])
    os.environ["BENCHMARK_DATABASE_URL"] = url
    uvicorn.run(
        "benchmarks.rows.__main__:made",
        factory=True,
        host="127.0.0.1",
        port=int(port),
        workers=workers,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
    )


if __name__ == "__main__":
    main()
