"""GraphQL over HTTP as clients see it: what goes in, what comes out, and with which status and media type."""

import json
import logging
from typing import Any

import pytest

from tests.web.house import CLIENT
from tests.web.serving import Door

pytestmark = pytest.mark.asyncio(loop_scope="module")

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"


async def test_a_query_is_answered(door: Door) -> None:
    answer = await door.ask(
        "query Q($n: String!) { hello(name: $n) }", variables={"n": "Ada"}, operationName="Q"
    )

    assert answer.status_code == 200
    assert answer.json() == {"data": {"hello": "Hello, Ada!"}}


async def test_a_field_that_fails_leaves_the_rest_and_the_status(door: Door) -> None:
    answer = await door.ask("{ hello broken }", headers={"accept": GRAPHQL})

    assert answer.status_code == 200
    assert answer.json()["data"] == {"hello": "Hello, world!", "broken": None}
    assert answer.json()["errors"][0]["path"] == ["broken"]


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{GRAPHQL};q=0.5, {JSON}", JSON),
        (f"{JSON}, {GRAPHQL}", GRAPHQL),
        ("text/html, */*;q=0.8", JSON),
        (f"text/event-stream, {JSON}", JSON),
        (f"{GRAPHQL};charset=utf-8", GRAPHQL),
    ],
)
async def test_the_answer_comes_in_the_form_that_is_liked_best(
    door: Door, accept: str | None, media: str
) -> None:
    door.http.headers.pop("accept", None)

    answer = await door.ask("{ hello }", headers={"accept": accept} if accept else {})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{media}; charset=utf-8"


@pytest.mark.parametrize("accept", ["text/html", "application/xml, image/*", f"{JSON};q=0", "nonsense"])
async def test_what_nobody_here_can_write_is_not_acceptable(door: Door, accept: str) -> None:
    answer = await door.ask("{ hello }", headers={"accept": accept})

    assert answer.status_code == 406
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{", None, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", None, "GRAPHQL_VALIDATION_FAILED"),
        ("query($n: String!) { hello(name: $n) }", {"n": 7}, "BAD_USER_INPUT"),
    ],
)
async def test_a_request_that_is_not_executed_has_no_data(
    door: Door, query: str, variables: Any, code: str
) -> None:
    modern = await door.ask(query, variables=variables, headers={"accept": GRAPHQL})
    legacy = await door.ask(query, variables=variables, headers={"accept": JSON})

    assert (modern.status_code, legacy.status_code) == (400, 200)
    assert modern.json() == legacy.json()
    assert modern.json().keys() == {"errors"}
    assert modern.json()["errors"][0]["extensions"]["code"] == code


async def test_a_query_may_come_by_get(door: Door) -> None:
    given = {
        "query": "query Q($n: String!) { hello(name: $n) }",
        "variables": '{"n": "Zoë + 1"}',
        "operationName": "",
    }

    answer = await door.http.get("/graphql", params=given)

    assert answer.json() == {"data": {"hello": "Hello, Zoë + 1!"}}
    assert "Cookie" in answer.headers["vary"]


