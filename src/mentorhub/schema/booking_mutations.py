"""What mentees, mentors and administrators do with bookings."""

from typing import Annotated, Any

import strawberry

from mentorhub.execution import extend
from mentorhub.resolvers import bookings, moves, requests
from mentorhub.schema.bookings import Booking
from mentorhub.schema.context import Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.nodes import key_of
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation
from mentorhub.schema.scalars import URL


def given(description: str) -> Any:
    return strawberry.field(description=description)


def optional(description: str) -> Any:
    return strawberry.field(default=None, description=description)


@strawberry.input(description="A slot asked for.")
class RequestBookingInput:
    slot_id: strawberry.ID = given("An open slot.")
    topic: str = given("What the session is to be about; 3 to 120 characters.")
    description: str | None = optional("What the mentee hopes to achieve; 2,000 characters at most.")
    questions: str | None = optional("What the mentee wants to ask; 2,000 characters at most.")
    idempotency_key: str | None = optional(
        "Sent again with the same key within a day, the first booking is answered and none is made. "
        "1 to 64 characters, of the client's choice."
    )


@strawberry.input(description="A request that the mentor agrees to.")
class ConfirmBookingInput:
    booking_id: strawberry.ID = given("A pending booking.")
    meeting_url: URL | None = optional("Where to meet: https; the mentor's default unless given.")


@strawberry.input(description="A request that the mentor refuses.")
class DeclineBookingInput:
    booking_id: strawberry.ID = given("A pending booking.")
    reason: str | None = optional("Why; 2,000 characters at most.")


@strawberry.input(description="A booking to be called off.")
class CancelBookingInput:
    booking_id: strawberry.ID = given("A booking that has not begun.")
    reason: str | None = optional(
        "A mentor gives a reason of at least 5 visible characters, an administrator gives one; a mentee may."
    )


@strawberry.input(description="A booking to be moved.")
class RescheduleBookingInput:
    booking_id: strawberry.ID = given("A booking that has not begun.")
    slot_id: strawberry.ID = given("An open slot of the same mentor.")
    reason: str | None = optional("Why; 2,000 characters at most.")


@strawberry.input(description="Where a session meets.")
class SetMeetingUrlInput:
    booking_id: strawberry.ID = given("A confirmed booking that has not ended.")
    meeting_url: URL = given("https, without user info; 2,048 characters at most.")


@strawberry.input(description="A session that took place.")
class CompleteBookingInput:
    booking_id: strawberry.ID = given("A confirmed booking that has begun.")
    notes: str | None = optional("The mentor's own notes; 2,000 characters at most.")


@strawberry.input(description="The mentor's own notes on a booking.")
class SetMentorNotesInput:
    booking_id: strawberry.ID = given("A booking.")
    notes: str = given("2,000 characters at most.")


@strawberry.type(description="A booking as it is now, or why nothing was done.")
class BookingPayload:
    booking: Booking | None = strawberry.field(default=None, description="Null where userErrors has any.")
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was done; empty where it was."
    )


@extend(Mutation)
class BookingMutations:
    @mutation("Asks for an open slot, and holds it until the mentor answers.")
    async def request_booking(
        self,
        info: Info,
        input: Annotated[RequestBookingInput, strawberry.argument(description="What is asked for.")],
    ) -> BookingPayload | None:
        row = await requests.request(
            info.context.desk,
            slot_id=key_of("Slot", input.slot_id),
            topic=input.topic,
            description=input.description,
            questions=input.questions,
            idempotency_key=input.idempotency_key,
        )
        return BookingPayload(booking=Booking.of(row))

    @mutation("The mentor agrees to a pending request.")
    async def confirm_booking(
        self,
        info: Info,
        input: Annotated[ConfirmBookingInput, strawberry.argument(description="Which, and where to meet.")],
    ) -> BookingPayload | None:
        row = await info.context.do(
            bookings.confirm,
            booking_id=key_of("Booking", input.booking_id),
            meeting_url=input.meeting_url,
        )
        return BookingPayload(booking=Booking.of(row))

    @mutation("The mentor refuses a pending request.")
    async def decline_booking(
        self,
        info: Info,
        input: Annotated[DeclineBookingInput, strawberry.argument(description="Which, and why.")],
    ) -> BookingPayload | None:
        row = await info.context.do(
            bookings.decline, booking_id=key_of("Booking", input.booking_id), reason=input.reason
        )
        return BookingPayload(booking=Booking.of(row))

    @mutation("Calls a booking off before its start; the slot is free again at once.")
    async def cancel_booking(
        self,
        info: Info,
        input: Annotated[CancelBookingInput, strawberry.argument(description="Which, and why.")],
    ) -> BookingPayload | None:
        row = await info.context.do(
            bookings.cancel, booking_id=key_of("Booking", input.booking_id), reason=input.reason
        )
        return BookingPayload(booking=Booking.of(row))

    @mutation(
        "Moves a booking to another slot of the same mentor: it keeps its id, meeting URL and history. Moved by the "
        "mentee it is pending again; moved by the mentor it keeps its status."
    )
    async def reschedule_booking(
        self,
        info: Info,
        input: Annotated[RescheduleBookingInput, strawberry.argument(description="Which, and where to.")],
    ) -> BookingPayload | None:
        row = await info.context.do(
            moves.reschedule,
            booking_id=key_of("Booking", input.booking_id),
            slot_id=key_of("Slot", input.slot_id),
            reason=input.reason,
        )
        return BookingPayload(booking=Booking.of(row))

    @mutation("The mentor says where a confirmed session meets, or changes it; the mentee is told.")
    async def set_meeting_url(
        self,
        info: Info,
        input: Annotated[SetMeetingUrlInput, strawberry.argument(description="Which, and where.")],
    ) -> BookingPayload | None:
        row = await info.context.do(
            bookings.set_meeting_url,
            booking_id=key_of("Booking", input.booking_id),
            meeting_url=input.meeting_url,
        )
        return BookingPayload(booking=Booking.of(row))

    @mutation("The mentor says that a confirmed session took place, from its start on.")
    async def complete_booking(
        self,
        info: Info,
        input: Annotated[CompleteBookingInput, strawberry.argument(description="Which.")],
    ) -> BookingPayload | None:
        row = await info.context.do(
            bookings.complete, booking_id=key_of("Booking", input.booking_id), notes=input.notes
        )
        return BookingPayload(booking=Booking.of(row))

    @mutation("The mentor's own notes, for nobody else but administrators.")
    async def set_mentor_notes(
        self,
        info: Info,
        input: Annotated[SetMentorNotesInput, strawberry.argument(description="Which, and what.")],
    ) -> BookingPayload | None:
        row = await info.context.do(
            bookings.set_mentor_notes, booking_id=key_of("Booking", input.booking_id), notes=input.notes
        )
        return BookingPayload(booking=Booking.of(row))
