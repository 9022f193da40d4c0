"""New passwords: by the old one, and by a token that was mailed."""

import asyncio

import pytest

from mentorhub.db import accounts
from mentorhub.rules.vocabulary import UserStatus
from tests.accounts.people import (
    CHANGE_PASSWORD,
    PASSWORD,
    REQUEST_RESET,
    RESEND,
    RESET,
    SIGN_IN,
    SIGN_UP,
    VERIFY,
    Mailbox,
    Visitor,
    person,
    session,
)
from tests.api import Api

NEW = "quite another way to say it"
WRONG = "a long walk in the sun"


async def _opens(visitor: Visitor, email: str, password: str) -> bool:
    payload = await visitor.payload(SIGN_IN, email=email, password=password)
    return payload["token"] is not None


async def test_changing_the_password_ends_the_other_sessions_and_is_told(api: Api, mailbox: Mailbox) -> None:
    noor = await person(api, timezone="America/New_York")
    other = noor.at(token=await session(api, noor.user_id))

    await noor.do(CHANGE_PASSWORD, currentPassword=PASSWORD, newPassword=NEW)

    assert await noor.is_signed_in()
    assert not await other.is_signed_in()
    assert await _opens(noor.stranger, noor.email, NEW)
    assert not await _opens(noor.stranger, noor.email, PASSWORD)
    letter = await mailbox.only()
    assert (letter.to, letter.subject) == (noor.email, "Your password was changed")
    assert "04:00 (America/New_York)" in letter.text
    assert letter.links == []


async def test_a_new_password_keeps_to_the_rules_and_all_faults_are_told(api: Api) -> None:
    noor = await person(api, email="noor@example.com")

    for bad in ("short", "x" * 129, "password1234", "I am noor, I walk"):
        assert await noor.refused(CHANGE_PASSWORD, currentPassword=PASSWORD, newPassword=bad) == [
            ("INVALID", ["newPassword"])
        ]
    assert await noor.refused(CHANGE_PASSWORD, currentPassword=WRONG, newPassword="short") == [
        ("INVALID", ["newPassword"]),
        ("CREDENTIALS_INVALID", ["currentPassword"]),
    ]
    assert await _opens(noor.stranger, noor.email, PASSWORD)


async def test_guessing_the_present_password_backs_off_together_with_signing_in(api: Api) -> None:
    noor = await person(api)
    for _ in range(3):
        await noor.refused(CHANGE_PASSWORD, currentPassword=WRONG, newPassword=NEW)
    for _ in range(2):
        await noor.stranger.refused(SIGN_IN, email=noor.email, password=WRONG)

    assert await noor.refused(CHANGE_PASSWORD, currentPassword=PASSWORD, newPassword=NEW) == [
        ("RATE_LIMITED", None)
    ]
    assert await noor.stranger.refused(SIGN_IN, email=noor.email, password=PASSWORD) == [
        ("RATE_LIMITED", None)
    ]


async def test_who_is_not_signed_in_changes_no_password(visitor: Visitor) -> None:
    refused = await visitor.refused(CHANGE_PASSWORD, currentPassword=PASSWORD, newPassword=NEW)

    assert refused == [("UNAUTHENTICATED", None)]


async def test_a_mailed_token_sets_a_new_password_once_and_ends_every_session(
    api: Api, visitor: Visitor, mailbox: Mailbox
) -> None:
    noor = await person(api, name="Noor Adeyemi")
    await visitor.do(REQUEST_RESET, email=f" {noor.email.upper()}")
    letter = await mailbox.only()
    assert (letter.to, letter.subject) == (noor.email, "Reset your password")
    assert letter.text.startswith("Hello Noor Adeyemi,")
    assert letter.links[0].startswith("http://127.0.0.1:8000/reset-password?token=")

    begun = await visitor.do(RESET, token=letter.token, newPassword=NEW)

    assert await visitor.at(token=begun["token"]).is_signed_in()
    assert not await noor.is_signed_in()
    assert await _opens(visitor, noor.email, NEW)
    assert (await mailbox.only()).subject == "Your password was changed"
    assert await visitor.refused(RESET, token=letter.token, newPassword=NEW) == [("TOKEN_INVALID", ["token"])]


async def test_a_reset_is_answered_alike_for_everybody_and_only_owners_are_written_to(
    api: Api, visitor: Visitor, mailbox: Mailbox
) -> None:
    suspended = await person(api, email="aaaa@example.com", status=UserStatus.SUSPENDED)

    answers = [
        await visitor.ask(REQUEST_RESET, input={"email": email})
        for email in (suspended.email, "bbbb@example.com", "cc\u00fcc@example.com")
    ]

    assert {str(answer.data).replace("bbbb", "aaaa").replace("ccüc", "aaaa") for answer in answers} == {
        str(answers[0].data)
    }
    assert await mailbox.empty() == []


