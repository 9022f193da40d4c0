"""What a mutation answers when it did not do what was asked."""

from datetime import datetime
from enum import auto

import strawberry

from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingAction, Word
from mentorhub.schema.words import declare


class ErrorCode(Word):
    INVALID = auto()
    REQUIRED = auto()
    NOT_FOUND = auto()
    ALREADY_EXISTS = auto()
    WRONG_STATE = auto()
    SLOT_TAKEN = auto()
    SLOT_UNAVAILABLE = auto()
    OVERLAP = auto()
    MENTOR_UNAVAILABLE = auto()
    OWN_SLOT = auto()
    REQUEST_LIMIT = auto()
    TOKEN_INVALID = auto()
    CREDENTIALS_INVALID = auto()
    EMAIL_UNVERIFIED = auto()
    SUSPENDED = auto()
    FILE_TOO_LARGE = auto()
    FILE_UNREADABLE = auto()
    RATE_LIMITED = auto()
    CONFLICT = auto()


declare(
    ErrorCode,
    "Why a mutation did not do what was asked, for a program.",
    INVALID="The value is malformed, too short, too long or out of range.",
    REQUIRED="The value is missing.",
    NOT_FOUND="No such thing, or not visible to the viewer.",
    ALREADY_EXISTS="There is one already.",
    WRONG_STATE="The thing's status does not allow this: confirming a cancelled booking.",
    SLOT_TAKEN="Another booking holds the slot.",
    SLOT_UNAVAILABLE="The slot is in the past, inside the minimum notice, or beyond the horizon.",
    OVERLAP="It overlaps another slot, booking or time off of the same person.",
    MENTOR_UNAVAILABLE="The mentor takes no requests at present, or is not approved.",
    OWN_SLOT="Mentors cannot book themselves.",
    REQUEST_LIMIT="As many pending requests as the rules allow.",
    TOKEN_INVALID="A used, unknown or expired token, link or invitation.",  # nosec B106  # noqa: S106 -- says what it means
    CREDENTIALS_INVALID="Email address or password is wrong.",
    EMAIL_UNVERIFIED="The viewer's email address must be verified first.",
    SUSPENDED="The account is suspended. Told only after the right password.",
    FILE_TOO_LARGE="The file has more bytes or pixels than the rules allow.",
    FILE_UNREADABLE="The file is not an image of an accepted format.",
    RATE_LIMITED="The caller asked too often; see rateLimit.",
    CONFLICT="Somebody else changed it meanwhile.",
)


@strawberry.interface(
    description=(
        "Why a mutation did not do what was asked. Where a payload carries any, nothing was changed (approveMentors "
        'excepted: there field names the one at fault, ["mentorIds", "3"]). Documents, sign-in, permission, limits and '
        "faults are told in the response's top-level errors instead, each with extensions.code: "
        "GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, BAD_USER_INPUT, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, "
        "QUERY_TOO_COMPLEX, RATE_LIMITED, TIMEOUT, SLOW_CONSUMER, CURSOR_INVALID, UNAVAILABLE, INTERNAL."
    )
)
class UserError:
    code: ErrorCode = strawberry.field(description="For a program.")
    message: str = strawberry.field(description="One sentence for a person; its wording may change.")
    field: list[str] | None = strawberry.field(
        description=(
            'The input field at fault, from the input object down: ["socialLinks", "github"]. Null when none is.'
        )
    )


@strawberry.type(description="A value that is missing, malformed, or names nothing the viewer may see.")
class InputError(UserError):
    pass


@strawberry.type(
    description="A time that cannot be booked, and up to three open slots of the same mentor near it."
)
class SlotError(UserError):
    mentor_id: strawberry.Private[Key | None]
    near: strawberry.Private[datetime | None]


@strawberry.type(description="A thing whose status does not allow what was asked.")
class StateError(UserError):
    current_status: str = strawberry.field(description="Its status now.")
    viewer_can: list[BookingAction] = strawberry.field(
        description="What the viewer may do with it now, if it is a booking."
    )


@strawberry.type(description="Asked too often.")
class ThrottleError(UserError):
    retry_after_seconds: int = strawberry.field(description="How long to wait, in seconds.")
