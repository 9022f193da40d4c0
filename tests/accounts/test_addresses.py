"""New addresses, which take effect by the token sent to them."""

from tests.accounts.people import (
    CHANGE_EMAIL,
    PASSWORD,
    REQUEST_RESET,
    RESET,
    SIGN_IN,
    SIGN_UP,
    UPDATE,
    VERIFY,
    Mailbox,
    Visitor,
    person,
)
from tests.api import Api

NEW = "new@example.com"


async def test_an_address_changes_when_its_token_comes_back_and_both_are_told(
    api: Api, visitor: Visitor, mailbox: Mailbox
) -> None:
    noor = await person(api, email="old@example.com")
    payload = await noor.do(CHANGE_EMAIL, currentPassword=PASSWORD, newEmail=" NEW@example.com")
    assert payload["sentTo"] == NEW
    letter = await mailbox.only()
    assert (letter.to, letter.subject) == (NEW, "Verify your new email address")
    assert (await noor.ask("{ viewer { user { email } } }"))["viewer"]["user"]["email"] == "old@example.com"

    begun = await visitor.do(VERIFY, token=letter.token)

    assert begun["viewer"]["user"]["email"] == NEW
    assert (await noor.ask("{ viewer { user { email } } }"))["viewer"]["user"]["email"] == NEW
    told = await mailbox.empty()
    assert [(letter.to, letter.subject) for letter in told] == [
        (NEW, "Your email address was changed"),
        ("old@example.com", "Your email address was changed"),
    ]
    assert NEW not in told[1].text
    assert await visitor.do(SIGN_IN, email=NEW, password=PASSWORD)
    assert await visitor.refused(SIGN_IN, email="old@example.com", password=PASSWORD) == [
        ("CREDENTIALS_INVALID", None)
    ]


async def test_an_address_that_is_somebody_elses_is_answered_alike_and_they_are_told(
    api: Api, mailbox: Mailbox
) -> None:
    noor, ada = await person(api), await person(api, name="Ada Okafor")

    payload = await noor.do(CHANGE_EMAIL, currentPassword=PASSWORD, newEmail=ada.email)

    assert payload["sentTo"] == ada.email
    letter = await mailbox.only()
    assert (letter.to, letter.subject) == (ada.email, "You already have an account")
    assert "Hello Ada Okafor," in letter.text


async def test_an_address_taken_meanwhile_stays_with_who_has_it(
    api: Api, visitor: Visitor, mailbox: Mailbox
) -> None:
    noor = await person(api)
    await noor.do(CHANGE_EMAIL, currentPassword=PASSWORD, newEmail=NEW)
    token = (await mailbox.only()).token
    await visitor.do(SIGN_UP, name="Quick", email=NEW, password=PASSWORD)

    assert await visitor.refused(VERIFY, token=token) == [("TOKEN_INVALID", ["token"])]
    assert (await noor.ask("{ viewer { user { email } } }"))["viewer"]["user"]["email"] == noor.email


async def test_what_was_mailed_to_the_old_address_opens_nothing_any_more(
    api: Api, visitor: Visitor, mailbox: Mailbox
) -> None:
    noor = await person(api)
    await visitor.do(REQUEST_RESET, email=noor.email)
    reset = (await mailbox.only()).token
    await noor.do(CHANGE_EMAIL, currentPassword=PASSWORD, newEmail=NEW)
    await visitor.do(VERIFY, token=(await mailbox.only()).token)

    assert await visitor.refused(RESET, token=reset, newPassword="taken over by mail") == [
        ("TOKEN_INVALID", ["token"])
    ]


async def test_only_the_owner_who_proves_it_changes_an_address(
    api: Api, visitor: Visitor, mailbox: Mailbox
) -> None:
    noor = await person(api)

    assert await visitor.refused(CHANGE_EMAIL, currentPassword=PASSWORD, newEmail=NEW) == [
        ("UNAUTHENTICATED", None)
    ]
    assert await noor.refused(CHANGE_EMAIL, currentPassword="not the right one", newEmail=NEW) == [
        ("CREDENTIALS_INVALID", ["currentPassword"])
    ]
    assert await noor.refused(
        CHANGE_EMAIL, currentPassword="not the right one", newEmail="ü@example.com"
    ) == [
        ("INVALID", ["newEmail"]),
        ("CREDENTIALS_INVALID", ["currentPassword"]),
    ]
    assert await noor.refused(CHANGE_EMAIL, currentPassword=PASSWORD, newEmail=noor.email.upper()) == [
        ("INVALID", ["newEmail"])
    ]
    assert await mailbox.empty() == []


async def test_name_time_zone_and_region_change_and_what_is_left_out_stays(api: Api) -> None:
    noor = await person(api, name="Noor Adeyemi", timezone="Europe/Paris", region="FR")

    named = await noor.do(UPDATE, name="  Noor   A. ")
    cleared = await noor.do(UPDATE, timezone=None)
    moved = await noor.do(UPDATE, timezone="Asia/Kathmandu", region="np")

    assert named["viewer"]["user"] == {"name": "Noor A.", "timezone": "Europe/Paris", "region": "FR"}
    assert cleared["viewer"]["user"] == {"name": "Noor A.", "timezone": None, "region": "FR"}
    assert moved["viewer"]["user"] == {"name": "Noor A.", "timezone": "Asia/Kathmandu", "region": "NP"}


async def test_what_cannot_be_changed_so_is_refused_whole(api: Api) -> None:
    noor = await person(api, name="Noor Adeyemi")

    assert await noor.refused(UPDATE, name=None) == [("REQUIRED", ["name"])]
    assert await noor.refused(UPDATE, name="\u202e", region="XX", timezone="Europe/Paris") == [
        ("INVALID", ["name"]),
        ("INVALID", ["region"]),
    ]
    found = (await noor.ask("{ viewer { user { name timezone } } }"))["viewer"]["user"]
    assert found == {"name": "Noor Adeyemi", "timezone": None}
