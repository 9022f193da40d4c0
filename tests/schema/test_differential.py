"""Generated queries over the whole API, among samples of everything: both executors answer alike, to every viewer."""

import json
import os
import re
from datetime import datetime, timedelta
from random import Random
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLSchema
from graphql.language import StringValueNode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from mentorhub.execution import Engine
from mentorhub.resolvers import charging
from mentorhub.schema import build_engine, build_schema
from mentorhub.schema.gate import GatedEngine
from mentorhub.schema.refusing import masked
from mentorhub.web.encoding import INSTANTS, encoded, fragment
from tests.api import Answer, Api
from tests.schema import world
from tests.schema.world import World

DOCUMENTS = 600 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 25
OWN_PACE = {"systemHealth", "rateLimit"}
"""What differs from one time to the next, whoever executes it."""


def _texts(*texts: str) -> st.SearchStrategy[StringValueNode]:
    return st.sampled_from(texts).map(nodes.String)


SCALARS: dict[str, Any] = {
    "DateTime": _texts("2026-03-02T14:00:00Z", "2026-03-09T00:00:00+05:45", "0001-01-01T00:00:00Z"),
    "Date": _texts("2026-03-08", "2026-02-30"),
    "LocalTime": _texts("09:00", "24:00"),
    "TimeZone": _texts("America/New_York", "Asia/Kathmandu", "Mars/Olympus"),
    "URL": _texts("https://example.com/room"),
    "EmailAddress": _texts("somebody@example.com"),
    "Upload": _texts("a file"),
}


