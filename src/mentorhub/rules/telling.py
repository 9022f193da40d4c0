"""Who hears of a fact, and in which words: one function from what happened to what each reader is told."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from mentorhub.rules.facts import ActivityKind, FactKind, QuietKind
from mentorhub.rules.letters import on_clocks, when
from mentorhub.rules.stories import Person, Session, Story, Told
from mentorhub.rules.vocabulary import BookingStatus, RejectionReason
from mentorhub.rules.vocabulary import NotificationKind as Kind

_A_MINUTE: Final = timedelta(minutes=1)
_AN_HOUR: Final = timedelta(hours=1)
_NEARLY_AN_HOUR: Final = 50
"""Minutes that are told as one."""


def tell(story: Story) -> list[Told]:
    """What each reader is told of *story*, in their own words and by their own clock."""
    teller = _TELLERS.get(story.kind)
    return list(teller(story)) if teller else []


Teller = Callable[[Story], Iterator[Told]]


def _at(session: Session, reader: Person) -> str:
    return when(session.starts_at, reader.zone)


def _soon(session: Session, reader: Person, at: datetime) -> str:
    """When it starts, to whoever is told *at* this instant: a reminder may be late."""
    if session.starts_at <= at:
        return "now"
    left = session.starts_at - at
    if left <= _AN_HOUR:
        minutes = round(left / _A_MINUTE)
        return "in an hour" if minutes > _NEARLY_AN_HOUR else f"in {max(minutes, 2)} minutes"
    days = on_clocks(session.starts_at, reader.zone)[0].date() - on_clocks(at, reader.zone)[0].date()
    return {0: "today", 1: "tomorrow"}.get(days.days, "soon")


def _because(story: Story) -> str:
    reason = story.data.get("reason")
    return f" The reason given: {reason}" if reason else ""


def _between(kind: Kind, to: str, title: str, body: str) -> Teller:
    """Tells a party of a session. *to* is "mentor", "user" (the mentee) or "others": all parties but who did it."""

    def told(story: Story) -> Iterator[Told]:
        session = story.session
        if session is None:
            return
        parties = ((story.mentor, story.user), (story.user, story.mentor))
        for number, (reader, other) in enumerate(parties):
            is_meant = to == ("mentor", "user")[number]
            if to == "others":
                is_meant = reader is not None and reader.key != story.actor_id
            if reader is not None and is_meant:
                words = {
                    "other": other.name if other else "Somebody",
                    "topic": session.topic,
                    "at": _at(session, reader),
                    "url": session.meeting_url or "",
                }
                if story.at is not None and "{soon}" in title:
                    words["soon"] = _soon(session, reader, story.at)
                yield Told(
                    reader.key,
                    kind,
                    title.format(**words),
                    body.format(**words) + _because(story),
                    starts_at=session.starts_at,
                )

    return told


def _while_it_stands(teller: Teller) -> Teller:
    """Tells only of a session that is confirmed still, and still to start when the fact says."""

    def told(story: Story) -> Iterator[Told]:
        session = story.session
        if session is None or session.status is not BookingStatus.CONFIRMED:
            return
        said = story.data.get("starts_at")
        if said is None or datetime.fromisoformat(said) == session.starts_at:
            yield from teller(story)

    return told


def _to_user(kind: Kind, title: str, body: str) -> Teller:
    def told(story: Story) -> Iterator[Told]:
        if story.user:
            yield Told(story.user.key, kind, title, body + _because(story))

    return told


def _to_mentor(kind: Kind, title: str, body: str) -> Teller:
    def told(story: Story) -> Iterator[Told]:
        if story.mentor:
            yield Told(story.mentor.key, kind, title, body)

    return told


_REJECTED: Final = {
    RejectionReason.INCOMPLETE_PROFILE: "the profile says too little",
    RejectionReason.INAPPROPRIATE_CONTENT: "the profile contains what does not belong there",
    RejectionReason.LACK_OF_EXPERIENCE: "too little experience in the field",
    RejectionReason.DUPLICATE: "there is an earlier application of yours",
    RejectionReason.TERMS_VIOLATION: "it breaks the terms",
    RejectionReason.OTHER: "see the note in your profile",
}


def _rejected(story: Story) -> Iterator[Told]:
    if story.mentor:
        reason = story.data.get("reason")
        why = f": {_REJECTED[RejectionReason(reason)]}" if reason in set(RejectionReason) else ""
        body = f"Your application as a mentor was not accepted{why}. You may change it and apply again."
        yield Told(story.mentor.key, Kind.MENTOR_REJECTED, "Your application was not accepted", body)


def _announced(story: Story) -> Iterator[Told]:
    for reader in story.everybody:
        yield Told(reader.key, Kind.ANNOUNCEMENT, story.title, story.text)


def _answered(story: Story) -> Iterator[Told]:
    if story.user and story.data.get("by") == "SUPPORT":
        yield Told(
            story.user.key,
            Kind.SUPPORT_REPLY,
            "The support has answered",
            "There is an answer to your support ticket.",
        )


_SECURITY: Final = {
    "PASSWORD": "Your password was changed.",
    "EMAIL": "The email address of your account was changed.",
    "NEW_DEVICE": "Your account was used on a new device.",
}


_OF_WEBHOOKS: Final = {
    "WEBHOOK_ADDED": (
        "Your account has another webhook",
        "From now on it tells another program of what happens. If it was not you, delete it and reset your password.",
    ),
    "WEBHOOK_PAUSED": (
        "A webhook of yours is paused",
        "Nothing could be delivered to it for five days. Look at its deliveries; resume it once its receiver works.",
    ),
}


def _secured(story: Story) -> Iterator[Told]:
    if story.user and (of_webhooks := _OF_WEBHOOKS.get(str(story.data.get("what")))):
        yield Told(story.user.key, Kind.SECURITY, *of_webhooks)
    elif story.user:
        what = _SECURITY.get(
            str(story.data.get("what")), "Something about your account's security has changed."
        )
        # The letter about it tells more, and is sent when it happens.
        yield Told(
            story.user.key,
            Kind.SECURITY,
            "Your account's security",
            f"{what} If it was not you, reset your password at once.",
            is_mailed=False,
        )


def _reminded(story: Story) -> Iterator[Told]:
    yield from _between(
        Kind.SESSION_REMINDER,
        "others",
        "Your session with {other} is {soon}",
        "“{topic}” with {other}: {at}." + _where(story),
    )(story)


def _confirmed(story: Story) -> Iterator[Told]:
    yield from _between(
        Kind.BOOKING_CONFIRMED,
        "user",
        "{other} has confirmed your session",
        "“{topic}”: {at}." + _where(story),
    )(story)


def _where(story: Story) -> str:
    return " Meet at {url}" if story.session and story.session.meeting_url else ""


_TELLERS: Final[Mapping[FactKind, Teller]] = {
    ActivityKind.BOOKING_REQUESTED: _between(
        Kind.BOOKING_REQUESTED, "mentor", "{other} asks for a session", "“{topic}”: {at}."
    ),
    ActivityKind.BOOKING_CONFIRMED: _confirmed,
    ActivityKind.BOOKING_DECLINED: _between(
        Kind.BOOKING_DECLINED, "user", "{other} has declined your request", "“{topic}”: {at}."
    ),
    ActivityKind.BOOKING_CANCELLED: _between(
        Kind.BOOKING_CANCELLED,
        "others",
        "Your session with {other} is cancelled",
        "“{topic}” was to be: {at}.",
    ),
    ActivityKind.BOOKING_EXPIRED: _between(
        Kind.BOOKING_EXPIRED,
        "others",
        "A request has expired unanswered",
        "“{topic}” with {other} was to be: {at}.",
    ),
    ActivityKind.BOOKING_COMPLETED: _between(
        Kind.BOOKING_COMPLETED,
        "user",
        "How was your session with {other}?",
        "“{topic}” is completed. Your feedback helps {other} and other mentees.",
    ),
    ActivityKind.BOOKING_RESCHEDULED: _between(
        Kind.BOOKING_RESCHEDULED, "others", "Your session with {other} has moved", "“{topic}” is now: {at}."
    ),
    QuietKind.MEETING_URL_SET: _while_it_stands(
        _between(Kind.MEETING_URL_SET, "user", "Where you meet {other}", "“{topic}”, {at}: {url}")
    ),
    QuietKind.SESSION_REMINDER: _while_it_stands(_reminded),
    QuietKind.MEETING_URL_MISSING: _while_it_stands(
        _between(
            Kind.SESSION_REMINDER,
            "mentor",
            "Your session with {other} has no meeting address",
            "“{topic}”: {at}. Give {other} an address to meet at.",
        )
    ),
    ActivityKind.FEEDBACK_SUBMITTED: _to_mentor(
        Kind.FEEDBACK_RECEIVED, "You have new feedback", "A mentee has rated a session with you."
    ),
    ActivityKind.MENTOR_APPROVED: _to_mentor(
        Kind.MENTOR_APPROVED,
        "You are a mentor now",
        "Your application was approved, and your profile is public. Offer times, and mentees can book you.",
    ),
    ActivityKind.MENTOR_REJECTED: _rejected,
    ActivityKind.MENTOR_DEACTIVATED: _to_mentor(
        Kind.MENTOR_DEACTIVATED,
        "Your mentor profile is deactivated",
        "An administrator has deactivated your profile: it is not public, and nobody can book you.",
    ),
    ActivityKind.USER_WARNED: _to_user(
        Kind.WARNING_ISSUED, "You have been warned", "An administrator has warned you."
    ),
    ActivityKind.ANNOUNCEMENT_POSTED: _announced,
    ActivityKind.TICKET_ANSWERED: _answered,
    ActivityKind.ROLE_CHANGED: _to_user(
        Kind.SECURITY, "Your role has changed", "A superadmin has given you another role."
    ),
    ActivityKind.ACCESS_REVOKED: _to_user(
        Kind.SECURITY,
        "You were signed out everywhere",
        "An administrator has ended your sessions and access tokens. Sign in again.",
    ),
    QuietKind.SECURITY_CHANGED: _secured,
}
