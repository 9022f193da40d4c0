"""The explorer, in a real browser."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
import uvicorn
from graphql import build_schema, execute_sync, parse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from mentorhub.web.explorer import BUILT, explorer_routes
from tests.web.chromium import CHROMIUM, Page, browsing

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(
        not (BUILT / "index.html").is_file(),
        reason="the explorer is not built: python scripts/build_explorer.py",
    ),
]

RUN = ".graphiql-execute-button"
RESULT_HAS = "text => document.querySelector('.result-window')?.innerText.includes(text)"
PAGE_HAS = "text => document.body.innerText.includes(text)"


async def test_an_example_runs_and_its_result_is_seen_in_the_page(page: Page, service: "Service") -> None:
    tabs = await page.evaluate(
        "[...document.querySelectorAll('.graphiql-tab-button')].map(tab => tab.innerText)"
    )

    await page.click(RUN)

    await page.until(RESULT_HAS, "totalCount")
    assert tabs[:3] == ["BrowseMentors", "SignIn", "FindASlot"]
    assert len(tabs) == len(list(EXAMPLES.rglob("*.graphql")))
    assert page.hosts() == {service.host}
    assert page.faults == []


async def test_the_editors_colour_and_check_what_is_typed(page: Page) -> None:
    await page.evaluate(WRITE % ("operation.graphql", json.dumps("query Odd { oddities(first: 1) }")))
    await page.evaluate(WRITE % ("variables.json", json.dumps('{"first": }')))

    await page.until("""() => new Set(__MONACO.editor.getModelMarkers({}).map(marker => marker.resource.path
        .split("-").at(-1))).isSupersetOf(new Set(["operation.graphql", "variables.json"]))""")
    colours = (
        "[...document.querySelectorAll('.view-line span span')].map(token => getComputedStyle(token).color)"
    )
    assert len(set(await page.evaluate(colours))) >= 3
    assert page.faults == []


async def test_the_editors_tidy_up_when_asked(page: Page) -> None:
    await page.evaluate(WRITE % ("operation.graphql", json.dumps("query Odd{mentors(first:1){totalCount}}")))
    await page.evaluate(WRITE % ("variables.json", json.dumps('{"first":1}')))

    await page.click(".graphiql-toolbar button[aria-label^=Prettify]")

    tidy = "query Odd {\n  mentors(first: 1) {\n    totalCount\n  }\n}"
    await page.until(WRITTEN % ("operation.graphql", json.dumps(tidy)))
    await page.until(WRITTEN % ("variables.json", json.dumps('{\n  "first": 1\n}')))
    assert page.faults == []


async def test_who_signs_in_beside_the_editor_asks_and_listens_as_that_user_in_every_tab(
    page: Page, service: "Service"
) -> None:
    await page.type("input[name=email]", service.email)
    await page.type("input[name=password]", service.password)
    await page.click(".explorer-session button[type=submit]")
    await page.until(PAGE_HAS, "Signed in as")

    await page.click(EXAMPLE % "What the viewer has booked")
    await page.click(RUN)
    await page.until(RESULT_HAS, "bookingCounts")
    await page.click(EXAMPLE % "Changes of the viewer")
    await page.click(RUN)

    await page.until(RESULT_HAS, "bookingStatusChanged")
    assert page.hosts() == {service.host}
    assert page.faults == []


async def test_a_token_in_the_headers_of_a_tab_goes_with_its_subscription(
    page: Page, service: "Service"
) -> None:
    await page.click(EXAMPLE % "Changes of the viewer")

    headers = json.dumps({"authorization": f"Bearer {service.token}"})
    await page.evaluate(WRITE % ("request-headers.json", json.dumps(headers)))
    await page.click(RUN)

    await page.until(RESULT_HAS, "bookingStatusChanged")
    assert page.faults == []


async def test_a_subscription_that_is_refused_says_with_which_code(page: Page) -> None:
    await page.click(EXAMPLE % "Changes of the viewer")

    await page.click(RUN)

    await page.until(RESULT_HAS, "4403")
    assert page.faults == []


EXAMPLES = Path(__file__).parents[2] / "examples"
EXAMPLE = ".explorer-panel button[title^='%s']"
MODEL = "__MONACO.editor.getModels().find(model => model.uri.path.endsWith('%s'))"
WRITE = MODEL + ".setValue(%s)"
WRITTEN = f"() => {MODEL}.getValue().trim() === %s"


@pytest.fixture
async def page(tmp_path: Path, service: "Service") -> AsyncIterator[Page]:
    async with browsing(tmp_path) as page:
        await page.open(service.url)
        await page.until("() => document.querySelector('.graphiql-query-editor .view-line')")
        yield page


class Service(NamedTuple):
    url: str
    email: str
    password: str
    token: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    app = Starlette(
        routes=[
            *explorer_routes(enabled=True),
            Route("/graphql", _answer, methods=["POST"]),
            WebSocketRoute("/graphql", _tell),
        ]
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", ws="websockets-sansio", lifespan="off")
        )
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield Service(
                f"http://127.0.0.1:{listening.getsockname()[1]}/", "a@example.com", "correct horse", "TOKEN"
            )
        finally:
            server.should_exit = True
            await serving


SCHEMA = build_schema("""
    type Query { mentors(first: Int): Mentors!  viewer: Viewer }
    type Mutation { signIn(input: SignInInput!): SessionPayload }
    type Subscription { bookingStatusChanged(after: String): BookingEvent! }
    type Mentors { totalCount: Int! }
    type Viewer { user: User!  bookingCounts(as: BookingParty): BookingCounts! }
    enum BookingParty { MENTEE MENTOR }
    type User { name: String! }
    type BookingCounts { all: Int! }
    type BookingEvent { status: String! }
    input SignInInput { email: String!  password: String! }
    type SessionPayload { token: String  viewer: Viewer  userErrors: [UserError!]! }
    type UserError { message: String! }
""")
VIEWER = {"user": {"name": "Ada"}, "bookingCounts": {"all": 2}}


async def _answer(request: Request) -> Response:
    asked = await request.json()
    known = request.headers.get("authorization") == "Bearer TOKEN"
    root = {
        "mentors": {"totalCount": 3},
        "viewer": VIEWER if known else None,
        "signIn": {"token": "TOKEN", "viewer": VIEWER, "userErrors": []},
    }
    # Executed unvalidated: whatever else of the contract an example asks for is left out of the answer.
    result = execute_sync(SCHEMA, parse(asked["query"]), root, variable_values=asked.get("variables"))
    return JSONResponse(result.formatted)


async def _tell(websocket: WebSocket) -> None:
    await websocket.accept("graphql-transport-ws")
    if (await websocket.receive_json()).get("payload") != {"Authorization": "Bearer TOKEN"}:
        await websocket.close(4403, "Forbidden")
        return
    await websocket.send_json({"type": "connection_ack"})
    asked = await websocket.receive_json()
    event = {"data": {"bookingStatusChanged": {"status": "CONFIRMED"}}}
    await websocket.send_json({"type": "next", "id": asked["id"], "payload": event})
    async for _ in websocket.iter_json():
        pass
