"""Whoever asks for too much, over each transport; and that nobody else pays for it."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.attacks.standing import Standing

EVENTS = "text/event-stream"
CHEAP = "{ rateLimit { limit cost remaining restorePerSecond resetAt } }"
NONSENSE = "{ thereIsNoSuchField }"


async def _spent(ask: Callable[[], Awaitable[Any]], is_refused: Callable[[Any], bool]) -> Any:
    """The first refusal, which a hundred points must lead to."""
    for _ in range(150):
        answer = await ask()
        if is_refused(answer):
            return answer
    raise AssertionError


def _code(error: Any) -> str:
    code: str = error["extensions"]["code"]
    return code


async def test_answers_tell_what_they_cost(narrow: Standing) -> None:
    response = await narrow.ask(CHEAP)

    answer = response.json()
    told, cost = answer["data"]["rateLimit"], answer["extensions"]["cost"]
    assert told["limit"] == cost["limit"] == 100
    assert told["restorePerSecond"] == cost["restorePerSecond"] == 1
    assert told["cost"] == cost["estimated"]
    assert cost["actual"] <= cost["estimated"]
    assert cost["remaining"] == 100 - cost["actual"]
    assert response.headers["ratelimit"].startswith(f'"points";r={cost["remaining"]};t=')
    assert response.headers["ratelimit-policy"] == '"points";q=100;w=100'


async def test_over_http_it_is_429_with_the_seconds_to_wait(narrow: Standing) -> None:
    refused = await _spent(lambda: narrow.ask(CHEAP), lambda response: response.status_code != 200)

    [error] = refused.json()["errors"]
    assert refused.status_code == 429
    assert _code(error) == "RATE_LIMITED"
    assert "data" not in refused.json()
    assert int(refused.headers["retry-after"]) == error["extensions"]["retryAfterSeconds"] >= 1
    assert refused.headers["ratelimit"].startswith('"points";r=0;t=')


async def test_over_a_socket_it_is_an_error_message_and_the_socket_stays(narrow: Standing) -> None:
    async with narrow.socket() as socket:
        refused = await _spent(lambda: socket.ask(CHEAP), lambda message: message["type"] == "error")
        again = await socket.ask(CHEAP)

    assert _code(refused["payload"][0]) == "RATE_LIMITED"
    assert again["type"] == "error"


async def test_over_events_it_is_told_in_the_stream_or_by_status(narrow: Standing) -> None:
    await _spent(lambda: narrow.ask(CHEAP), lambda response: response.status_code == 429)

    refused = await narrow.ask("subscription { announcementPosted { id } }", accept=EVENTS)

    assert "RATE_LIMITED" in refused.text


async def test_what_cannot_be_read_costs_too_and_in_the_end_is_not_read_any_more(narrow: Standing) -> None:
    refused = await _spent(lambda: narrow.ask(NONSENSE), lambda response: response.status_code == 429)

    assert _code(refused.json()["errors"][0]) == "RATE_LIMITED"
    assert int(refused.headers["retry-after"]) >= 1


async def test_nonsense_over_a_socket_costs_the_same(narrow: Standing) -> None:
    async with narrow.socket() as socket:
        codes = [_code((await socket.ask(NONSENSE))["payload"][0]) for _ in range(12)]

    assert codes[0] == "GRAPHQL_VALIDATION_FAILED"
    assert codes[-1] == "RATE_LIMITED"


async def test_wrong_tokens_are_paid_for_by_their_address(narrow: Standing) -> None:
    for _ in range(12):
        assert (await narrow.ask(CHEAP, authorization="Bearer mh_wrong")).status_code == 401

    assert (await narrow.ask(CHEAP)).status_code == 429


async def test_one_address_does_not_pay_for_another(narrow: Standing) -> None:
    await _spent(lambda: narrow.ask(CHEAP), lambda response: response.status_code == 429)

    other = await narrow.ask(CHEAP, **{"x-forwarded-for": "198.51.100.7"})

    assert other.status_code == 200


async def test_pages_that_operators_need_are_not_limited(narrow: Standing) -> None:
    await _spent(lambda: narrow.ask(CHEAP), lambda response: response.status_code == 429)

    assert (await narrow.http.get("/healthz")).status_code == 200
    assert (await narrow.http.get("/readyz")).status_code == 200
