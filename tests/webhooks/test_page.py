"""The page for receivers: its sample verifies what is really sent, and it shows what is really asked for."""

import re
from pathlib import Path
from typing import Any

import pytest

from mentorhub.schema.webhook_bodies import OPERATIONS
from tests.api import Api
from tests.bookings.scene import Scene
from tests.webhooks.hooks import ROTATE, hook
from tests.webhooks.receiver import Receiver

PAGE = (Path(__file__).parents[2] / "docs/webhooks.md").read_text()


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


async def test_the_sample_believes_a_delivery_and_nothing_that_was_changed(
    api: Api, scene: Scene, receiver: Receiver
) -> None:
    sample: dict[str, Any] = {}
    [text] = blocks("python")
    exec(text, sample)
    verified = sample["verified"]
    made = await hook(api, scene.mentor, receiver.url)
    turned = await api.do(ROTATE, scene.mentor, id=made["webhook"]["id"])
    await scene.request()
    await api.run_jobs()

    [got] = receiver.got
    assert verified(made["secret"], got.headers, got.body)
    assert verified(turned["secret"], got.headers, got.body)
    assert not verified("whsec_" + "A" * 43 + "=", got.headers, got.body)
    assert not verified(turned["secret"], got.headers, got.body + b" ")
    assert not verified(turned["secret"], got.headers | {"webhook-id": "another"}, got.body)
    assert not verified(turned["secret"], got.headers | {"webhook-timestamp": "1"}, got.body)


def test_the_page_shows_what_is_asked_for() -> None:
    assert {text.strip() for text in blocks("graphql")} == {text.strip() for text in OPERATIONS.values()}
