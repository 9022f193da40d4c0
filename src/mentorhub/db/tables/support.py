"""Help: support tickets and what is written in them, the FAQ, and announcements to all."""

from sqlalchemy import Index
from sqlmodel import SQLModel

from mentorhub.db.tables.columns import (
    check,
    choice,
    datetime,
    flag,
    instant,
    is_one_of,
    key,
    primary_key,
    references,
    table_of,
)
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import AnnouncementKind, Audience, TicketStatus


class SupportTicket(SQLModel, table=True):
    __tablename__ = "support_tickets"
    __table_args__ = (
        is_one_of("status", TicketStatus),
        check("length(subject) BETWEEN 3 AND 120", "subject_length"),
        Index("ix_support_tickets_created_at", "created_at", "id"),
        Index("ix_support_tickets_status", "status", "created_at", "id"),
        Index("ix_support_tickets_author_id", "author_id", "created_at", "id"),
    )

    id: Key = primary_key()
    author_id: Key = references("users.id")
    subject: str
    status: TicketStatus = choice(TicketStatus)
    created_at: datetime = instant()


class TicketMessage(SQLModel, table=True):
    __tablename__ = "ticket_messages"
    __table_args__ = (
        check("length(body) BETWEEN 1 AND 2000", "body_length"),
        Index("ix_ticket_messages_ticket_id", "ticket_id", "sent_at", "id"),
    )

    id: Key = primary_key()
    ticket_id: Key = references("support_tickets.id", on_delete="CASCADE")
    author_id: Key = references("users.id")
    body: str
    sent_at: datetime = instant()


class FaqEntry(SQLModel, table=True):
    __tablename__ = "faq_entries"
    __table_args__ = (
        is_one_of("audience", Audience),
        check("length(question) BETWEEN 3 AND 200", "question_length"),
        check("length(answer) BETWEEN 1 AND 2000", "answer_length"),
    )

    id: Key = primary_key()
    audience: Audience = choice(Audience)
    question: str
    answer: str


class Announcement(SQLModel, table=True):
    __tablename__ = "announcements"
    __table_args__ = (
        is_one_of("kind", AnnouncementKind),
        check("length(title) BETWEEN 3 AND 120", "title_length"),
        check("length(body) BETWEEN 1 AND 2000", "body_length"),
        Index("ix_announcements_posted_at", "posted_at", "id"),
    )

    id: Key = primary_key()
    kind: AnnouncementKind = choice(AnnouncementKind)
    title: str
    body: str
    posted_by: Key = references("users.id")
    posted_at: datetime = instant()
    ended_at: datetime | None = instant(null=True)
    notifies_everyone: bool = flag(default=False)
    notified_through: Key | None = key(null=True)
    """Up to this user everybody has been notified, in the order of their keys."""
    notified_at: datetime | None = instant(null=True)
    """When the last of all had been notified."""


support_tickets = table_of(SupportTicket)
ticket_messages = table_of(TicketMessage)
faq_entries = table_of(FaqEntry)
announcements = table_of(Announcement)
