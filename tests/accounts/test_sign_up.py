"""Signing up, and proving an address."""

import asyncio

import pytest

from tests.accounts.people import PASSWORD, RESEND, SIGN_IN, SIGN_UP, VERIFY, Mailbox, Visitor, person
from tests.api import Api

INPUT = {"name": "Noor Adeyemi", "email": "noor@example.com", "password": PASSWORD}


async def test_somebody_signs_up_follows_the_mail_and_is_signed_in(
    visitor: Visitor, mailbox: Mailbox
) -> None:
    payload = await visitor.do(SIGN_UP, **INPUT, timezone="Europe/Paris", region="fr")
    assert payload["sentTo"] == "noor@example.com"

    letter = await mailbox.only()
    assert letter.to == "noor@example.com"
    assert letter.subject == "Verify your email address"
    assert letter.links[0].startswith("http://127.0.0.1:8000/verify-email?token=")

    begun = await visitor.do(VERIFY, token=letter.token)
    assert begun["viewer"] == {
        "user": {"id": begun["viewer"]["user"]["id"], "name": "Noor Adeyemi", "email": "noor@example.com"},
        "emailVerified": True,
    }
    signed_in = visitor.at(token=begun["token"])
    mine = (
        await signed_in.ask(
            "{ viewer { user { timezone region } sessions { isCurrent userAgent ipAddress } } }"
        )
    )["viewer"]
    assert mine == {
        "user": {"timezone": "Europe/Paris", "region": "FR"},
        "sessions": [{"isCurrent": True, "userAgent": "Tests/1.0", "ipAddress": "192.0.2.1"}],
    }


async def test_an_address_that_has_an_account_is_answered_alike_and_its_owner_is_told(
    api: Api, visitor: Visitor, mailbox: Mailbox
) -> None:
    owner = await person(api, name="Ada Okafor", email="ada@example.com")

    known = await visitor.ask(SIGN_UP, input=INPUT | {"email": " ADA@example.com "})
    unknown = await visitor.ask(SIGN_UP, input=INPUT | {"email": " EVA@example.com "})

    assert str(known.data).replace("ada", "eva") == str(unknown.data)
    told, verification = await mailbox.empty()
    assert (told.to, told.subject) == ("ada@example.com", "You already have an account")
    assert "Hello Ada Okafor," in told.text
    assert "Noor" not in told.text
    assert verification.to == "eva@example.com"
    assert (await owner.ask("{ viewer { user { name } } }"))["viewer"]["user"]["name"] == "Ada Okafor"
    assert await visitor.do(SIGN_IN, email="ada@example.com", password=PASSWORD)


async def test_the_second_of_two_who_sign_up_at_once_with_one_address_changes_nothing(
    visitor: Visitor, mailbox: Mailbox
) -> None:
    names = ("First", "Second", "Third")

    await asyncio.gather(*(visitor.at().do(SIGN_UP, **INPUT | {"name": name}) for name in names))

    subjects = sorted(letter.subject for letter in await mailbox.empty())
    assert subjects == ["Verify your email address", *["You already have an account"] * 2]


async def test_the_owner_of_an_unverified_account_who_signs_up_again_can_verify_it(
    visitor: Visitor, mailbox: Mailbox
) -> None:
    await visitor.do(SIGN_UP, **INPUT)
    await mailbox.empty()

    await visitor.do(SIGN_UP, **INPUT)

    letter = await mailbox.only()
    assert letter.subject == "You already have an account"
    assert [link.split("?")[0].rsplit("/", 1)[1] for link in letter.links] == [
        "verify-email",
        "reset-password",
    ]
    assert (await visitor.do(VERIFY, token=letter.tokens[0]))["viewer"]["emailVerified"]


