"""Signing in and out, and what backs off those who guess."""

import asyncio

import pytest
from argon2 import PasswordHasher

from mentorhub.db import accounts, sessions
from mentorhub.house import House
from mentorhub.passwords import Passwords
from mentorhub.rules.secrets import hashed
from mentorhub.rules.vocabulary import UserStatus
from mentorhub.settings import Settings
from tests.accounts.people import PASSWORD, SIGN_IN, SIGN_OUT, Mailbox, Visitor, person
from tests.api import WEAK_HASHES, Api, open_api

WRONG = "a long walk in the sun"


async def test_an_address_is_compared_without_case_and_white_space(api: Api, visitor: Visitor) -> None:
    await person(api, email="noor@example.com")

    begun = await visitor.do(SIGN_IN, email="  NOOR@Example.COM ", password=PASSWORD)

    assert begun["viewer"]["user"]["email"] == "noor@example.com"
    assert await visitor.at(token=begun["token"]).is_signed_in()


async def test_wrong_passwords_and_unknown_accounts_are_answered_alike(api: Api, visitor: Visitor) -> None:
    known = await person(api, email="noor@example.com")
    unsigned = await person(api, email="open@example.com", password_hash=None)

    answers = [
        await visitor.ask(SIGN_IN, input={"email": email, "password": WRONG})
        for email in (known.email, unsigned.email, "nobody@example.com", "nöbody@example.com")
    ]

    assert len({str(answer.data) for answer in answers}) == 1
    assert answers[0].data["signIn"]["userErrors"][0]["code"] == "CREDENTIALS_INVALID"


async def test_suspended_is_told_only_after_the_right_password(api: Api, visitor: Visitor) -> None:
    suspended = await person(api, status=UserStatus.SUSPENDED)

    assert await visitor.refused(SIGN_IN, email=suspended.email, password=WRONG) == [
        ("CREDENTIALS_INVALID", None)
    ]
    assert await visitor.refused(SIGN_IN, email=suspended.email, password=PASSWORD) == [("SUSPENDED", None)]


@pytest.mark.parametrize("email", ["noor@example.com", "nobody@example.com", "NOBODY@example.com "])
async def test_after_five_failures_even_the_right_password_has_to_wait(
    api: Api, visitor: Visitor, email: str
) -> None:
    await person(api, email="noor@example.com")
    for _ in range(5):
        assert await visitor.refused(SIGN_IN, email=email, password=WRONG) == [("CREDENTIALS_INVALID", None)]
    api.clock.forward(minutes=5)

    payload = await visitor.payload(SIGN_IN, email=email, password=PASSWORD)

    [error] = payload["userErrors"]
    assert (error["__typename"], error["code"], error["retryAfterSeconds"]) == (
        "ThrottleError",
        "RATE_LIMITED",
        600,
    )
    api.clock.forward(seconds=599)
    assert await visitor.refused(SIGN_IN, email=email, password=PASSWORD) == [("RATE_LIMITED", None)]


async def test_waiting_is_over_when_it_was_said_to_be(api: Api, visitor: Visitor) -> None:
    noor = await person(api)
    for _ in range(5):
        await visitor.refused(SIGN_IN, email=noor.email, password=WRONG)
    api.clock.forward(minutes=15)

    assert await visitor.do(SIGN_IN, email=noor.email, password=PASSWORD)


async def test_what_was_tried_while_the_clock_was_ahead_holds_nobody_back(api: Api, visitor: Visitor) -> None:
    noor = await person(api)
    api.clock.forward(days=2)
    for _ in range(5):
        await visitor.refused(SIGN_IN, email=noor.email, password=WRONG)
    api.clock.forward(days=-2)

    assert await visitor.do(SIGN_IN, email=noor.email, password=PASSWORD)


async def test_the_right_password_forgives_nothing_that_was_wrong(api: Api, visitor: Visitor) -> None:
    noor = await person(api)
    for _ in range(4):
        await visitor.refused(SIGN_IN, email=noor.email, password=WRONG)
    for _ in range(10):
        await visitor.do(SIGN_IN, email=noor.email, password=PASSWORD)

    assert await visitor.refused(SIGN_IN, email=noor.email, password=WRONG) == [("CREDENTIALS_INVALID", None)]
    assert await visitor.refused(SIGN_IN, email=noor.email, password=PASSWORD) == [("RATE_LIMITED", None)]