async def test_a_reset_token_lives_an_hour(api: Api, visitor: Visitor, mailbox: Mailbox) -> None:
    noor = await person(api)
    await visitor.do(REQUEST_RESET, email=noor.email)
    token = (await mailbox.only()).token
    api.clock.forward(hours=1)

    assert await visitor.refused(RESET, token=token, newPassword=NEW) == [("TOKEN_INVALID", ["token"])]
    assert await noor.is_signed_in()


async def test_a_token_shown_twice_at_once_works_once(api: Api, visitor: Visitor, mailbox: Mailbox) -> None:
    noor = await person(api)
    await visitor.do(REQUEST_RESET, email=noor.email)
    token = (await mailbox.only()).token

    answers = await asyncio.gather(
        *(visitor.at().payload(RESET, token=token, newPassword=f"{NEW} {number}") for number in range(4))
    )

    assert sorted(bool(answer["token"]) for answer in answers) == [False, False, False, True]
    assert {error["code"] for answer in answers for error in answer["userErrors"]} == {"TOKEN_INVALID"}


async def test_a_token_of_another_purpose_is_none(api: Api, visitor: Visitor, mailbox: Mailbox) -> None:
    noor = await person(api, verified=False)
    await visitor.do(REQUEST_RESET, email=noor.email)
    token = (await mailbox.only()).token

    assert await visitor.refused(VERIFY, token=token) == [("TOKEN_INVALID", ["token"])]
    assert await visitor.do(RESET, token=token, newPassword=NEW)


async def test_a_password_that_the_rules_refuse_does_not_use_the_token_up(
    api: Api, visitor: Visitor, mailbox: Mailbox
) -> None:
    noor = await person(api)
    await visitor.do(REQUEST_RESET, email=noor.email)
    token = (await mailbox.only()).token

    assert await visitor.refused(RESET, token=token, newPassword="short") == [("INVALID", ["newPassword"])]

    assert await visitor.do(RESET, token=token, newPassword=NEW)


async def test_a_new_password_makes_all_other_reset_tokens_worthless(
    api: Api, visitor: Visitor, mailbox: Mailbox
) -> None:
    noor = await person(api)
    for _ in range(2):
        await visitor.do(REQUEST_RESET, email=noor.email)
    first, second = (letter.token for letter in await mailbox.empty())

    await visitor.do(RESET, token=second, newPassword=NEW)

    assert await visitor.refused(RESET, token=first, newPassword=PASSWORD) == [("TOKEN_INVALID", ["token"])]


async def test_whoever_resets_by_mail_has_verified_the_address(
    api: Api, visitor: Visitor, mailbox: Mailbox
) -> None:
    noor = await person(api, verified=False)
    await visitor.do(REQUEST_RESET, email=noor.email)

    begun = await visitor.do(RESET, token=(await mailbox.only()).token, newPassword=NEW)

    assert begun["viewer"]["emailVerified"]


async def test_the_suspended_get_no_token_and_can_use_none(
    api: Api, visitor: Visitor, mailbox: Mailbox
) -> None:
    noor = await person(api)
    await visitor.do(REQUEST_RESET, email=noor.email)
    token = (await mailbox.only()).token
    await api.house.doors.database.write(
        lambda transaction: accounts.set_values(transaction, noor.user_id, status=UserStatus.SUSPENDED)
    )

    assert await visitor.refused(RESET, token=token, newPassword=NEW) == [("TOKEN_INVALID", ["token"])]


@pytest.mark.parametrize("text", [REQUEST_RESET, RESEND, SIGN_UP])
async def test_mails_for_one_account_are_asked_for_five_times_in_a_quarter_of_an_hour_at_most(
    api: Api, visitor: Visitor, mailbox: Mailbox, text: str
) -> None:
    for email in ((await person(api, verified=text != RESEND)).email, "nobody@example.com"):
        given = {"email": email}
        if text == SIGN_UP:
            given |= {"name": "Noor", "password": PASSWORD}
        for _ in range(5):
            assert (await visitor.do(text, **given))["sentTo"] == email
        await mailbox.empty()
        api.clock.forward(minutes=1)

        payload = await visitor.payload(text, **given)

        assert payload["sentTo"] is None
        assert [(error["code"], error["retryAfterSeconds"]) for error in payload["userErrors"]] == [
            ("RATE_LIMITED", 14 * 60)
        ]
        assert await mailbox.empty() == []
