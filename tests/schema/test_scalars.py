"""Scalars take what they say and refuse all else as bad input, whatever is given; what they took comes out again."""

from typing import Any

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from mentorhub.schema.scalars import SCALARS

NAMES = {definition.name: definition for definition in SCALARS.values()}
READ_AND_WRITTEN = sorted(NAMES.keys() - {"Upload"})

_DIGITS = st.text("0123456789", min_size=1, max_size=4)
_LIKE_TIMES = st.lists(
    _DIGITS | st.sampled_from([*"-:TtZz.+ ", "2026-03-08", "14:00", "00", "24:00", "\u0663", "\u2212"]),
    max_size=12,
).map("".join)
_LIKE_ADDRESSES = st.lists(
    st.sampled_from(["http", "https", "://", "example.com", "[::1]", *":/@a[%\\\n\u0663é."])
    | st.characters(),
    max_size=10,
).map("".join)  # fmt: skip
_LIKE_ZONES = st.sampled_from(
    ["Europe/Paris", "UTC", "EST5", "+02:00", "../etc/passwd", "Europe/", "posix/UTC"]
)
ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.lists(st.text(), max_size=2)
    | st.dictionaries(st.text(), st.integers(), max_size=2)
    | st.datetimes(timezones=st.timezones() | st.none()).map(lambda instant: instant.isoformat())
    | st.dates().map(str)
    | _LIKE_TIMES
    | _LIKE_ADDRESSES
    | _LIKE_ZONES
)


@pytest.mark.parametrize("name", sorted(NAMES))
@given(value=ANYTHING)
def test_anything_is_taken_or_refused_as_bad_input(name: str, value: Any) -> None:
    try:
        taken = _read(name, value)
    except GraphQLError:
        return
    assert isinstance(value, str) or (name == "Upload" and value is None)
    if name in READ_AND_WRITTEN:
        assert _read(name, _write(name, taken)) == taken


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DateTime", "2026"),
        ("DateTime", "2026-03-08T14:00:00"),
        ("DateTime", "2026-03-08 14:00:00Z"),
        ("DateTime", "٢٠٢٦-03-08T14:00:00Z"),
        ("DateTime", "2026-03-08T14:00:00+99:99"),
        ("DateTime", "0001-01-01T00:00:00+14:00"),
        ("DateTime", 1_772_978_400),
        ("Date", "2026-02-30"),
        ("Date", "2026-W10-7"),
        ("LocalTime", "24:01"),
        ("LocalTime", "09:00+02:00"),
        ("TimeZone", "EST5"),
        ("TimeZone", "+02:00"),
        ("TimeZone", "../../etc/passwd"),
        ("URL", "javascript:alert(1)"),
        ("URL", "https://example.com:99999/"),
        ("URL", "https://exam\nple.com/"),
        ("EmailAddress", "a@b"),
        ("EmailAddress", "a@example.com\nbcc: b@example.com"),
        ("Upload", "a file"),
    ],
)
def test_what_only_looks_like_one_is_refused(name: str, value: Any) -> None:
    with pytest.raises(GraphQLError):
        _read(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Date", "9999-12-31"),
        ("Date", "0001-01-01"),
        ("DateTime", "9999-12-31T00:00:00Z"),
        ("DateTime", "1899-12-31T00:00:00Z"),
    ],
)
def test_what_is_too_far_away_is_said_to_be(name: str, value: str) -> None:
    with pytest.raises(GraphQLError, match=f"{name} is too far away"):
        _read(name, value)


def _read(name: str, value: Any) -> Any:
    read = NAMES[name].parse_value
    assert read is not None
    return read(value)


def _write(name: str, value: Any) -> Any:
    write = NAMES[name].serialize
    assert write is not None
    return write(value)
