"""The schema's roots: what is asked, and a request for a booking."""

import hashlib
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import strawberry
from benchmarks.usual import entities, types
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, or_, select
from strawberry import Info
from uuid_utils.compat import uuid7

from mentorhub.rules.facts import ActivityKind

_KINDS = [kind.value for kind in ActivityKind]


async def viewer_of(info: Info) -> entities.User:
    """Who is signed in, by the session's token."""
    bearer = info.context["request"].headers.get("authorization", "")
    hashed = hashlib.sha256(bearer.removeprefix("Bearer ").encode()).hexdigest()
    async with info.context["open"]() as session:
        found = await session.execute(
            select(entities.User)
            .join(entities.Session, col(entities.Session.user_id) == entities.User.id)
            .where(
                entities.Session.token_hash == hashed,
                entities.Session.expires_at > datetime.now(UTC),
                entities.User.status == "ACTIVE",
            )
        )
        user = found.scalar_one_or_none()
    if user is None:
        raise PermissionError("Sign in first.")
    return user


@strawberry.type
class Viewer:
    user: strawberry.Private[entities.User]

    @strawberry.field
    async def bookings(self, info: Info, first: int = 20) -> types.BookingConnection:
        own = select(entities.Mentor.id).where(entities.Mentor.user_id == self.user.id)
        async with info.context["open"]() as session:
            found = await session.execute(
                select(entities.Booking)
                .where(
                    or_(
                        entities.Booking.mentee_id == self.user.id,
                        entities.Booking.mentor_id == own.scalar_subquery(),
                    )
                )
                .order_by(col(entities.Booking.starts_at).desc(), col(entities.Booking.id).desc())
                .limit(first + 1)
            )
            rows = found.scalars().all()
        return types.BookingConnection(
            nodes=[types.Booking.of(row) for row in rows[:first]],
            page_info=types.PageInfo(has_next_page=len(rows) > first),
        )


@strawberry.type
class Admin:
    @strawberry.field
    async def dashboard(self, info: Info) -> types.Dashboard:
        async with info.context["open"]() as session:
            sums = select(entities.Figure.name, func.sum(entities.Figure.value)).group_by(
                entities.Figure.name
            )
            kept = {name: int(value) for name, value in (await session.execute(sums)).all()}
            overdue = await session.scalar(
                select(func.count()).where(
                    entities.Booking.status == "PENDING", entities.Booking.respond_by <= datetime.now(UTC)
                )
            )
        approved, pending = kept.get("mentors_approved", 0), kept.get("mentors_pending", 0)
        ratings = kept.get("rating_count", 0)
        return types.Dashboard(
            total_mentors=approved + pending,
            approved_mentors=approved,
            pending_mentors=pending,
            total_users=kept.get("users", 0),
            total_bookings=kept.get("bookings", 0),
            pending_bookings=kept.get("bookings_pending", 0) - overdue,
            open_incidents=kept.get("incidents_open", 0),
            open_tickets=kept.get("tickets_open", 0),
            average_rating=kept.get("rating_sum", 0) / ratings if ratings else None,
        )

    @strawberry.field
    async def activity(self, info: Info, first: int = 10) -> types.ActivityConnection:
        async with info.context["open"]() as session:
            found = await session.execute(
                select(entities.Fact)
                .where(col(entities.Fact.kind).in_(_KINDS))
                .order_by(col(entities.Fact.transaction).desc(), col(entities.Fact.position).desc())
                .limit(first + 1)
            )
            rows = found.scalars().all()
        return types.ActivityConnection(
            nodes=[types.Activity.of(row) for row in rows[:first]],
            page_info=types.PageInfo(has_next_page=len(rows) > first),
        )


@strawberry.type
class Query:
    @strawberry.field
    async def mentors(self, info: Info, first: int = 20) -> types.MentorConnection:
        async with info.context["open"]() as session:
            found = await session.execute(
                select(entities.Mentor)
                .where(col(entities.Mentor.is_public))
                .order_by(
                    col(entities.Mentor.is_open).desc(),
                    col(entities.Mentor.score).desc(),
                    col(entities.Mentor.id).desc(),
                )
                .limit(first + 1)
            )
            rows = found.scalars().all()
        return types.MentorConnection(
            nodes=[types.Mentor.of(row) for row in rows[:first]],
            page_info=types.PageInfo(has_next_page=len(rows) > first),
        )

    @strawberry.field
    async def mentor(self, info: Info, id: strawberry.ID) -> types.Mentor | None:
        async with info.context["open"]() as session:
            row = await session.get(entities.Mentor, UUID(id.removeprefix("mentor_")))
        return types.Mentor.of(row) if row and row.is_public else None

    @strawberry.field
    async def viewer(self, info: Info) -> Viewer:
        return Viewer(user=await viewer_of(info))

    @strawberry.field
    async def admin(self, info: Info) -> Admin:
        if (await viewer_of(info)).role == "MEMBER":
            raise PermissionError("For administrators.")
        return Admin()


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def request_booking(self, info: Info, input: types.RequestBookingInput) -> types.BookingPayload:
        viewer = await viewer_of(info)
        async with info.context["open"]() as session, session.begin():
            booking = await _requested(session, viewer, input)
        if booking is None:
            return types.BookingPayload(booking=None, user_errors=[types.UserError(code="SLOT_UNAVAILABLE")])
        return types.BookingPayload(booking=types.Booking.of(booking), user_errors=[])


async def _requested(
    session: AsyncSession, viewer: entities.User, asked: types.RequestBookingInput
) -> entities.Booking | None:
    now = datetime.now(UTC)
    slot = await session.get(entities.Slot, UUID(asked.slot_id.removeprefix("slot_")), with_for_update=True)
    if (
        slot is None
        or slot.status not in {"OPEN", "HELD"}
        or not slot.offered_from <= now <= slot.offered_until
    ):
        return None
    mentor = await session.get(entities.Mentor, slot.mentor_id)
    pending = await session.scalar(
        select(func.count()).where(
            entities.Booking.mentee_id == viewer.id, entities.Booking.status == "PENDING"
        )
    )
    if mentor is None or mentor.user_id == viewer.id or (pending or 0) >= 10:
        return None
    slot.status = "HELD"
    slot.offered_from = respond_by = min(now + timedelta(hours=48), slot.starts_at)
    booking = entities.Booking(
        id=uuid7(),
        mentor_id=slot.mentor_id,
        mentee_id=viewer.id,
        slot_id=slot.id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        status="PENDING",
        topic=asked.topic.strip(),
        requested_at=now,
        updated_at=now,
        respond_by=respond_by,
    )
    session.add(booking)
    fact = entities.Fact(
        id=uuid7(),
        kind="BOOKING_REQUESTED",
        actor_id=viewer.id,
        subject_type="Booking",
        subject_id=booking.id,
        booking_id=booking.id,
        mentor_id=slot.mentor_id,
        user_id=viewer.id,
        data={"previous": None, "status": "PENDING"},
        occurred_at=now,
    )
    session.add(fact)
    await session.flush()
    shard = random.randrange(16)
    for name in ("bookings", "bookings_pending"):
        adding = insert(entities.Figure).values(name=name, shard=shard, value=1)
        await session.execute(
            adding.on_conflict_do_update(
                index_elements=["name", "shard"], set_={"value": entities.Figure.value + 1}
            )
        )
    return booking


schema = strawberry.Schema(Query, Mutation)
