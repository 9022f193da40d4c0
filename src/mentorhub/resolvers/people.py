"""Users, as administrators find them."""

from collections.abc import Sequence
from typing import Any

from mentorhub.db import people
from mentorhub.db.people import Shape
from mentorhub.db.users import UserRow
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk
from mentorhub.resolvers.paging import Page, Paging, page
from mentorhub.rules import search_words
from mentorhub.rules.vocabulary import Role, UserStatus


async def everybody(
    desk: Desk,
    paging: Paging,
    *,
    search: str | None,
    roles: Sequence[Role] | None,
    statuses: Sequence[UserStatus] | None,
) -> Page[UserRow]:
    """Users, the newest first; with *search* those in whose name or address each of its words begins one."""
    access.admin(desk)
    words = search_words.sought(search)
    if words is not None and not words:
        statuses = ()
    given: dict[str, Any] = {
        "search": words or None,
        "roles": None if roles is None else sorted({role.value for role in roles}),
        "statuses": None if statuses is None else sorted({status.value for status in statuses}),
    }
    values = {name: value for name, value in given.items() if value is not None}
    shape = Shape(**dict.fromkeys(values, True))
    return await page(desk, people.listing(shape), paging, name="users", **values)