async def test_another_account_and_another_address_are_not_held_back(api: Api, visitor: Visitor) -> None:
    noor, ada = await person(api), await person(api)
    for _ in range(5):
        await visitor.refused(SIGN_IN, email=noor.email, password=WRONG)

    assert await visitor.do(SIGN_IN, email=ada.email, password=PASSWORD)
    assert await visitor.at(address="192.0.2.2").do(SIGN_IN, email=noor.email, password=PASSWORD)
    assert await visitor.refused(SIGN_IN, email=noor.email, password=PASSWORD) == [("RATE_LIMITED", None)]


async def test_one_ipv6_network_is_one_address(api: Api, visitor: Visitor) -> None:
    noor = await person(api)
    for host in range(5):
        await visitor.at(address=f"2001:db8::{host}").refused(SIGN_IN, email=noor.email, password=WRONG)

    refused = await visitor.at(address="2001:db8::ffff:1").refused(
        SIGN_IN, email=noor.email, password=PASSWORD
    )
    assert refused == [("RATE_LIMITED", None)]


async def test_aliases_gain_nothing(api: Api, visitor: Visitor) -> None:
    noor = await person(api)
    fields = "\n".join(
        f"try{n}: signIn(input: {{email: $email, password: $password}}) {{ userErrors {{ code }} }}"
        for n in range(9)
    )

    answer = await visitor.ask(
        f"mutation ($email: EmailAddress!, $password: String!) {{ {fields} }}",
        email=noor.email,
        password=WRONG,
    )

    codes = [answer.data[f"try{n}"]["userErrors"][0]["code"] for n in range(9)]
    assert codes == ["CREDENTIALS_INVALID"] * 5 + ["RATE_LIMITED"] * 4


async def test_twenty_at_once_gain_nothing(api: Api, visitor: Visitor) -> None:
    noor = await person(api)

    refused = await asyncio.gather(
        *(visitor.at().refused(SIGN_IN, email=noor.email, password=WRONG) for _ in range(20))
    )

    codes = sorted(code for [(code, _)] in refused)
    assert codes == ["CREDENTIALS_INVALID"] * 5 + ["RATE_LIMITED"] * 15


async def test_every_process_knows_of_the_failures(api: Api, visitor: Visitor) -> None:
    noor = await person(api)
    for _ in range(5):
        await visitor.refused(SIGN_IN, email=noor.email, password=WRONG)

    async with House(api.house.settings, clock=api.clock, passwords=Passwords(WEAK_HASHES)) as house:
        elsewhere = Visitor(Api(house, api.engine, api.clock))
        assert await elsewhere.refused(SIGN_IN, email=noor.email, password=PASSWORD) == [
            ("RATE_LIMITED", None)
        ]


async def test_no_setting_turns_the_back_off_of_an_account_off(house_settings: Settings) -> None:
    async with open_api(house_settings.model_copy(update={"rate_limits": "off"})) as api:
        noor = await person(api)
        for _ in range(5):
            await noor.stranger.refused(SIGN_IN, email=noor.email, password=WRONG)

        assert await noor.stranger.refused(SIGN_IN, email=noor.email, password=PASSWORD) == [
            ("RATE_LIMITED", None)
        ]


async def test_a_hundred_failures_hold_an_address_back_unless_the_rate_limits_are_off(
    house_settings: Settings,
) -> None:
    for setting, code in (("on", "RATE_LIMITED"), ("off", "CREDENTIALS_INVALID")):
        async with open_api(house_settings.model_copy(update={"rate_limits": setting})) as api:
            visitor = Visitor(api, address=f"192.0.2.{len(setting)}")
            for number in range(100):
                await visitor.refused(SIGN_IN, email=f"nobody{number}@example.com", password=WRONG)

            assert await visitor.refused(SIGN_IN, email="else@example.com", password=WRONG) == [(code, None)]


async def test_a_password_hashed_with_other_parameters_is_hashed_anew(api: Api, visitor: Visitor) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    noor = await person(api, password_hash=old)

    await visitor.do(SIGN_IN, email=noor.email, password=PASSWORD)

    account = await accounts.get(api.house.doors.database.reader, noor.user_id)
    assert account is not None
    assert account.password_hash is not None
    assert not WEAK_HASHES.check_needs_rehash(account.password_hash)
    assert await visitor.do(SIGN_IN, email=noor.email, password=PASSWORD)


async def test_a_session_is_stored_hashed(api: Api, visitor: Visitor) -> None:
    noor = await person(api)

    token = (await visitor.do(SIGN_IN, email=noor.email, password=PASSWORD))["token"]

    reader, now = api.house.doors.database.reader, api.clock.now()
    assert await sessions.by_hash(reader, hashed(token), now=now)
    assert await sessions.by_hash(reader, token, now=now) is None


