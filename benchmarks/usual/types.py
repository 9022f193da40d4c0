"""The schema's types, each around an entity."""

from datetime import datetime

import strawberry
from benchmarks.usual import entities
from benchmarks.usual.loaders import status_of
from strawberry import Info, Private


@strawberry.type
class PageInfo:
    has_next_page: bool


@strawberry.type
class Expertise:
    id: strawberry.ID
    name: str


@strawberry.type
class Rating:
    average: float | None
    count: int


@strawberry.type
class Slot:
    id: strawberry.ID
    starts_at: datetime
    ends_at: datetime


@strawberry.type
class User:
    id: strawberry.ID
    name: str

    @classmethod
    def of(cls, row: entities.User) -> "User":
        return cls(id=strawberry.ID(f"user_{row.id}"), name=row.name)


@strawberry.type
class Mentor:
    row: Private[entities.Mentor]
    id: strawberry.ID
    name: str
    job_title: str | None
    company: str | None
    years_of_experience: int

    @classmethod
    def of(cls, row: entities.Mentor) -> "Mentor":
        return cls(
            row=row,
            id=strawberry.ID(f"mentor_{row.id}"),
            name=row.name,
            job_title=row.job_title,
            company=row.company,
            years_of_experience=row.years_of_experience,
        )

    @strawberry.field
    def rating(self) -> Rating:
        row = self.row
        return Rating(average=row.rating_average if row.rating_count else None, count=row.rating_count)

    @strawberry.field
    async def expertise(self, info: Info) -> list[Expertise]:
        rows = await info.context["loaders"].expertise.load(self.row.id)
        return [Expertise(id=strawberry.ID(f"expertise_{row.id}"), name=row.name) for row in rows]

    @strawberry.field
    async def slots(self, info: Info, first: int = 50) -> list[Slot]:
        rows = await info.context["loaders"].slots.load((self.row.id, first))
        return [
            Slot(id=strawberry.ID(f"slot_{row.id}"), starts_at=row.starts_at, ends_at=row.ends_at)
            for row in rows
        ]


@strawberry.type
class MentorConnection:
    nodes: list[Mentor]
    page_info: PageInfo


@strawberry.type
class Feedback:
    rating: int
    comment: str


@strawberry.type
class Booking:
    row: Private[entities.Booking]
    id: strawberry.ID
    status: str
    starts_at: datetime
    ends_at: datetime
    topic: str

    @classmethod
    def of(cls, row: entities.Booking) -> "Booking":
        return cls(
            row=row,
            id=strawberry.ID(f"booking_{row.id}"),
            status=status_of(row),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            topic=row.topic,
        )

    @strawberry.field
    async def mentor(self, info: Info) -> Mentor:
        return Mentor.of(await info.context["loaders"].mentors.load(self.row.mentor_id))

    @strawberry.field
    async def mentee(self, info: Info) -> User:
        return User.of(await info.context["loaders"].users.load(self.row.mentee_id))

    @strawberry.field
    async def feedback(self, info: Info) -> Feedback | None:
        row = await info.context["loaders"].feedback.load(self.row.id)
        return Feedback(rating=row.rating, comment=row.comment) if row else None


@strawberry.type
class BookingConnection:
    nodes: list[Booking]
    page_info: PageInfo


@strawberry.type
class Activity:
    row: Private[entities.Fact]
    id: strawberry.ID
    kind: str
    occurred_at: datetime

    @classmethod
    def of(cls, row: entities.Fact) -> "Activity":
        return cls(
            row=row, id=strawberry.ID(f"activity_{row.id}"), kind=row.kind, occurred_at=row.occurred_at
        )

    @strawberry.field
    async def actor(self, info: Info) -> User | None:
        row = await info.context["loaders"].users.load(self.row.actor_id) if self.row.actor_id else None
        return User.of(row) if row else None


@strawberry.type
class ActivityConnection:
    nodes: list[Activity]
    page_info: PageInfo


@strawberry.type
class Dashboard:
    total_mentors: int
    approved_mentors: int
    pending_mentors: int
    total_users: int
    total_bookings: int
    pending_bookings: int
    open_incidents: int
    open_tickets: int
    average_rating: float | None


@strawberry.type
class UserError:
    code: str


@strawberry.type
class BookingPayload:
    booking: Booking | None
    user_errors: list[UserError]


@strawberry.input
class RequestBookingInput:
    slot_id: strawberry.ID
    topic: str
