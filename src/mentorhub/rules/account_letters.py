"""What the owners of accounts are written, and may have to do about it.

Somebody whose address is not verified is greeted without a name: whoever typed that name may have wanted it read.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from mentorhub.rules.letters import Letter, when


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a letter. *client* is the URL that links lead to."""

    client: str
    name: str | None = None
    zone: str | None = None

    def verify_email(self, token: str) -> str:
        return f"{self.client}/verify-email?token={quote(token, safe='')}"

    def reset_password(self, token: str) -> str:
        return f"{self.client}/reset-password?token={quote(token, safe='')}"


@dataclass(frozen=True, slots=True)
class Happened:
    """When and from where something was done."""

    at: datetime
    address: str | None = None
    user_agent: str | None = None

    def details(self, reader: Reader) -> tuple[tuple[str, str], ...]:
        found = [("When", when(self.at, reader.zone))]
        if self.address:
            found.append(("Address", self.address))
        if self.user_agent:
            found.append(("Device", "".join(filter(str.isprintable, self.user_agent))[:200]))
        return tuple(found)


_NOT_YOU = "If this was not you, reset your password at once: whoever did it knows your password."


def verification(reader: Reader, token: str) -> Letter:
    return Letter(
        subject="Verify your email address",
        paragraphs=("Somebody, probably you, has signed up at MentorHub with this email address.",),
        links=(("Verify your email address", reader.verify_email(token)),),
        remarks=(
            "The link works once, for 24 hours.",
            "If this was not you, ignore this mail: nothing happens without the link, and the account goes away.",
        ),
    )


def already_registered(reader: Reader, verify: str | None, reset: str) -> Letter:
    """*verify* is a token for an address that was never verified."""
    to_verify = (("Verify your email address", reader.verify_email(verify)),) if verify else ()
    return Letter(
        subject="You already have an account",
        name=reader.name,
        paragraphs=(
            "Somebody, probably you, has tried to sign up at MentorHub with this email address.",
            "It already has an account: sign in, or set a new password if you have forgotten yours.",
        ),
        links=(*to_verify, ("Set a new password", reader.reset_password(reset))),
        remarks=(
            "A link for a new password works once, for an hour.",
            "If this was not you, ignore this mail: your account is as it was.",
        ),
    )


def reset(reader: Reader, token: str) -> Letter:
    return Letter(
        subject="Reset your password",
        name=reader.name,
        paragraphs=("Somebody, probably you, has asked for a new password of your MentorHub account.",),
        links=(("Set a new password", reader.reset_password(token)),),
        remarks=(
            "The link works once, for an hour. A new password signs you out everywhere else.",
            "If this was not you, ignore this mail: your password stays as it is.",
        ),
    )


def password_changed(reader: Reader, happened: Happened) -> Letter:
    return Letter(
        subject="Your password was changed",
        name=reader.name,
        paragraphs=(
            "The password of your MentorHub account was changed, and all other devices were signed out.",
        ),
        details=happened.details(reader),
        remarks=("If this was not you, reset your password at once, and write to us.",),
    )


def new_email(reader: Reader, token: str) -> Letter:
    """To the new address."""
    return Letter(
        subject="Verify your new email address",
        name=reader.name,
        paragraphs=("This is to become the email address of your MentorHub account.",),
        links=(("Verify your new email address", reader.verify_email(token)),),
        remarks=(
            "The link works once, for 24 hours. Until then, your account keeps its present address.",
            "If you do not know of this, ignore this mail.",
        ),
    )


def email_changed(reader: Reader, new: str, happened: Happened) -> Letter:
    """To the old address and the new one."""
    return Letter(
        subject="Your email address was changed",
        name=reader.name,
        paragraphs=(f"Your MentorHub account now has the email address {_hinted(new)}. Sign in with it.",),
        details=happened.details(reader),
        remarks=("If this was not you, write to us at once: somebody else has your account.",),
    )


def new_device(reader: Reader, happened: Happened) -> Letter:
    return Letter(
        subject="New sign-in to your account",
        name=reader.name,
        paragraphs=("Your MentorHub account was signed in to from a device that we have not seen before.",),
        details=happened.details(reader),
        remarks=("If this was you, there is nothing to do.", _NOT_YOU),
    )


def _hinted(email: str) -> str:
    """Enough of an address for its owner: somebody else's mailbox need not have the whole of it."""
    local_part, _, domain = email.partition("@")
    return f"{local_part[:2]}...@{domain}"
