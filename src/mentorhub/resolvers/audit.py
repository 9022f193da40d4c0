"""The audit log: which administrator did what to whom."""

from typing import Any, Final

from mentorhub.db import audit
from mentorhub.db.facts import FactRow
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk
from mentorhub.resolvers.paging import Page, Paging, page
from mentorhub.rules.keys import Key

_LISTINGS: Final = {
    (False, False): audit.ALL,
    (True, False): audit.OF_ACTOR,
    (False, True): audit.ON_SUBJECT,
    (True, True): audit.OF_ACTOR_ON_SUBJECT,
}


async def acts(desk: Desk, paging: Paging, *, actor_id: Key | None, subject_id: Key | None) -> Page[FactRow]:
    """Administrative acts, newest first: of an actor, on a subject or the person behind it. For administrators."""
    access.admin(desk)
    given = {"actor": actor_id, "subject": subject_id}
    values: dict[str, Any] = {name: key for name, key in given.items() if key is not None}
    listing = _LISTINGS[actor_id is not None, subject_id is not None]
    return await page(desk, listing, paging, name="audit", **values)
