"""What Prometheus reads, and who may."""

from collections.abc import AsyncIterator

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from mentorhub.settings import Settings
from tests.attacks.conftest import standing
from tests.attacks.standing import Standing


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def service(house_settings: Settings) -> AsyncIterator[Standing]:
    async with standing(house_settings) as stood:
        yield stood


async def _read(service: Standing) -> dict[tuple[str, ...], float]:
    response = await service.http.get("/metrics")
    assert response.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


async def test_requests_are_counted_by_kind_transport_and_status(service: Standing) -> None:
    await service.ask("query Who { viewer { user { id } } }")
    await service.ask("{ nothing }", accept="application/graphql-response+json")
    await service.http.post("/graphql", content=b"{", headers={"content-type": "application/json"})
    await service.http.get("/nowhere")
    async with service.socket() as socket:
        await socket.ask("{ viewer { user { id } } }")
        await socket.ask("{ nothing }")
        figures = await _read(service)

    requests = "mentorhub_requests_total"
    assert figures[requests, "query", "200", "http"] == 1
    assert figures[requests, "unread", "400", "http"] == 2
    assert figures[requests, "page", "404", "http"] == 1
    assert figures[requests, "query", "200", "websocket"] == 1
    assert figures[requests, "unread", "400", "websocket"] == 1
    assert figures["mentorhub_request_seconds_count", "query"] == 2


async def test_what_is_open_and_what_waits_is_told(service: Standing) -> None:
    async with service.socket() as socket:
        await socket.say(
            id="listening", type="subscribe", payload={"query": "subscription { announcementPosted { id } }"}
        )
        await socket.ask("{ viewer { user { id } } }")
        during = await _read(service)
    after = await _read(service)

    assert (during["mentorhub_sockets",], during["mentorhub_subscriptions",]) == (1, 1)
    assert (after["mentorhub_sockets",], after["mentorhub_subscriptions",]) == (0, 0)
    assert after["mentorhub_log_lag_seconds",] < 5
    assert after["mentorhub_mails_waiting",] == 0
    assert (after["mentorhub_webhooks_waiting",], after["mentorhub_webhooks_lag_seconds",]) == (0, 0)
    assert after["mentorhub_plans_compiled_total",] + after["mentorhub_plans_fallback_total",] >= 1


async def test_to_other_machines_the_page_is_not_there(service: Standing) -> None:
    response = await service.http.get("/metrics", headers={"x-forwarded-for": "198.51.100.7"})

    assert response.status_code == 404
    assert response.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_with_a_token_only_those_who_show_it_may_read(house_settings: Settings) -> None:
    settings = house_settings.model_copy(update={"metrics_token": SecretStr("a token of Prometheus")})
    async with standing(settings) as service:
        without = await service.http.get("/metrics")
        wrong = await service.http.get("/metrics", headers={"authorization": "Bearer another"})
        right = await service.http.get(
            "/metrics",
            headers={"authorization": "Bearer a token of Prometheus", "x-forwarded-for": "198.51.100.7"},
        )

    assert [response.status_code for response in (without, wrong, right)] == [404, 404, 200]