def generated(schema: GraphQLSchema) -> list[str]:
    documents: list[str] = []

    @settings(max_examples=DOCUMENTS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(queries(schema, custom_scalars=SCALARS, allow_x00=False))
    def collect(text: str) -> None:
        documents.append(text)

    collect()
    return documents


def dressed(text: str, samples: list[str], chance: Random) -> str:
    """*text* with ids of *samples* in the place of most of its own, which name nothing."""

    def instead(found: re.Match[str]) -> str:
        return f'{found[1]}: "{chance.choice(samples)}"' if chance.random() < 0.8 else found[0]

    return _ID.sub(instead, text)


_ID = re.compile(r'\b(\w*[iI]d): "(?:[^"\\\n]|\\.)*"')


def assert_alike(compiled: Answer, stock: Answer) -> None:
    """In data, the order of keys included, and in errors; which of several that strike down one part, time decides."""
    told, expected = (orjson.loads(encoded(ExecutionResult(each.data))) for each in (compiled, stock))
    assert json.dumps(_steady(told)) == json.dumps(_steady(expected))
    failed, foreseen = _by_part(compiled), _by_part(stock)
    assert failed.keys() == foreseen.keys()
    for part, errors in failed.items():
        if {part} == {path for path, _ in errors + foreseen[part]}:
            assert errors == foreseen[part]


def _by_part(answer: Answer) -> dict[tuple[str | int, ...], list[tuple[tuple[str | int, ...], str]]]:
    """The errors by the part of the answer that is null for them: each error's path, and all of it."""
    parts: dict[tuple[str | int, ...], list[tuple[tuple[str | int, ...], str]]] = {}
    for error in answer.errors:
        path, value, length = tuple(error.get("path") or ()), answer.data, 0
        while value is not None and length < len(path):
            value = value[path[length]]
            length += 1
        parts.setdefault(path[:length], []).append((path, json.dumps(error, default=repr)))
    return {part: sorted(errors) for part, errors in parts.items()}


def _steady(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: None if name in OWN_PACE else _steady(value) for name, value in data.items()}
    return [_steady(each) for each in data] if isinstance(data, list) else data


def engine_of(executor: Any) -> Engine:
    return GatedEngine(build_schema(), mask=masked, executor=executor, instants=INSTANTS, kept_as=fragment)


LISTS = (
    """{ mentors(first: 20) { nodes {
        id name jobTitle company yearsOfExperience timezone acceptingRequests completedSessionCount
        rating { average count distribution } expertise { id name mentorCount }
        slots(first: 5) { id startsAt endsAt(timezone: "Asia/Kathmandu") } nextSlot { startsAt }
    } } }""",
    """{ mentors(orderBy: NAME) { edges { cursor node { name ...Known } } } }
    fragment Known on Mentor { expertise { name } }""",
    "{ mentors(orderBy: NEWEST) { nodes { name expertise { name } } pageInfo { startCursor endCursor } } }",
    "{ mentors { nodes { name } edges { node { bio } } } }",
    """{ viewer { bookings { nodes {
        id status startsAt endsAt topic mentor { id name expertise { id name } rating { average } }
        mentee { id name } feedback { rating comment }
    } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }""",
    """{ viewer { bookings {
        edges { node { mentor { name } } } nodes { mentor { name bio } mentee { name email } }
    } } }""",
    """{ viewer { bookings { nodes {
        a: mentor { name } b: mentor { name socialLinks { github } } mentee { joinedAt }
    } } } }""",
    "{ admin { bookings { nodes { mentor { name } mentee { name } feedback { hiddenAt author { name } } } } } }",
    "{ admin { activity(first: 100) { nodes { kind occurredAt actor { id name } } } } }",
)
"""What brings along more than it is asked for, and what might but does not."""


async def test_what_lists_bring_along_is_what_would_have_been_read(api: Api) -> None:
    built: World = await world.built(api)
    by_plan = Api(api.house, engine_of("compiled"), api.clock)
    by_stock = Api(api.house, engine_of("stock"), api.clock)
    answered = 0

    for document in LISTS:
        for viewer in built.viewers.values():
            compiled, stock = await by_plan.ask(document, viewer), await by_stock.ask(document, viewer)
            assert_alike(compiled, stock)
            answered += compiled.data is not None and not compiled.errors

    assert answered >= len(LISTS)


async def test_a_partial_answer_costs_the_same_whether_or_not_parts_of_it_were_kept(api: Api) -> None:
    built: World = await world.built(api)
    engine = engine_of("compiled")
    text = """query ($id: ID!, $until: DateTime) {
        mentors { nodes { id expertise { id name } slots(first: 20) { id startsAt endsAt } } }
        mentor(id: $id) { slots(until: $until, first: 1) { id } }
    }"""

    async def cost(until: datetime | None) -> Any:
        context = api.context()
        given = {"id": built.samples["Mentor"], "until": until and until.isoformat()}
        result = await engine.execute(engine.prepare(text), given, context)
        return bool(result.errors), context.extensions["cost"]["actual"], encoded(result)

    too_late = api.clock.now() + timedelta(days=400)
    fresh, kept = await cost(too_late), await cost(too_late)
    assert (await cost(None))[0] is False
    again = await cost(too_late)

    assert fresh[0] is True
    assert fresh == kept == again
    fields = charging.fields_in(json.loads(fresh[2])["data"])
    assert fresh[1] == charging.points_for(fields)


async def test_generated_queries_are_answered_alike_by_both_executors(api: Api) -> None:
    built: World = await world.built(api)
    chance, samples = Random(1), list(built.samples.values())
    by_plan = Api(api.house, engine_of("compiled"), api.clock)
    by_stock = Api(api.house, engine_of("stock"), api.clock)
    viewers = list(built.viewers.values())
    executed = 0

    for text in generated(build_engine().schema):
        document = dressed(text, samples, chance)
        for viewer in chance.sample(viewers, 3):
            compiled, stock = await by_plan.ask(document, viewer), await by_stock.ask(document, viewer)
            assert_alike(compiled, stock)
            assert "INTERNAL" not in compiled.codes, document
            executed += compiled.data is not None

    assert executed > DOCUMENTS // 4
    assert by_plan.engine.counts.stock == 0
