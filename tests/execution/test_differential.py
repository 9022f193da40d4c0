"""Generated documents, over objects that misbehave: the compiled executor answers as graphql-core does."""

import asyncio
import gc
import os
from random import Random

import pytest
import strawberry
from graphql import parse, validate
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from hypothesis_graphql import mutations, queries

from tests.execution.both import assert_agreement, both
from tests.execution.chaos import Thing
from tests.execution.contexts import Context
from tests.execution.dressing import Dresser
from tests.execution.worlds import MUTATIONS, WORLDS

DOCUMENTS = 10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 1_000
EACH = DOCUMENTS // (len(WORLDS) + 1) + 1

CASES = {
    **{name: (schema, queries(schema.as_str(), allow_x00=False)) for name, schema in WORLDS.items()},
    "mutations": (MUTATIONS, mutations(MUTATIONS.as_str(), allow_x00=False)),
}


# graphql-core leaves coroutines unawaited where an answer was lost.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("world", CASES)
def test_generated_documents_are_answered_alike(world: str) -> None:
    schema, documents = CASES[world]
    compared = 0

    @settings(max_examples=EACH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(documents, st.integers(0, 2**32), st.sampled_from([0.0, 0.02, 0.1, 0.3]), st.booleans())
    def check(text: str, seed: int, trouble: float, waits: bool) -> None:  # noqa: FBT001
        nonlocal compared
        compared += asyncio.run(are_answered_alike(schema, text, seed, trouble=trouble, waits=waits))

    check()
    gc.collect()  # while the warnings above are still ignored

    assert compared > EACH * 0.8


async def are_answered_alike(
    schema: strawberry.Schema, plain: str, seed: int, *, trouble: float, waits: bool
) -> bool:
    """False if the dressing made the document invalid, with two fields of one name that cannot be merged."""
    text, variables = Dresser(schema._schema, Random(seed)).dress(plain)
    document = parse(text)
    if validate(schema._schema, document):
        return False
    note(text)
    note(repr(variables))

    answers = await both(
        schema._schema,
        document,
        root=lambda: Thing(str(seed), trouble, waits=waits),
        context=Context,
        variables=variables,
    )

    note(repr(answers.stock))
    note(repr(answers.compiled))
    assert answers.was_compiled
    await assert_agreement(answers)
    return True
