"""The schema since the last release: nothing breaks that was not announced, and the check itself can fail."""

from pathlib import Path

import pytest

from mentorhub.schema import build_schema
from tests.schema.changes import breaking, listed, unannounced

ROOT = Path(__file__).parents[2]
LIST = (ROOT / "docs/schema-changes.md").read_text()

RELEASED = """
type Query { mentor(id: ID!): Mentor, mentors(first: Int): [Mentor!]! }
type Mentor { id: ID!, name: String!, size: Size }
enum Size { SMALL LARGE }
input Filter { name: String }
"""


@pytest.fixture(scope="module")
def current() -> str:
    return build_schema().as_str()


def test_what_breaks_clients_of_the_last_release_is_listed_with_its_day(current: str) -> None:
    released = (ROOT / "schema.released.graphql").read_text()

    assert breaking(released, current) == listed(LIST)


def test_what_is_deprecated_says_what_to_use_and_until_when(current: str) -> None:
    assert unannounced(current) == set()


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("name: String!, size", "size", "Field Mentor.name was removed."),
        ("name: String!", "name: String", "Field Mentor.name changed type from String! to String."),
        (
            "(first: Int)",
            "(first: Int!)",
            "Argument Query.mentors(first:) has changed type from Int to Int!.",
        ),
        ("(first: Int)", "", "Argument Query.mentors(first:) was removed."),
        ("(first: Int)", "(first: Int, by: ID!)", "A required argument Query.mentors(by:) was added."),
        (" LARGE", "", "Enum value Size.LARGE was removed."),
        ("name: String }\n", "name: String, by: ID! }\n", "A required field Filter.by was added."),
    ],
)
def test_a_change_that_breaks_is_seen(before: str, after: str, change: str) -> None:
    planted = RELEASED.replace(before, after)

    assert planted != RELEASED
    assert change in breaking(RELEASED, planted)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("name: String!", "name: String!, title: String"),
        ("(first: Int)", "(first: Int, after: String)"),
        ("id: ID!, name", 'id: ID!, old: Int @deprecated(reason: "Use size. Goes on 2027-06-01."), name'),
    ],
)
def test_what_is_added_breaks_nothing(before: str, after: str) -> None:
    assert breaking(RELEASED, RELEASED.replace(before, after)) == set()


def test_a_field_taken_from_the_real_schema_is_seen(current: str) -> None:
    planted = current.replace("\n  timezone: TimeZone", "\n  zone: TimeZone", 1)

    assert any(change.endswith(".timezone was removed.") for change in breaking(current, planted))


def test_a_change_is_listed_in_its_own_words_with_its_day() -> None:
    document = "- 2026-12-01: Mentor.name was removed.\n- Mentor.size was removed.\n"

    assert listed(document) == {"Mentor.name was removed."}


@pytest.mark.parametrize(
    "reason", ["", "Use size.", "Goes on 2027-06-01.", "Use size. Goes on 2027-13-01.", "No longer supported"]
)
def test_a_deprecation_without_reason_or_day_is_seen(reason: str) -> None:
    given = f'@deprecated(reason: "{reason}")'
    planted = (
        RELEASED.replace("name: String!", f"name: String! {given}")
        .replace("(first: Int)", f"(first: Int {given})")
        .replace("LARGE", f"LARGE {given}")
        .replace("input Filter { name: String", f"input Filter {{ name: String {given}")
    )

    assert unannounced(planted) == {"Mentor.name", "Query.mentors(first:)", "Size.LARGE", "Filter.name"}


def test_a_deprecation_with_both_is_right() -> None:
    planted = RELEASED.replace(
        "name: String!", 'name: String! @deprecated(reason: "Use size. Goes on 2027-06-01.")'
    )

    assert unannounced(planted) == set()
