"""The service as its users run it: a process of its own, reached over HTTP and WebSocket."""

import asyncio
import os
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from itertools import count
from pathlib import Path
from typing import IO, Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect

from tests import commands
from tests.commands import Command
from tests.web.serving import PLAIN

Process = Command | subprocess.Popen[bytes]


@dataclass
class Service:
    """A running service; *folder* is its working directory, where mails lie under `var/mail`."""

    url: str
    folder: Path
    environment: Mapping[str, str]
    process: Process
    output: IO[bytes]
    is_killed: bool = False

    def said(self) -> str:
        """What it has printed and logged so far."""
        number = self.output.fileno()
        return os.pread(number, os.fstat(number).st_size, 0).decode()

    @property
    def socket_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/graphql"

    def kill(self) -> None:
        """Ends it as a crash of its machine would."""
        self.process.kill()
        self.is_killed = True

    def run(self, *command: str, text: str = "") -> str:
        """What another `mentorhub` command prints; it must succeed."""
        done = commands.done(self.folder, *command, text=text, environment=self.environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    async def mail_to(self, address: str, *, about: str) -> str:
        """The text of the newest mail to *address* whose subject has *about*, waiting for it."""
        async with asyncio.timeout(20):
            while True:
                for path in sorted((self.folder / "var/mail").glob("*.eml"), reverse=True):
                    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
                    if address in str(mail["To"]) and about.lower() in str(mail["Subject"]).lower():
                        body = mail.get_body(("plain",))
                        assert body is not None
                        return str(body.get_content())
                await asyncio.sleep(0.05)


def token_in(mail: str) -> str:
    """The token of the link in a mail's text."""
    [link] = [word for word in mail.split() if "token=" in word]
    return parse_qs(urlsplit(link).query)["token"][0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def serving(
    database_url: str,
    folder: Path,
    *,
    command: tuple[str, ...] = (),
    port: int | None = None,
    **settings: str,
) -> AsyncIterator[Service]:
    """The service on *database_url*, until the end of the block; it must answer, and stop when asked."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    own = {"MENTORHUB_DATABASE_URL": database_url, "MENTORHUB_PUBLIC_URL": url, **settings}
    environment = commands.bare() | own
    with tempfile.NamedTemporaryFile() as output:
        process = _started(
            folder, "serve", "--port", str(port), *command, environment=environment, output=output
        )
        try:
            await _ready(url, process)
            service = Service(url, folder, environment, process, output)
            yield service
            ends = {-9} if service.is_killed else {0, -15}
        finally:
            process.terminate()
            try:
                code = await asyncio.to_thread(process.wait, 60)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            output.seek(0)
            said = output.read().decode()
            assert "Traceback" not in said, said
        assert code in ends, said


def _started(folder: Path, *command: str, environment: dict[str, str], output: IO[bytes]) -> Process:
    if "--workers" not in command:
        return commands.start(folder, *command, environment=environment, output=output)
    return subprocess.Popen(
        [commands.MENTORHUB, *command], cwd=folder, env=environment, stdout=output, stderr=output
    )


async def _ready(url: str, process: Process) -> None:
    async with httpx.AsyncClient(verify=PLAIN) as client, asyncio.timeout(120):
        while True:
            assert process.poll() is None, "the service ended"
            try:
                if (await client.get(f"{url}/readyz")).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)


class Client:
    """Somebody at the API over HTTP, signed in once *token* is set."""

    def __init__(self, service: Service, token: str | None = None) -> None:
        self.service = service
        self.token = token
        self._http = httpx.AsyncClient(base_url=service.url, timeout=30, verify=PLAIN)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    async def ask(self, text: str, **variables: Any) -> Any:
        """The data of an operation, which must have no errors."""
        response = await self._http.post(
            "/graphql", json={"query": text, "variables": variables}, headers=self.authorization
        )
        answer = response.json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def do(self, text: str, **variables: Any) -> Any:
        """The payload of a mutation, which must not refuse."""
        [payload] = (await self.ask(text, **variables)).values()
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload

    @asynccontextmanager
    async def listening(self, text: str, **variables: Any) -> AsyncIterator["Subscription"]:
        """A subscription over a socket of its own."""
        subprotocols: Any = ["graphql-transport-ws"]
        async with connect(self.service.socket_url, subprotocols=subprotocols) as opened:
            await opened.send(
                orjson.dumps({"type": "connection_init", "payload": self.authorization}).decode()
            )
            assert orjson.loads(await opened.recv()) == {"type": "connection_ack"}
            subscription = Subscription(opened)
            await subscription.start(text, variables)
            yield subscription


class Subscription:
    """The events of one subscription, in order."""

    _ids = count(1)

    def __init__(self, opened: ClientConnection) -> None:
        self._socket = opened

    async def start(self, text: str, variables: Mapping[str, Any]) -> None:
        message = {
            "id": str(next(self._ids)),
            "type": "subscribe",
            "payload": {"query": text, "variables": variables},
        }
        await self._socket.send(orjson.dumps(message).decode())

    async def next(self) -> Any:
        """The only root field's value of the next event."""
        async with asyncio.timeout(15):
            while True:
                message = orjson.loads(await self._socket.recv())
                if message["type"] == "ping":
                    await self._socket.send('{"type":"pong"}')
                    continue
                assert message["type"] == "next", message
                assert "errors" not in message["payload"], message
                [value] = message["payload"]["data"].values()
                return value
