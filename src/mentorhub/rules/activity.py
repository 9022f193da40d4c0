"""What administrators read of each fact: one sentence for a person."""

from typing import Final

from mentorhub.rules.facts import ActivityKind

NOBODY: Final = "MentorHub"
"""Who did what nobody did: the clock."""
SOMEBODY: Final = "somebody"

SUMMARIES: Final[dict[ActivityKind, str]] = {
    ActivityKind.USER_JOINED: "{user} joined.",
    ActivityKind.USER_SUSPENDED: "{actor} suspended {user}.",
    ActivityKind.USER_REINSTATED: "{actor} reinstated {user}.",
    ActivityKind.USER_WARNED: "{actor} warned {user}.",
    ActivityKind.ROLE_CHANGED: "{actor} changed the role of {user}.",
    ActivityKind.MENTOR_APPLIED: "{mentor} applied as a mentor.",
    ActivityKind.MENTOR_APPROVED: "{actor} approved {mentor} as a mentor.",
    ActivityKind.MENTOR_REJECTED: "{actor} rejected the application of {mentor}.",
    ActivityKind.MENTOR_DEACTIVATED: "{actor} deactivated the profile of {mentor}.",
    ActivityKind.MENTOR_REACTIVATED: "{actor} reactivated the profile of {mentor}.",
    ActivityKind.BOOKING_REQUESTED: "{user} asked {mentor} for a session.",
    ActivityKind.BOOKING_CONFIRMED: "{mentor} confirmed a session with {user}.",
    ActivityKind.BOOKING_DECLINED: "{mentor} declined a session with {user}.",
    ActivityKind.BOOKING_CANCELLED: "{actor} cancelled the session of {user} with {mentor}.",
    ActivityKind.BOOKING_COMPLETED: "{mentor} completed a session with {user}.",
    ActivityKind.BOOKING_EXPIRED: "The request of {user} to {mentor} expired unanswered.",
    ActivityKind.BOOKING_RESCHEDULED: "{actor} moved the session of {user} with {mentor}.",
    ActivityKind.FEEDBACK_SUBMITTED: "{actor} left feedback for {mentor}.",
    ActivityKind.FEEDBACK_HIDDEN: "{actor} hid feedback on {mentor}.",
    ActivityKind.FEEDBACK_RESTORED: "{actor} restored feedback on {mentor}.",
    ActivityKind.INCIDENT_REPORTED: "{actor} reported an incident.",
    ActivityKind.INCIDENT_CHANGED: "{actor} worked on an incident.",
    ActivityKind.INCIDENT_RESOLVED: "{actor} closed an incident.",
    ActivityKind.ANNOUNCEMENT_POSTED: "{actor} posted an announcement.",
    ActivityKind.ANNOUNCEMENT_ENDED: "{actor} ended an announcement.",
    ActivityKind.EXPERTISE_CREATED: "{actor} created an expertise.",
    ActivityKind.EXPERTISE_RENAMED: "{actor} renamed an expertise.",
    ActivityKind.FAQ_SAVED: "{actor} saved an entry of the FAQ.",
    ActivityKind.FAQ_DELETED: "{actor} deleted an entry of the FAQ.",
    ActivityKind.TICKET_OPENED: "{actor} asked the support for help.",
    ActivityKind.TICKET_ANSWERED: "{actor} answered a support ticket.",
    ActivityKind.TICKET_CLOSED: "{actor} closed a support ticket.",
    ActivityKind.ACCESS_REVOKED: "{actor} signed {user} out everywhere.",
    ActivityKind.ACCOUNT_DELETED: "{user} deleted their account.",
    ActivityKind.DATA_EXPORTED: "{actor} exported data.",
}


def summary(kind: ActivityKind, *, actor: str | None, user: str | None, mentor: str | None) -> str:
    """The sentence of a fact of *kind*; the names are those of its people, None where there is none."""
    sentence = SUMMARIES[kind].format(actor=actor or NOBODY, user=user or SOMEBODY, mentor=mentor or SOMEBODY)
    return sentence[0].upper() + sentence[1:]
