"""The FAQ as it is before anybody has edited it."""

from collections.abc import Iterator
from typing import Any, Final

_ENTRIES: Final = (
    ("EVERYONE", "Is MentorHub free to use?", "Yes, all mentorship sessions are currently free."),
    (
        "EVERYONE",
        "How long are typical sessions?",
        "Most sessions are 30 to 60 minutes. Each mentor sets the length; every slot shows when it starts and ends.",
    ),
    (
        "EVERYONE",
        "Can I book multiple sessions with the same mentor?",
        "Yes, as many as you need. Only so many of your requests to one mentor can await an answer at the same time.",
    ),
    (
        "EVERYONE",
        "Where do I get help?",
        "Search this FAQ, submit a support ticket, or write to support@mentorhub.com. You will hear within 24 hours.",
    ),
    (
        "MENTEES",
        "How far in advance should I book?",
        "Book at least 2 to 3 days in advance for the best availability.",
    ),
    (
        "MENTEES",
        "Can I reschedule a booking?",
        "Yes, before it starts: move it to another open slot of the same mentor, who then confirms it again.",
    ),
    (
        "MENTEES",
        "What if my mentor doesn't show up?",
        "Report the booking as a no-show, or contact support immediately at support@mentorhub.com.",
    ),
    ("MENTORS", "How long does approval take?", "Typically 24 to 48 hours."),
    (
        "MENTORS",
        "Can I set different rates for different sessions?",
        "No: currently, all sessions are provided free of charge.",
    ),
    (
        "MENTORS",
        "Can I mentor multiple expertise areas?",
        "Yes, select all relevant expertise areas in your profile, up to ten.",
    ),
    (
        "ADMINS",
        "How do I add new expertise categories?",
        "Create them in the administrators' part, where you can also rename those there are.",
    ),
    (
        "ADMINS",
        "Can I bulk-approve mentors?",
        "Yes, up to 100 at once. Each is decided on its own: those that cannot be approved are told, the others are.",
    ),
    (
        "ADMINS",
        "How do I export platform data?",
        "Filter the bookings as you need them and export what you see as CSV. The link is good for ten minutes.",
    ),
)


def first_entries() -> Iterator[dict[str, Any]]:
    for number, (audience, question, answer) in enumerate(_ENTRIES, start=1):
        key = f"019b8e4a-0000-7000-8000-{number:012x}"
        yield {"id": key, "audience": audience, "question": question, "answer": answer}
