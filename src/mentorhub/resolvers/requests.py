"""Asking for a time."""

from typing import Final
from unicodedata import category

from mentorhub.db.bookings import BookingRow
from mentorhub.resolvers import access
from mentorhub.resolvers.bookings import LONGEST_TEXT
from mentorhub.resolvers.desk import Desk
from mentorhub.resolvers.placing import Ask, Wish, place
from mentorhub.rules import texts
from mentorhub.rules.faults import Faults
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import Invalid

_LONGEST_KEY: Final = 64
_NO_TEXT: Final = {"Cc", "Cs"}
"""Control characters and halves of others: no database takes all of them."""


async def request(
    desk: Desk,
    *,
    slot_id: Key,
    topic: str,
    description: str | None = None,
    questions: str | None = None,
    idempotency_key: str | None = None,
) -> BookingRow:
    """Takes an open slot for the viewer until the mentor answers. Sent again with its key, it answers what it made."""
    access.verified(desk)
    faults = Faults()
    wish = Wish(
        slot_id,
        faults.check(texts.line, topic, field="topic", at_least=3, at_most=120),
        faults.check(texts.optional_paragraphs, description, field="description", at_most=LONGEST_TEXT),
        faults.check(texts.optional_paragraphs, questions, field="questions", at_most=LONGEST_TEXT),
    )
    key = faults.check(_key, idempotency_key)
    return await desk.do_together(place, Ask(wish, key, tuple(faults.found)))


def _key(given: str | None) -> str | None:
    if given is not None and not 1 <= len(given) <= _LONGEST_KEY:
        raise Invalid(f"A key has 1 to {_LONGEST_KEY} characters.", field="idempotency_key")
    if given is not None and any(category(character) in _NO_TEXT for character in given):
        raise Invalid("A key has no control characters.", field="idempotency_key")
    return given
