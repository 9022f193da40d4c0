"""All mentors, as administrators find them."""

from collections.abc import Sequence
from typing import Any

from mentorhub.db import mentor_oversight
from mentorhub.db.mentor_oversight import Shape
from mentorhub.db.mentors import MentorRow
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk
from mentorhub.resolvers.mentor_lists import named
from mentorhub.resolvers.paging import Page, Paging, page
from mentorhub.rules import search_words
from mentorhub.rules.vocabulary import MentorStatus


async def mentors(
    desk: Desk, paging: Paging, *, statuses: Sequence[MentorStatus] | None, search: str | None
) -> Page[MentorRow]:
    """Profiles of any status, the latest application first; with *search* as in the public list. For administrators."""
    access.admin(desk)
    words = search_words.sought(search)
    if words is not None and not words:
        statuses = ()
    values: dict[str, Any] = {}
    if statuses is not None:
        values["statuses"] = sorted({status.value for status in statuses})
    if words:
        values["words"] = await named(desk, words)
    shape = Shape(statuses=statuses is not None, words=bool(words))
    return await page(desk, mentor_oversight.listing(shape), paging, name="all mentors", **values)
