"""Addresses that people give and others will follow: https, no user info, no host that reads as another."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, urlsplit

from mentorhub.rules.refusals import Invalid

Field = str | Iterable[str]

LONGEST_MEETING_URL: Final = 2_048
LONGEST_LINK: Final = 300
LONGEST_RECEIVER: Final = 500
HOSTS: Final = {
    "linkedin": ("linkedin.com",),
    "github": ("github.com",),
    "twitter": ("twitter.com", "x.com"),
    "website": (),
}
"""Where each of the social links leads: to one of these hosts or below; anywhere where none is named."""

_OWN_PORTS: Final = range(1024, 65536)
_HOST: Final = re.compile(r"[\w-]+(\.[\w-]+)*|\[[0-9a-fA-F:.]+\]")
"""A name or an address. What browsers read as the end of a host, a backslash above all, is in neither."""


def meeting_url(value: str, *, field: Field) -> str:
    """The address of a meeting. Raises Invalid."""
    return _checked(value, field, LONGEST_MEETING_URL)


def social_link(value: str, *, kind: str, field: Field) -> str:
    """The address of a profile; *kind* is one of `HOSTS`. Raises Invalid."""
    checked = _checked(value, field, LONGEST_LINK)
    host = (urlsplit(checked).hostname or "").lower()
    hosts = HOSTS[kind]
    if hosts and not any(host == own or host.endswith(f".{own}") for own in hosts):
        raise Invalid(f"This must be an address at {' or '.join(hosts)}.", field=field)
    return checked


def receiver_url(value: str, *, in_sandbox: bool, field: Field) -> str:
    """Where a program listens: at the usual port or one of its own; in the sandbox over http too. Raises Invalid."""
    schemes = ("https", "http") if in_sandbox else ("https",)
    checked = _checked(value, field, LONGEST_RECEIVER, schemes)
    parts = urlsplit(checked)
    usual = {"https": 443, "http": 80}[parts.scheme]
    if (parts.port or usual) not in {usual, *_OWN_PORTS}:
        raise Invalid(f"The port must be {usual}, or 1024 or above.", field=field)
    if parts.fragment:
        raise Invalid("This address must not have a fragment.", field=field)
    return checked


def _checked(value: str, field: Field, longest: int, schemes: Iterable[str] = ("https",)) -> str:
    if len(value) > longest:
        raise Invalid(f"An address has at most {longest:,} characters here.", field=field)
    parts = _parts(value)
    if parts is None or parts.scheme not in schemes or not value.isprintable() or re.search(r"[\s\\]", value):
        raise Invalid("This must be an address that starts with https://.", field=field)
    if "@" in parts.netloc:
        raise Invalid("An address must not carry a user name or password.", field=field)
    return value


def _parts(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        has_port = parts.port != 0
    except ValueError:
        return None
    host = parts.netloc.rpartition("@")[2]
    host = host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]
    return parts if has_port and _HOST.fullmatch(host) else None