async def test_signing_out_ends_this_session_and_no_other(api: Api) -> None:
    noor = await person(api)
    begun = await noor.stranger.do(SIGN_IN, email=noor.email, password=PASSWORD)
    other = noor.at(token=begun["token"])

    await noor.do(SIGN_OUT)

    assert (await noor.ask("{ viewer { emailVerified } }")).codes == ["UNAUTHENTICATED"]
    assert await other.is_signed_in()


async def test_nobody_who_is_not_signed_in_signs_out(visitor: Visitor) -> None:
    assert await visitor.refused(SIGN_OUT) == [("UNAUTHENTICATED", None)]


async def test_what_follows_a_sign_in_in_one_operation_is_done_as_whom_it_signed_in(
    api: Api, visitor: Visitor
) -> None:
    noor = await person(api, name="Noor Adeyemi")

    answer = await visitor.ask(
        """mutation ($input: SignInInput!, $new: UpdateAccountInput!) {
          signIn(input: $input) { viewer { user { email } } }
          updateAccount(input: $new) { viewer { user { name } } }
          signOut { userErrors { code } }
          again: signOut { userErrors { code } }
        }""",
        input={"email": noor.email, "password": PASSWORD},
        new={"name": "Noor Two"},
    )

    assert answer.data["signIn"]["viewer"]["user"]["email"] == noor.email
    assert answer.data["updateAccount"]["viewer"]["user"]["name"] == "Noor Two"
    assert answer.codes == ["UNAUTHENTICATED"]
    assert answer.errors[0]["path"] == ["again"]


async def test_a_sign_in_from_an_unknown_device_is_told_in_the_owners_time(
    api: Api, visitor: Visitor, mailbox: Mailbox
) -> None:
    noor = await person(api, name="Noor <b>Adeyemi</b>", timezone="Asia/Kathmandu")
    known = visitor.at(user_agent="Known/1.0", address="192.0.2.7")
    await known.do(SIGN_IN, email=noor.email, password=PASSWORD)
    await visitor.at(user_agent="Known/1.0", address="192.0.2.99").do(
        SIGN_IN, email=noor.email, password=PASSWORD
    )
    assert await mailbox.empty() == []

    await visitor.at(user_agent="Evil/6.6 <script>").do(SIGN_IN, email=noor.email, password=PASSWORD)

    letter = await mailbox.only()
    assert (letter.to, letter.subject) == (noor.email, "New sign-in to your account")
    assert "Monday, 2 March 2026 at 14:45 (Asia/Kathmandu)" in letter.text
    assert "Evil/6.6 <script>" in letter.text
    assert "<script>" not in letter.html
    assert "<b>" not in letter.html
    assert "Noor &lt;b&gt;Adeyemi&lt;/b&gt;" in letter.html
    await visitor.at(user_agent="Evil/6.6 <script>").do(SIGN_IN, email=noor.email, password=PASSWORD)
    assert await mailbox.empty() == []


async def test_a_password_changed_between_its_proof_and_the_session_opens_none(
    api: Api, visitor: Visitor
) -> None:
    noor = await person(api)
    changed = asyncio.Event()

    class Slow(Passwords):
        async def is_right(self, password: str, hashed: str | None) -> bool:
            right = await super().is_right(password, hashed)
            await api.house.doors.database.write(
                lambda transaction: accounts.set_values(transaction, noor.user_id, password_hash="another")
            )
            changed.set()
            return right

    async with House(api.house.settings, clock=api.clock, passwords=Slow(WEAK_HASHES)) as house:
        slow = Visitor(Api(house, api.engine, api.clock))
        refused = await slow.refused(SIGN_IN, email=noor.email, password=PASSWORD)

    assert changed.is_set()
    assert refused == [("CREDENTIALS_INVALID", None)]


async def test_one_person_has_a_hundred_sessions_at_most_and_the_least_used_go(
    api: Api, visitor: Visitor
) -> None:
    noor = await person(api)
    first = (await visitor.do(SIGN_IN, email=noor.email, password=PASSWORD))["token"]
    for _ in range(100):
        api.clock.forward(seconds=1)
        last = (await visitor.do(SIGN_IN, email=noor.email, password=PASSWORD))["token"]

    reader = api.house.doors.database.reader
    assert len(await sessions.of_user(reader, noor.user_id, now=api.clock.now())) == 100
    assert await sessions.by_hash(reader, hashed(last), now=api.clock.now())
    assert await sessions.by_hash(reader, hashed(first), now=api.clock.now()) is None

    # A clock that went back: all others were used later.
    api.clock.forward(seconds=-500)
    last = (await visitor.do(SIGN_IN, email=noor.email, password=PASSWORD))["token"]
    assert await sessions.by_hash(reader, hashed(last), now=api.clock.now())
