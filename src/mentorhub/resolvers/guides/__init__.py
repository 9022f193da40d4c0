"""Guides: guidelines, best practices and tips, each a Markdown file beside this one.

A file's name is its slug. It starts with its title as a heading, then a line `*For mentors. Updated 2026-01-09.*`.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

from mentorhub.resolvers import faq
from mentorhub.resolvers.desk import Desk
from mentorhub.rules.vocabulary import Audience

_FORM: Final = re.compile(
    r"# (?P<title>[^\n]+)\n\n\*For (?P<audience>[a-z]+)\. Updated (?P<day>\d{4}-\d\d-\d\d)\.\*\n\n(?P<body>.+)\n",
    re.DOTALL,
)


class GuideRow(NamedTuple):
    slug: str
    audience: Audience
    title: str
    body: str
    updated_on: date


def guides(desk: Desk, *, audience: Audience | None) -> list[GuideRow]:
    """Those the viewer may read, by audience and title; with *audience* only those written for it."""
    return [
        guide
        for guide in _all()
        if faq.may_read(desk.viewer, guide.audience) and audience in {None, guide.audience}
    ]


@cache
def _all() -> list[GuideRow]:
    order = list(Audience)
    return sorted(_read(), key=lambda guide: (order.index(guide.audience), guide.title))


def _read() -> Iterator[GuideRow]:
    for file in resources.files(__name__).iterdir():
        if not file.name.endswith(".md"):
            continue
        found = _FORM.fullmatch(file.read_text("utf-8"))
        if found is None:
            msg = f"the guide {file.name} does not begin with its title, audience and day"
            raise ValueError(msg)
        yield GuideRow(
            file.name.removesuffix(".md"),
            Audience(found["audience"].upper()),
            found["title"],
            found["body"],
            date.fromisoformat(found["day"]),
        )
