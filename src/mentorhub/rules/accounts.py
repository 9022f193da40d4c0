"""Accounts: what their names, addresses and passwords may be, how long things live, and who may act on whom."""

import ipaddress
import re
import unicodedata
from datetime import timedelta
from typing import Final

from mentorhub.rules import texts
from mentorhub.rules.common_passwords import is_common
from mentorhub.rules.refusals import Forbidden, Invalid, Required
from mentorhub.rules.regions import REGIONS
from mentorhub.rules.texts import Field
from mentorhub.rules.vocabulary import Role

LONGEST_NAME: Final = 80
LONGEST_EMAIL: Final = 254
SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 128
DELETED_NAME: Final = "Deleted user"

VERIFICATION_LIVES: Final = timedelta(hours=24)
RESET_LIVES: Final = timedelta(hours=1)
UNVERIFIED_LIVES: Final = timedelta(days=14)
"""Accounts whose address was not verified for so long are gone."""
DEVICE_REMEMBERED: Final = timedelta(days=400)
USE_NOTED_EVERY: Final = timedelta(minutes=1)
"""How often at most the use of a session or an access token is written down."""
MOST_SESSIONS: Final = 100
MOST_ACCESS_TOKENS: Final = 50

_RANKS: Final = {Role.MEMBER: 0, Role.ADMIN: 1, Role.SUPERADMIN: 2}
"""Each role may do all that those below it may."""

_EMAIL: Final = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])"
)
_ENCODED: Final = "=?"
"""Begins an encoded word in the headers of mails."""
_LONGEST_LOCAL_PART: Final = 64
_TELLING: Final = 4
"""So long must the name part of an address be for a password not to contain it."""
_NFC_JOINS: Final = 4
"""As many code points as NFC makes one of at most."""


def name(value: str | None, *, field: Field = "name") -> str:
    """Raises Required, Invalid."""
    return texts.name(value, field=field, at_most=LONGEST_NAME)


def folded(email: str) -> str:
    """What addresses are compared by."""
    return email.strip().casefold()


def email(value: str, *, field: Field = "email") -> str:
    """An address to send mail to, as it is compared and kept. Raises Invalid.

    ASCII only: what looks or folds like another address must not be taken for it. A domain of other letters has a
    form for that, which begins with xn--.
    """
    address = value.strip()
    if not address.isascii():
        raise Invalid(
            "An email address is written in plain letters here; a domain of others as xn--….", field=field
        )
    address = address.casefold()
    if (
        len(address) > LONGEST_EMAIL
        or address.find("@") > _LONGEST_LOCAL_PART
        or not _EMAIL.fullmatch(address)
        or _ENCODED in address
    ):
        raise Invalid("This is not an email address.", field=field)
    return address


def composed(password: str) -> str:
    """*password* as it is hashed: the same, whichever way a keyboard composes its characters."""
    if len(password) > LONGEST_PASSWORD * _NFC_JOINS:
        # Nobody has such a one; and composing takes longer than its length.
        return password[: LONGEST_PASSWORD + 1]
    return unicodedata.normalize("NFC", password)


def password(value: str, *, email: str, field: Field = "password") -> str:
    """A new password of the account with *email*, composed. Raises Invalid."""
    chosen = composed(value)
    if not SHORTEST_PASSWORD <= len(chosen) <= LONGEST_PASSWORD:
        raise Invalid(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.", field=field)
    if any(unicodedata.category(character) == "Cs" for character in chosen):
        raise Invalid("This password has half a character in it.", field=field)
    local_part = folded(email).partition("@")[0]
    if len(local_part) >= _TELLING and local_part in chosen.casefold():
        raise Invalid("A password must not contain the name of the email address.", field=field)
    if is_common(chosen):
        raise Invalid("This password is among the first that anybody would try.", field=field)
    return chosen


def region(value: str, *, field: Field = "region") -> str:
    """A country's ISO 3166-1 alpha-2 code, in capitals. Raises Invalid."""
    code = value.strip().upper()
    if code not in REGIONS:
        raise Invalid("A region is a country's two letters, such as FR (ISO 3166-1).", field=field)
    return code


def scopes(given: list[str], *, is_admin: bool, field: Field = "scopes") -> list[str]:
    """What an access token is to allow, each once, in the order of their declaration. Raises Required, Invalid."""
    if not given:
        raise Required("An access token needs at least one scope.", field=field)
    if "ADMIN" in given and not is_admin:
        raise Invalid("Only administrators can give a token the scope ADMIN.", field=field)
    return [scope for scope in ("READ", "WRITE", "ADMIN") if scope in given]


def may_act_on(actor: Role, subject: Role, *, is_self: bool) -> None:
    """Admins act on members only, superadmins on everybody but themselves. Raises Forbidden."""
    if is_self:
        raise Forbidden("You cannot do this to your own account.")
    if actor is not Role.SUPERADMIN and (actor is not Role.ADMIN or subject is not Role.MEMBER):
        raise Forbidden


def is_at_least(role: Role, other: Role) -> bool:
    """Whether *role* may do all that *other* may."""
    return _RANKS[role] >= _RANKS[other]


def device(user_agent: str | None, address: str | None) -> str:
    """What a device is recognised by: its program, and the network that it usually comes from."""
    return f"{user_agent or ''}\n{network(address, ipv4=24, ipv6=48)}"


def network(address: str | None, *, ipv4: int = 32, ipv6: int = 64) -> str:
    """The network of *address*: whoever has an IPv6 address has as many as they like."""
    try:
        parsed = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return address or ""
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ipaddress.ip_network((parsed, ipv4 if parsed.version == 4 else ipv6), strict=False))
