"""A headless Chromium, driven by the Chrome DevTools Protocol and cut off from every host but this one."""

import asyncio
import json
import re
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SWITCHES = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    *("--remote-debugging-port=0", "--window-size=1500,950"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PATIENCE = 30


@asynccontextmanager
async def browsing(profile: Path) -> AsyncIterator["Page"]:
    """The one tab of a fresh browser, whose profile is kept in *profile*."""
    command = (str(CHROMIUM), *SWITCHES, f"--user-data-dir={profile}", "about:blank")
    browser = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=PIPE)
    try:
        connection = await connect(await _address(browser), max_size=None)
        page = Page(connection)
        listening = asyncio.create_task(page.listen())
        await page.attach_to_the_first()
        yield page
        listening.cancel()
        await connection.close()
    finally:
        browser.kill()
        await browser.communicate()


async def _address(browser: Process) -> str:
    assert browser.stderr
    async with asyncio.timeout(PATIENCE):
        async for line in browser.stderr:
            if found := re.search(rb"DevTools listening on (ws://\S+)", line):
                return found[1].decode()
    raise AssertionError("Chromium ended before it listened")


class Page:
    """A tab, driven by the Chrome DevTools Protocol; its faults are what console and policy complain of."""

    def __init__(self, connection: ClientConnection) -> None:
        self.faults: list[str] = []
        self._connection = connection
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._urls: list[str] = []
        self._session: str | None = None
        self._count = 0

    async def open(self, url: str) -> None:
        await self.send("Page.navigate", url=url)

    async def click(self, selector: str) -> None:
        await self.until("css => document.querySelector(css)", selector)
        await self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    async def type(self, selector: str, text: str) -> None:
        await self.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        await self.send("Input.insertText", text=text)

    async def until(self, predicate: str, argument: str | None = None) -> None:
        await self.evaluate(
            f"""new Promise((done, failed) => {{
                const giveUp = () => failed(Error("never seen: " + document.body.innerText));
                const end = setTimeout(giveUp, {PATIENCE}000);
                const seen = () => ({predicate})({json.dumps(argument)});
                const look = () => seen() ? (clearTimeout(end), done()) : requestAnimationFrame(look);
                look();
            }})"""
        )

    async def evaluate(self, expression: str) -> Any:
        told = await self.send(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def hosts(self) -> set[str]:
        return {urlsplit(url).netloc for url in self._urls if not url.startswith("data:")}

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[await self._post(method, params, to=self._session)] = answer
        async with asyncio.timeout(PATIENCE + 5):
            return await answer

    async def listen(self) -> None:
        async for text in self._connection:
            message = json.loads(text)
            if "method" in message:
                await self._note(message["method"], message["params"])
            elif answer := self._answers.pop(message["id"], None):
                answer.set_result(message.get("result") or {"exceptionDetails": message.get("error")})

    async def attach_to_the_first(self) -> None:
        targets = (await self.send("Target.getTargets"))["targetInfos"]
        first = next(target["targetId"] for target in targets if target["type"] == "page")
        self._session = (await self.send("Target.attachToTarget", targetId=first, flatten=True))["sessionId"]
        await self._watch(self._session)

    async def _watch(self, session: str) -> None:
        """Watches a page or worker before its first line runs, and whatever it starts likewise."""
        for domain in ("Network", "Runtime", "Log", "Page", "Audits"):
            await self._post(f"{domain}.enable", {}, to=session)
        likewise = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
        await self._post("Target.setAutoAttach", likewise, to=session)
        await self._post("Runtime.runIfWaitingForDebugger", {}, to=session)

    async def _post(self, method: str, params: dict[str, Any], *, to: str | None) -> int:
        self._count += 1
        message = {"id": self._count, "method": method, "params": params, **({"sessionId": to} if to else {})}
        await self._connection.send(json.dumps(message))
        return self._count

    async def _note(self, method: str, params: dict[str, Any]) -> None:
        match method, params:
            case "Target.attachedToTarget", {"sessionId": session, "targetInfo": {"type": "worker"}}:
                await self._watch(session)
            case "Network.requestWillBeSent", {"request": {"url": url}}:
                self._urls.append(url)
            case "Network.webSocketCreated", {"url": url}:
                self._urls.append(url)
            case "Log.entryAdded", {"entry": {"level": "error" | "warning"} as entry}:
                self.faults.append(f"{entry['text']} {entry.get('url')}")
            case "Runtime.consoleAPICalled", {"type": "error" | "warning" | "assert"} as call:
                self.faults.append(str(call["args"]))
            case "Runtime.exceptionThrown", fault:
                self.faults.append(str(fault))
            case "Audits.issueAdded", {"issue": {"code": "ContentSecurityPolicyIssue"} as issue}:
                self.faults.append(str(issue))
            case _:
                pass
