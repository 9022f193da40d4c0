"""What names, addresses and passwords may be, and who may act on whom."""

import pytest

from mentorhub.rules import accounts
from mentorhub.rules.refusals import Forbidden, Invalid, Required
from mentorhub.rules.vocabulary import Role


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" Noor@Example.COM ", "noor@example.com"),
        ("a.b+tag@mail.example.co", "a.b+tag@mail.example.co"),
        ("noor@xn--bcher-kva.example", "noor@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_trimmed_and_folded(given: str, kept: str) -> None:
    assert accounts.email(given) == kept
    assert accounts.folded(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        *("noor@bücher.example", "nöör@example.com", "noor@example．com", "\u212aelvin@example.com"),
        *("noor@exam\u200bple.com", "noor", "@example.com", "noor@", "noor@example", "noor@example..com"),
        *(".noor@example.com", "noor.@example.com"),
        *("noor@-example.com", "noor@example.1", "no or@example.com", "noor@example.com\nBcc: x@example.com"),
        *(
            "n" * 65 + "@example.com",
            "noor@" + "e" * 64 + ".com",
            "noor@" + "e." * 130 + "com",
            '"noor"@example.com',
            "=?utf-8?b?bm9vcg==?=@example.com",
        ),
    ],
)
def test_what_is_no_address_or_could_pass_as_another_is_refused(given: str) -> None:
    with pytest.raises(Invalid) as refused:
        accounts.email(given)

    assert refused.value.field == ("email",)


@pytest.mark.parametrize("length", [10, 11, 127, 128])
def test_a_password_has_10_to_128_characters(length: int) -> None:
    mixed = ("rainy walk, " * 11)[:length]

    assert accounts.password(mixed, email="noor@example.com") == mixed


@pytest.mark.parametrize("given", ["", "rainy wal", ("rainy walk, " * 11)[:129], "x" * 1_000_000])
def test_a_shorter_or_longer_one_is_refused(given: str) -> None:
    with pytest.raises(Invalid):
        accounts.password(given, email="noor@example.com")


def test_characters_are_counted_and_not_their_bytes() -> None:
    assert len(accounts.password("😀" * 128, email="noor@example.com")) == 128
    with pytest.raises(Invalid):
        accounts.password("😀" * 129, email="noor@example.com")
    with pytest.raises(Invalid):
        accounts.password("😀" * 9, email="noor@example.com")


def test_a_password_is_the_same_however_its_characters_are_composed() -> None:
    apart, composed = "cafe\u0301 au lait noir", "café au lait noir"

    assert accounts.password(apart, email="noor@example.com") == composed
    assert accounts.composed(apart) == composed


@pytest.mark.parametrize("given", ["rain NOOR walk", "xxnoorxx-and-more", "Noor-walks-in-rain"])
def test_a_password_with_the_name_of_the_address_is_refused(given: str) -> None:
    with pytest.raises(Invalid):
        accounts.password(given, email=" Noor@Example.com")


def test_a_short_name_of_an_address_may_be_in_a_password() -> None:
    assert accounts.password("a walk in the rain", email="wal@example.com")
    with pytest.raises(Invalid):
        accounts.password("a walk in the rain", email="walk@example.com")


def test_half_a_character_is_refused() -> None:
    with pytest.raises(Invalid):
        accounts.password("rainy walks \ud83d", email="noor@example.com")


@pytest.mark.parametrize(("given", "kept"), [("fr", "FR"), (" US ", "US")])
def test_a_region_is_a_country(given: str, kept: str) -> None:
    assert accounts.region(given) == kept


@pytest.mark.parametrize("given", ["", "F", "FRA", "XX", "EU", "UK", "12", "ＦＲ"])
def test_what_is_no_country_is_refused(given: str) -> None:
    with pytest.raises(Invalid):
        accounts.region(given)


def test_scopes_are_each_given_once() -> None:
    assert accounts.scopes(["WRITE", "READ", "WRITE"], is_admin=False) == ["READ", "WRITE"]


def test_an_access_token_needs_a_scope() -> None:
    with pytest.raises(Required):
        accounts.scopes([], is_admin=True)


def test_only_administrators_give_the_scope_admin() -> None:
    assert accounts.scopes(["ADMIN", "READ"], is_admin=True) == ["READ", "ADMIN"]
    with pytest.raises(Invalid):
        accounts.scopes(["ADMIN", "READ"], is_admin=False)


ALLOWED = {
    (Role.ADMIN, Role.MEMBER),
    (Role.SUPERADMIN, Role.MEMBER),
    (Role.SUPERADMIN, Role.ADMIN),
    (Role.SUPERADMIN, Role.SUPERADMIN),
}


@pytest.mark.parametrize("actor", Role)
@pytest.mark.parametrize("subject", Role)
def test_admins_act_on_members_and_superadmins_on_everybody_but_themselves(
    actor: Role, subject: Role
) -> None:
    with pytest.raises(Forbidden):
        accounts.may_act_on(actor, subject, is_self=True)
    if (actor, subject) in ALLOWED:
        accounts.may_act_on(actor, subject, is_self=False)
    else:
        with pytest.raises(Forbidden):
            accounts.may_act_on(actor, subject, is_self=False)


def test_each_role_may_what_those_below_it_may() -> None:
    rising = [Role.MEMBER, Role.ADMIN, Role.SUPERADMIN]

    for rank, role in enumerate(rising):
        assert [other for other in Role if accounts.is_at_least(role, other)] == rising[: rank + 1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("192.0.2.1", "::ffff:192.0.2.1"),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
        (None, ""),
        ("fe80::1%eth0", "fe80::2"),
    ],
)
def test_addresses_of_one_network_count_as_one(one: str | None, other: str | None) -> None:
    assert accounts.network(one) == accounts.network(other)


@pytest.mark.parametrize(
    ("one", "other"), [("192.0.2.1", "192.0.2.2"), ("2001:db8:1:2::1", "2001:db8:1:3::1")]
)
def test_others_do_not(one: str, other: str) -> None:
    assert accounts.network(one) != accounts.network(other)


def test_a_name_is_required() -> None:
    with pytest.raises(Required):
        accounts.name(None)
