"""Who pays: an access token for itself, else its user, else the address, or the network where one has many."""

import pytest

from mentorhub.db.keys import new_key
from mentorhub.resolvers.charging import payer_of
from mentorhub.resolvers.viewers import Viewer
from mentorhub.rules.vocabulary import Role


def test_a_token_has_a_bucket_of_its_own_and_sessions_share_their_user_s() -> None:
    user, token = new_key(), new_key()
    by_session = [
        Viewer(user_id=user, role=Role.MEMBER, is_verified=True, session_id=new_key()) for _ in range(2)
    ]
    by_token = Viewer(user_id=user, role=Role.MEMBER, is_verified=True, token_id=token)

    payers = [payer_of(viewer, f"192.0.2.{number}") for number, viewer in enumerate([*by_session, by_token])]

    assert payers == [f"user:{user}", f"user:{user}", f"token:{token}"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
    ],
)
def test_whoever_shows_nothing_pays_by_address(one: str, other: str, *, same: bool) -> None:
    assert (payer_of(None, one) == payer_of(None, other)) is same


@pytest.mark.parametrize("address", [None, "", "a unix socket", "::x"])
def test_an_address_that_is_none_pays_too(address: str | None) -> None:
    assert payer_of(None, address).startswith("address:")
