"""Signed texts: good for one purpose, from one secret, unchanged, and in time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorhub.rules import signing
from mentorhub.rules.refusals import TokenInvalid

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
UNTIL = NOW + timedelta(minutes=1)


def test_what_was_signed_for_something_else_is_no_good() -> None:
    signed = signing.signed(b"it", secret=b"s", purpose="one", until=UNTIL)

    assert signing.opened(signed, secret=b"s", purpose="one", now=NOW) == b"it"
    for wrong in ({"purpose": "two", "secret": b"s"}, {"purpose": "one", "secret": b"t"}):
        with pytest.raises(TokenInvalid):
            signing.opened(signed, now=NOW, **wrong)  # type: ignore[arg-type]  # as above
    with pytest.raises(TokenInvalid):
        signing.opened(signed, secret=b"s", purpose="one", now=UNTIL)


@given(content=st.binary(max_size=60), place=st.integers(0), other=st.characters())
def test_no_character_can_be_changed(content: bytes, place: int, other: str) -> None:
    signed = signing.signed(content, secret=b"s", purpose="one", until=UNTIL)
    place %= len(signed)
    changed = signed[:place] + other + signed[place + 1 :]
    if changed == signed:
        return

    with pytest.raises(TokenInvalid):
        signing.opened(changed, secret=b"s", purpose="one", now=NOW)
