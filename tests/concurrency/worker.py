"""A process that executes what it is told on standard input, a line each, all at once, and answers line by line.

    python -m tests.concurrency.worker sqlite:///… var/

It is the service without the wire: house, engine and database are its own.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

import orjson
from pydantic import SecretStr

from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.vocabulary import Role
from mentorhub.settings import Settings
from tests.api import Api, open_api


def settings_of(url: str, folder: str, **more: Any) -> Settings:
    return Settings(
        **more,
        _env_file=None,
        database_url=url,
        mail_url=f"file:{Path(folder) / 'mail'}",
        media_url=f"file:{Path(folder) / 'media'}",
        secret=SecretStr("a secret of the tests, and long enough"),
        rate_limits="off",
    )


def viewer_of(told: dict[str, Any] | None) -> Viewer | None:
    return Viewer(**{**told, "role": Role(told["role"])}) if told else None


async def answer(api: Api, told: dict[str, Any]) -> dict[str, Any]:
    """What came of one operation: data, and the codes of what was refused."""
    result = await api.ask(told["text"], viewer_of(told["viewer"]), **told["variables"])
    refused = [
        error["code"]
        for payload in (result.data or {}).values()
        if isinstance(payload, dict)
        for error in payload.get("userErrors", [])
    ]
    return {"id": told["id"], "data": result.data, "codes": [*result.codes, *refused]}


async def work(url: str, folder: str) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    running: set[asyncio.Task[None]] = set()

    async def attend(api: Api, line: bytes) -> None:
        said = await answer(api, orjson.loads(line))
        sys.stdout.buffer.write(orjson.dumps(said) + b"\n")
        sys.stdout.buffer.flush()

    async with open_api(settings_of(url, folder)) as api:
        sys.stdout.buffer.write(b"{}\n")
        sys.stdout.buffer.flush()
        while line := await reader.readline():
            task = asyncio.create_task(attend(api, line))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2]))
