"""What can be read for help: the FAQ and the guides."""

from datetime import date
from typing import Annotated

import strawberry

from mentorhub.db.faq import FaqRow
from mentorhub.execution import extend, rows
from mentorhub.resolvers import faq, guides
from mentorhub.resolvers.guides import GuideRow
from mentorhub.rules.vocabulary import Audience
from mentorhub.schema.context import Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.nodes import Node, id_field, id_of, key_of, node_type, shown
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation, Query
from mentorhub.schema.words import declare

declare(
    Audience,
    "Whom a text is written for.",
    EVERYONE="All who use the platform.",
    MENTEES="Those who book.",
    MENTORS="Those who give sessions.",
    ADMINS="Administrators; nobody else sees it.",
)


@node_type("FaqEntry", row=FaqRow, load=faq.visible, description="A question that is often asked.")
class FaqEntry(Node):
    id: strawberry.ID = id_field("FaqEntry")
    audience: Audience = strawberry.field(description="Who asks it.")
    question: str = strawberry.field(description="3 to 200 characters.")
    answer: str = strawberry.field(description="2,000 characters at most.")


@strawberry.type(description="Guidelines, best practices or tips.")
@rows(GuideRow)
class Guide:
    slug: str = strawberry.field(description="Its name in URLs; it stays when the title changes.")
    audience: Audience = strawberry.field(description="Whom it is written for.")
    title: str = strawberry.field(description="What it is about.")
    body: str = strawberry.field(description="Markdown (CommonMark, with tables), without the title.")
    updated_on: date = strawberry.field(description="When it was changed last.")


@strawberry.input(description="A new entry when no id is given.")
class SaveFaqEntryInput:
    faq_entry_id: strawberry.ID | None = strawberry.field(
        default=None, description="The entry to change; a new one when none is given."
    )
    audience: Audience = strawberry.field(description="Who asks it; ADMINS keeps it from all others.")
    question: str = strawberry.field(description="3 to 200 characters.")
    answer: str = strawberry.field(description="2,000 characters at most.")


@strawberry.input(description="An entry to delete.")
class DeleteFaqEntryInput:
    faq_entry_id: strawberry.ID = strawberry.field(description="The entry.")


_ERRORS = "Why nothing was done; empty where it was."


@strawberry.type(description="An entry of the FAQ as it is now.")
class FaqEntryPayload:
    faq_entry: FaqEntry | None = strawberry.field(
        default=None, description="The entry; null where nothing was done."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=_ERRORS)


@strawberry.type(description="What was deleted.")
class DeleteFaqEntryPayload:
    deleted_faq_entry_id: strawberry.ID | None = strawberry.field(
        default=None, description="The entry that is no more; null where nothing was done."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=_ERRORS)


@extend(Query)
class FaqQueries:
    @strawberry.field(description="Questions that are often asked; those for administrators only to them.")
    async def faq(
        self,
        info: Info,
        search: Annotated[
            str | None,
            strawberry.argument(
                description=(
                    "Words or beginnings of words in question or answer, accents and case ignored; "
                    "every word must match."
                )
            ),
        ] = None,
    ) -> list[FaqEntry]:
        return shown(await faq.entries(info.context.desk, search=search))  # type: ignore[no-any-return]  # rows

    @strawberry.field(description="Guidelines, best practices and tips, as Markdown.")
    async def guides(
        self,
        info: Info,
        audience: Annotated[
            Audience | None,
            strawberry.argument(description="Only those written for them; all when none is given."),
        ] = None,
    ) -> list[Guide]:
        return shown(guides.guides(info.context.desk, audience=audience))  # type: ignore[no-any-return]  # rows


@extend(Mutation)
class FaqMutations:
    @mutation("Writes or changes an entry of the FAQ. Administrators only.")
    async def save_faq_entry(
        self, info: Info, input: Annotated[SaveFaqEntryInput, strawberry.argument(description="The entry.")]
    ) -> FaqEntryPayload | None:
        key = key_of("FaqEntry", input.faq_entry_id) if input.faq_entry_id is not None else None
        entry = await info.context.do(
            faq.save,
            faq_entry_id=key,
            audience=input.audience,
            question=input.question,
            answer=input.answer,
        )
        return FaqEntryPayload(faq_entry=FaqEntry.of(entry))

    @mutation("Deletes an entry of the FAQ. Administrators only.")
    async def delete_faq_entry(
        self,
        info: Info,
        input: Annotated[DeleteFaqEntryInput, strawberry.argument(description="Which entry.")],
    ) -> DeleteFaqEntryPayload | None:
        key = await info.context.do(faq.remove, faq_entry_id=key_of("FaqEntry", input.faq_entry_id))
        return DeleteFaqEntryPayload(deleted_faq_entry_id=id_of("FaqEntry", key))
