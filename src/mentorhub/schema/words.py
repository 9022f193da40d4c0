"""The enums of the API, with a sentence for every value."""

from enum import Enum
from typing import Any

import strawberry

from mentorhub.rules import vocabulary as words


def declare(enum: type[Enum], description: str, **values: str) -> None:
    """Makes *enum* one of GraphQL's; *values* says what each of its values means, and leaves none out."""
    strawberry.enum(enum, description=description)
    definition: Any = enum.__strawberry_definition__  # type: ignore[attr-defined]  # put there by Strawberry
    if {value.name for value in definition.values} != set(values):
        msg = f"{enum.__name__}: describe each of its values, and nothing else"
        raise TypeError(msg)
    for value in definition.values:
        value.description = values[value.name]


declare(
    words.Role,
    "What a user may do beside their own affairs.",
    MEMBER="Books, and mentors once approved.",
    ADMIN="Runs the platform; acts on members.",
    SUPERADMIN="An administrator who also gives roles; acts on everybody but themselves.",
)
declare(
    words.UserStatus,
    "Whether an account can be used.",
    ACTIVE="It can.",
    SUSPENDED="An administrator has closed it for now.",
    DELETED="Its owner has deleted it; what others keep of it is anonymous.",
)
declare(
    words.AccessScope,
    "What an access token allows.",
    READ="Queries and subscriptions.",
    WRITE="Mutations.",
    ADMIN="The administrators' part of what READ and WRITE allow, if its owner is one.",
)
declare(
    words.WebhookTopic,
    "What a webhook tells of: to whom it concerns, and to administrators.",
    BOOKING_STATUS_CHANGED="A booking was requested, answered, moved, called off, completed, or has expired.",
    FEEDBACK_SUBMITTED="A mentee rated a session.",
    MENTOR_APPLIED="Somebody applied as a mentor.",
    MENTOR_DECIDED="An application was approved or rejected, or a profile deactivated or reactivated.",
)
declare(
    words.MentorStatus,
    "Where a mentor's application or profile stands.",
    PENDING="Awaits a decision.",
    APPROVED="Public.",
    REJECTED="Declined; its owner may apply again.",
    INACTIVE="Deactivated by an administrator.",
)
declare(
    words.RejectionReason,
    "Why an application was rejected.",
    INCOMPLETE_PROFILE="The profile says too little.",
    INAPPROPRIATE_CONTENT="The profile contains what does not belong there.",
    LACK_OF_EXPERIENCE="Too little experience in the field.",
    DUPLICATE="The same person has applied before.",
    TERMS_VIOLATION="It breaks the terms.",
    OTHER="See the note.",
)
declare(
    words.Weekday,
    "A day of the week.",
    **{day.name: f"{day.name.capitalize()}." for day in words.Weekday},
)
declare(
    words.SlotStatus,
    "Whether a slot is free.",
    OPEN="It can be requested.",
    HELD="A pending request holds it.",
    BOOKED="A confirmed session holds it.",
    CLOSED="It is no longer offered.",
)
declare(
    words.BookingStatus,
    "Where a booking stands.",
    PENDING="Requested; the mentor has not answered.",
    CONFIRMED="The mentor has agreed.",
    COMPLETED="The session took place.",
    DECLINED="The mentor has said no.",
    CANCELLED="Called off by either party or an administrator.",
    EXPIRED="Not answered in time.",
)
declare(
    words.BookingParty, "A side of a booking.", MENTEE="Who asked for it.", MENTOR="Who gives the session."
)
declare(
    words.BookingOrder,
    "How a list of bookings is sorted.",
    STARTS_SOONEST="By the start, the earliest first.",
    STARTS_LATEST="By the start, the latest first.",
    REQUESTED_LATEST="By the request, the newest first.",
)
declare(
    words.BookingAction,
    "What the viewer may do with a booking now.",
    CONFIRM="Agree to it: the mentor, while pending.",
    DECLINE="Say no: the mentor, while pending.",
    CANCEL="Call it off, before the start.",
    RESCHEDULE="Move it to another slot, before the start.",
    SET_MEETING_URL="Give or change the meeting's address: the mentor, once confirmed.",
    JOIN="Enter the meeting: from 15 minutes before the start to the end.",
    COMPLETE="Say that it took place: the mentor, from the start on.",
    LEAVE_FEEDBACK="Rate it: the mentee, once completed.",
    REPORT="Report it to the administrators, until 30 days after the end.",
)
declare(
    words.IncidentKind,
    "What went wrong.",
    NO_SHOW="Somebody did not come to a session.",
    MISCONDUCT="Somebody behaved badly.",
    INAPPROPRIATE_CONTENT="Something was written that does not belong here.",
    POLICY_VIOLATION="The guidelines were broken.",
    DATA_BREACH="Data was seen by somebody who should not have seen it.",
    DOWNTIME="The service could not be used.",
    OTHER="See the details.",
)
declare(
    words.IncidentStatus,
    "Where an incident stands.",
    OPEN="Nobody has looked into it yet.",
    INVESTIGATING="An administrator is looking into it.",
    RESOLVED="Something was done about it.",
    DISMISSED="Nothing had to be done about it.",
)
