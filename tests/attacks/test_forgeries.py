"""Ids and cursors that were made up: refused without a fault, and without telling the hidden from the unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorhub.resolvers.cursors import Cursors
from mentorhub.rules.keys import NOBODY, Key
from mentorhub.rules.refusals import CursorInvalid
from mentorhub.rules.vocabulary import Role
from mentorhub.schema.nodes import any_key_of, id_of, key_of
from tests import given as given_
from tests.api import Api
from tests.counting import counting

SECRET = b"a secret of the tests, and long enough"
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x1f"))
PLACES = st.lists(
    st.integers() | st.booleans() | st.floats(allow_nan=False) | st.datetimes() | TEXTS,
    min_size=1,
    max_size=4,
)
FORGED_IDS = [
    "",
    "x",
    "user_",
    "user_x",
    "mentor_" + "0" * 36,
    "user_" + "é" * 36,
    "1 OR 1=1",
    "../../x",
    "user_\u0000",
    "x" * 10_000,
]


@given(PLACES)
def test_a_cursor_leads_back_to_its_place(place: list[object]) -> None:
    cursors = Cursors(SECRET, "mentors", {})

    assert cursors.place(cursors.cursor(place)) == place


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda octets: octets.hex()))
def test_any_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(CursorInvalid):
        Cursors(SECRET, "mentors", {}).place(text)


@given(PLACES, st.integers(min_value=0), st.characters())
def test_a_cursor_with_one_letter_changed_is_none(place: list[object], at: int, letter: str) -> None:
    cursors = Cursors(SECRET, "mentors", {})
    cursor = cursors.cursor(place)
    forged = cursor[: at % len(cursor)] + letter + cursor[at % len(cursor) + 1 :]

    if forged != cursor:
        with pytest.raises(CursorInvalid):
            cursors.place(forged)


@given(PLACES, st.sampled_from(["=", "==", " ", "\n", "!", "A"]))
def test_a_cursor_has_one_form(place: list[object], more: str) -> None:
    cursors = Cursors(SECRET, "mentors", {})

    with pytest.raises(CursorInvalid):
        cursors.place(cursors.cursor(place) + more)


@given(PLACES)
def test_a_cursor_is_of_one_list_one_filter_and_one_secret(place: list[object]) -> None:
    cursor = Cursors(SECRET, "mentors", {"text": "a"}).cursor(place)

    for others in (
        Cursors(SECRET, "users", {"text": "a"}),
        Cursors(SECRET, "mentors", {"text": "b"}),
        Cursors(b"another secret, just as long as it was", "mentors", {"text": "a"}),
    ):
        with pytest.raises(CursorInvalid):
            others.place(cursor)


@given(st.uuids().map(str), st.sampled_from(["User", "Mentor", "Booking"]))
def test_an_id_names_its_key_and_type_and_no_other(key: str, type_name: str) -> None:
    text = id_of(type_name, Key(key))

    assert key_of(type_name, text) == any_key_of(text) == key
    assert key_of("Slot", text) == NOBODY


@given(st.text(max_size=60) | st.from_regex(r"\A(user|mentor)_[0-9a-fA-F-]{30,40}\Z"))
def test_any_other_text_names_nobody(text: str) -> None:
    key = any_key_of(text)

    assert key == NOBODY or id_of(text.partition("_")[0], key) == text


@pytest.mark.parametrize("forged", FORGED_IDS)
@pytest.mark.parametrize("field", ["node", "mentor", "booking"])
async def test_a_forged_id_is_what_does_not_exist(api: Api, field: str, forged: str) -> None:
    viewer = await given_.user(api)

    answer = await api.ask(f"query($id: ID!) {{ {field}(id: $id) {{ __typename }} }}", viewer, id=forged)

    assert answer[field] is None


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "x" * 5_000, "é", "\u0000"])
async def test_a_forged_cursor_is_refused_with_its_code(api: Api, cursor: str) -> None:
    answer = await api.ask("query($c: String) { mentors(after: $c) { nodes { id } } }", c=cursor)

    assert answer.codes == ["CURSOR_INVALID"]


async def test_what_is_hidden_costs_the_same_statements_as_what_is_unknown(api: Api) -> None:
    """Time tells nothing where the work is the same."""
    hidden, viewer = await given_.user(api), await given_.user(api, role=Role.MEMBER)
    asked = "query($id: ID!) { node(id: $id) { id } booking(id: $id) { id } }"
    told, work = [], []

    for key in (hidden.user_id, Key("01900000-0000-7000-8000-000000000000")):
        async with counting(api) as counted:
            told.append(await api.ask(asked, viewer, id=id_of("User", key)))
        work.append(counted.reads)

    assert told[0] == told[1]
    assert told[0].data == {"node": None, "booking": None}
    assert work[0] == work[1] != []
