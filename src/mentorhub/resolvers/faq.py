"""The FAQ: read and searched by all, written by administrators."""

from collections.abc import Mapping, Sequence

from mentorhub.db import faq
from mentorhub.db.faq import FaqRow
from mentorhub.db.keys import new_key
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk, Viewer, Work
from mentorhub.rules import search_words, texts
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.faults import Faults
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import NotFound
from mentorhub.rules.vocabulary import Audience


def may_read(viewer: Viewer | None, audience: Audience) -> bool:
    """Whether what is written for *audience* is for *viewer* to read: all of it but the administrators' part."""
    return audience is not Audience.ADMINS or (viewer is not None and viewer.is_admin)


async def entries(desk: Desk, *, search: str | None) -> list[FaqRow]:
    """In the order they were written; with *search*, those in which each of its words begins a word."""
    found = [entry for entry in await faq.entries(desk.reader) if may_read(desk.viewer, entry.audience)]
    sought = search_words.sought(search)
    return found if sought is None else [entry for entry in found if _matches(entry, sought)]


def _matches(entry: FaqRow, sought: Sequence[str]) -> bool:
    words = search_words.words_of(f"{entry.question} {entry.answer}")
    return bool(sought) and all(any(word.startswith(part) for word in words) for part in sought)


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, FaqRow]:
    wanted = set(keys)
    return {entry.id: entry for entry in await entries(desk, search=None) if entry.id in wanted}


async def save(
    work: Work, *, faq_entry_id: Key | None, audience: Audience, question: str, answer: str
) -> FaqRow:
    """Changes an entry, or writes a new one where none is named. For administrators."""
    viewer = access.admin(work)
    if faq_entry_id is not None and await faq.held(work.transaction, faq_entry_id) is None:
        raise NotFound(field="faq_entry_id")
    faults = Faults()
    question = faults.check(texts.line, question, field="question", at_least=3, at_most=200)
    answer = faults.check(texts.paragraphs, answer, field="answer", at_most=2000)
    faults.tell()
    entry = FaqRow(faq_entry_id or new_key(), audience, question, answer)
    write = faq.replace if faq_entry_id else faq.add
    await write(work.transaction, entry)
    work.tell(Fact(ActivityKind.FAQ_SAVED, ("FaqEntry", entry.id), viewer.user_id))
    return entry


async def remove(work: Work, *, faq_entry_id: Key) -> Key:
    """Deletes an entry. For administrators."""
    viewer = access.admin(work)
    if await faq.held(work.transaction, faq_entry_id) is None:
        raise NotFound(field="faq_entry_id")
    await faq.remove(work.transaction, faq_entry_id)
    work.tell(Fact(ActivityKind.FAQ_DELETED, ("FaqEntry", faq_entry_id), viewer.user_id))
    return faq_entry_id