async def test_a_mutation_may_not_come_by_get(door: Door) -> None:
    answer = await door.http.get("/graphql", params={"query": 'mutation { rename(name: "x") }'})

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "query_string",
    [
        "",
        "query=",
        "query=%ff",
        "query={hello}&variables={",
        "query={hello}&variables=[]",
        "query={hello}&extensions=1",
    ],
)
async def test_a_bad_query_string_is_refused(door: Door, query_string: str) -> None:
    answer = await door.http.get(f"/graphql?{query_string}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_query_string_beyond_measure_is_refused(door: Door) -> None:
    answer = await door.http.get("/graphql", params={"query": "{ hello }" + " " * 40_000})

    assert answer.status_code == 414


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
async def test_other_methods_are_told_which_there_are(door: Door, method: str) -> None:
    answer = await door.http.request(method, "/graphql")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    assert method == "HEAD" or answer.json()["errors"]


async def test_what_a_resolver_leaves_goes_out_with_the_answer(door: Door) -> None:
    seen = await door.ask("{ transport }")
    signed_in = await door.ask("mutation { signIn }")

    assert seen.json() == {"data": {"transport": "http"}, "extensions": {"seen": True}}
    assert signed_in.headers["set-cookie"] == "session=anna; Path=/; HttpOnly; SameSite=Lax"
    assert signed_in.headers["cache-control"] == "no-store"


async def test_only_answers_to_strangers_may_be_kept(door: Door) -> None:
    stranger = await door.ask("{ whoami }")
    by_token = await door.ask("{ whoami }", headers={"authorization": "Bearer anna"})
    by_cookie = await door.ask("{ whoami }", headers={"cookie": "a=b; session=anna"})

    assert [each.json()["data"]["whoami"] for each in (stranger, by_token, by_cookie)] == [
        None,
        "anna",
        "anna",
    ]
    assert "cache-control" not in stranger.headers
    assert by_token.headers["cache-control"] == by_cookie.headers["cache-control"] == "no-store"


async def test_the_context_is_told_who_comes(door: Door) -> None:
    given = {"authorization": "Bearer anna", "origin": CLIENT, "user-agent": "Lynx", "last-event-id": "c7"}

    answer = await door.ask("{ hello }", headers={**given, "cookie": 'session="s1"', "x-request-id": "r-1"})

    (approach,) = door.house.approaches
    assert answer.headers["x-request-id"] == approach.request_id == "r-1"
    assert (approach.transport, approach.address) == ("http", "127.0.0.1")
    assert (approach.authorization, approach.session) == ("Bearer anna", "s1")
    assert (approach.origin, approach.user_agent, approach.last_event_id) == (CLIENT, "Lynx", "c7")


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
async def test_bad_credentials_are_refused_and_not_taken_for_none(door: Door, accept: str) -> None:
    answer = await door.ask("{ hello }", headers={"authorization": "Bearer wrong", "accept": accept})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"].startswith(accept)
    assert answer.json() == {
        "errors": [{"message": "This token is not valid.", "extensions": {"code": "UNAUTHENTICATED"}}]
    }


async def test_whoever_asks_too_often_is_told_when_to_come_back(door: Door) -> None:
    answer = await door.ask("{ hello }", headers={"authorization": "Bearer hasty"})

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


@pytest.mark.parametrize(
    ("cookie", "origin", "query", "status"),
    [
        ("session=anna", "https://evil.example", "{ whoami }", 403),
        ("session=anna", "null", "{ whoami }", 403),
        ("session=anna", CLIENT, "{ whoami }", 200),
        ("session=anna", None, "{ whoami }", 200),
        ("session=anna", None, 'mutation { rename(name: "x") }', 403),
        ("session=anna", "https://evil.example", 'mutation { rename(name: "x") }', 403),
        ("session=anna", CLIENT, 'mutation { rename(name: "x") }', 200),
        ("session=anna", "own", 'mutation { rename(name: "x") }', 200),
        ("other=anna", "https://evil.example", 'mutation { rename(name: "x") }', 200),
    ],
)
async def test_a_cookie_counts_only_from_pages_that_may_use_it(
    door: Door, cookie: str, origin: str | None, query: str, status: int
) -> None:
    own = f"http://127.0.0.1:{door.port}"
    headers = {"cookie": cookie} | ({"origin": own if origin == "own" else origin} if origin else {})

    answer = await door.ask(query, headers=headers)

    assert answer.status_code == status
    assert status == 200 or answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_token_counts_from_anywhere(door: Door) -> None:
    headers = {"authorization": "Bearer anna", "cookie": "session=bert", "origin": "https://evil.example"}

    answer = await door.ask('mutation { rename(name: "x") }', headers=headers)

    assert answer.status_code == 200


@pytest.mark.parametrize("token", ["unlucky", None])
async def test_a_fault_of_ours_is_logged_and_told_by_its_number_only(
    door: Door, token: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"authorization": f"Bearer {token}"} if token else {}

    with caplog.at_level(logging.ERROR):
        answer = await door.ask("{ surrogate }", headers=headers)

    request_id = answer.headers["x-request-id"]
    assert answer.status_code == 500
    assert answer.json()["errors"][0]["extensions"] == {"code": "INTERNAL", "requestId": request_id}
    assert "InnerError" not in answer.text
    assert request_id in caplog.text


async def test_a_subscription_needs_a_stream(door: Door) -> None:
    answer = await door.ask("subscription { count(to: 1) }", headers={"accept": "*/*"})

    assert answer.status_code == 406
    assert "text/event-stream" in json.loads(answer.text)["errors"][0]["message"]
