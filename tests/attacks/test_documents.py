"""Documents that ask for too much, or make no sense, over every transport; a second client is served meanwhile."""

import asyncio
import json
import sys

import pytest

from mentorhub.settings import Settings
from tests.attacks.conftest import standing
from tests.attacks.documents import BAD_INPUT, INVALID, LIMITS, NODES, NONSENSE, Attack
from tests.attacks.standing import Standing
from tests.attacks.transports import (
    EVENTS,
    GRAPHQL,
    TRANSPORTS,
    Asked,
    Heard,
    Transport,
    by_get,
    by_socket,
)
from tests.attacks.watching import watched

pytestmark = pytest.mark.asyncio(loop_scope="module")

_LARGEST: dict[Transport, int] = {by_get: 20_000, by_socket: 60_000}
"""Characters that a transport carries: a longer query string is answered 414, a longer message closes its socket."""


async def _attacked(
    service: Standing, transport: Transport, attacks: list[Attack]
) -> list[tuple[Attack, Heard]]:
    """Each attack twice at once, over *transport* as far as it can carry them."""
    fitting = [each for each in attacks if len(each.query) < _LARGEST.get(transport, sys.maxsize)]
    told = []
    async with watched(service):
        for attack in fitting:
            heard = await asyncio.gather(*(transport(service, attack.asked) for _ in range(2)))
            told += [(attack, each) for each in heard]
    return told


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_each_limit_refuses_with_code_limit_and_figure(service: Standing, transport: Transport) -> None:
    for attack, heard in await _attacked(service, transport, LIMITS):
        assert heard.codes == {attack.code}, attack
        if attack.is_measured:
            assert all(
                error["extensions"]["actual"] > error["extensions"]["limit"] for error in heard.errors
            ), attack
        assert attack.code == BAD_INPUT or heard.data is None, attack


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_nonsense_is_refused_with_its_code(service: Standing, transport: Transport) -> None:
    for attack, heard in await _attacked(service, transport, NONSENSE):
        assert heard.codes == {attack.code}, attack
        assert len(heard.errors) <= 21, attack
        assert sum(len(error["message"]) for error in heard.errors) < 12_000, attack


@pytest.mark.parametrize("transport", [by_get, by_socket])
async def test_what_is_longer_than_a_transport_carries_is_refused_there(
    service: Standing, transport: Transport
) -> None:
    length = 33_000 if transport is by_get else 65_536

    async with watched(service):
        heard = await transport(service, Asked("{ __typename } #" + "x" * length))

    assert heard.status == (414 if transport is by_get else 1009)


@pytest.mark.parametrize("accept", [GRAPHQL, EVENTS])
async def test_the_largest_variables_are_read_and_larger_ones_not(service: Standing, accept: str) -> None:
    mebibyte = {"query": NODES, "variables": {"ids": ["x" * 1_000_000]}}
    more = {"query": NODES, "variables": {"ids": ["x" * 1_100_000]}}

    async with watched(service):
        read = [await service.post(json.dumps(mebibyte), accept=accept) for _ in range(3)]
        refused = [await service.post(json.dumps(more), accept=accept) for _ in range(3)]

    assert [each.status_code for each in read] == [200] * 3
    assert [each.status_code for each in refused] == [413] * 3


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_introspection_can_be_switched_off(house_settings: Settings, transport: Transport) -> None:
    async with standing(house_settings.model_copy(update={"introspection": "off"})) as closed:
        told = [
            await transport(closed, Asked(query))
            for query in ("{ __schema { types { name } } }", '{ __type(name: "Query") { name } }')
        ]
        name = await transport(closed, Asked("{ __typename }"))

    assert [heard.codes for heard in told] == [{INVALID}] * 2
    assert name.data == {"__typename": "Query"}