async def test_a_name_that_nobody_has_verified_is_not_in_the_mail(visitor: Visitor, mailbox: Mailbox) -> None:
    await visitor.do(SIGN_UP, **INPUT | {"name": "Win at http://evil.example now"})

    letter = await mailbox.only()

    assert "evil" not in letter.text + letter.html + letter.subject


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"name": "", "password": "short"}, [("INVALID", ["name"]), ("INVALID", ["password"])]),
        ({"name": "N" * 81}, [("INVALID", ["name"])]),
        ({"name": "Noor\u202eimda"}, [("INVALID", ["name"])]),
        ({"name": "No\u200bor"}, [("INVALID", ["name"])]),
        ({"name": "No\x00or"}, [("INVALID", ["name"])]),
        ({"name": "N" * 900_000}, [("INVALID", ["name"])]),
        ({"email": "noor@bücher.example"}, [("INVALID", ["email"])]),
        ({"email": "n" * 65 + "@example.com"}, [("INVALID", ["email"])]),
        ({"password": "x" * 129}, [("INVALID", ["password"])]),
        ({"password": "password1234"}, [("INVALID", ["password"])]),
        ({"password": "walks of NOOR in rain"}, [("INVALID", ["password"])]),
        ({"password": "x" * 900_000}, [("INVALID", ["password"])]),
        ({"region": "XX"}, [("INVALID", ["region"])]),
        (
            {"name": " ", "email": "ü@example.com", "password": "", "region": "Europe"},
            [
                ("INVALID", ["name"]),
                ("INVALID", ["email"]),
                ("INVALID", ["password"]),
                ("INVALID", ["region"]),
            ],
        ),
    ],
)
async def test_what_cannot_be_is_refused_with_all_its_faults_and_nobody_is_written_to(
    visitor: Visitor, mailbox: Mailbox, changes: dict[str, str], faults: list[tuple[str, list[str]]]
) -> None:
    assert await visitor.refused(SIGN_UP, **INPUT | changes) == faults

    assert await mailbox.empty() == []


@pytest.mark.parametrize("changes", [{"email": "noor"}, {"timezone": "EST5"}, {"timezone": "+02:00"}])
async def test_what_is_no_value_of_its_kind_at_all_is_refused_at_the_top(
    visitor: Visitor, changes: dict[str, str]
) -> None:
    assert await visitor.refused(SIGN_UP, **INPUT | changes) == [("BAD_USER_INPUT", None)]


async def test_a_password_of_128_emoji_is_one(visitor: Visitor) -> None:
    await visitor.do(SIGN_UP, **INPUT | {"password": "🌧" * 128})

    assert await visitor.do(SIGN_IN, email="noor@example.com", password="🌧" * 128)
    assert await visitor.refused(SIGN_IN, email="noor@example.com", password="🌧" * 129) == [
        ("CREDENTIALS_INVALID", None)
    ]


async def test_the_unverified_sign_in_and_read(visitor: Visitor) -> None:
    await visitor.do(SIGN_UP, **INPUT)

    begun = await visitor.do(SIGN_IN, email="noor@example.com", password=PASSWORD)

    assert begun["viewer"]["emailVerified"] is False


async def test_a_verification_token_works_once(visitor: Visitor, mailbox: Mailbox) -> None:
    await visitor.do(SIGN_UP, **INPUT)
    token = (await mailbox.only()).token

    answers = await asyncio.gather(*(visitor.at().payload(VERIFY, token=token) for _ in range(5)))

    assert sorted(len(answer["userErrors"]) for answer in answers) == [0, 1, 1, 1, 1]
    assert {error["code"] for answer in answers for error in answer["userErrors"]} == {"TOKEN_INVALID"}
    assert await visitor.refused(VERIFY, token=token) == [("TOKEN_INVALID", ["token"])]


async def test_a_verification_token_lives_24_hours(api: Api, visitor: Visitor, mailbox: Mailbox) -> None:
    await visitor.do(SIGN_UP, **INPUT)
    token = (await mailbox.only()).token
    api.clock.forward(hours=24)

    assert await visitor.refused(VERIFY, token=token) == [("TOKEN_INVALID", ["token"])]


@pytest.mark.parametrize("token", ["", "x", "x" * 900_000, "mh_x", "\u0000", "ü", "' OR 1=1 --"])
async def test_what_is_no_token_verifies_nothing(visitor: Visitor, token: str) -> None:
    assert await visitor.refused(VERIFY, token=token) == [("TOKEN_INVALID", ["token"])]


async def test_the_verification_mail_is_sent_again_only_where_there_is_something_to_verify(
    api: Api, visitor: Visitor, mailbox: Mailbox
) -> None:
    verified, unverified = await person(api), await person(api, verified=False)

    answers = [
        await visitor.do(RESEND, email=email)
        for email in (verified.email, unverified.email, "nobody@example.com")
    ]

    assert [answer["sentTo"] for answer in answers] == [
        verified.email,
        unverified.email,
        "nobody@example.com",
    ]
    letter = await mailbox.only()
    assert letter.to == unverified.email
    assert (await visitor.do(VERIFY, token=letter.token))["viewer"]["emailVerified"]


async def test_a_session_from_before_sees_that_the_address_is_verified(
    api: Api, visitor: Visitor, mailbox: Mailbox
) -> None:
    early = await person(api, verified=False)
    assert not (await early.ask("{ viewer { emailVerified } }"))["viewer"]["emailVerified"]
    await visitor.do(RESEND, email=early.email)
    await visitor.do(VERIFY, token=(await mailbox.only()).token)

    assert (await early.ask("{ viewer { emailVerified } }"))["viewer"]["emailVerified"]
