"""The API: what can be asked, done and listened to, and how each is said."""

from collections.abc import Collection
from dataclasses import replace
from functools import cache

import strawberry
from strawberry.schema.config import StrawberryConfig

from mentorhub.execution import Encode, Engine, Limits
from mentorhub.schema import (
    accounts,
    activity,
    administration,
    analytics,
    announcements,
    audit,
    availability,
    booking_events,
    booking_lists,
    booking_mutations,
    booking_subscriptions,
    bookings,
    calendars,
    dashboards,
    errors,
    expertise,
    exports,
    faq,
    feedback,
    feedback_hiding,
    health,
    incident_handling,
    incidents,
    live,
    mentor_decisions,
    mentor_lists,
    mentors,
    moderation,
    notifications,
    oversight,
    photos,
    profiles,
    rate_limit,
    sessions,
    slot_lists,
    slots,
    support,
    time_off,
    tokens,
    user_administration,
    users,
    verdicts,
    viewer,
    warnings,
    webhook_mutations,
    webhooks,
    words,
)
from mentorhub.schema.context import Context
from mentorhub.schema.measuring import MeasuredEngine
from mentorhub.schema.refusing import masked
from mentorhub.schema.root import Mutation, Query, Subscription
from mentorhub.schema.scalars import SCALARS
from mentorhub.schema.tracing import TracedEngine
from mentorhub.tracing import Tracer

COLUMNS = (
    words, users, viewer, rate_limit, expertise, mentors, slots, verdicts, mentor_lists, slot_lists,
    bookings, booking_events, booking_lists, booking_mutations, feedback,
    incidents, dashboards, support, faq, announcements, activity, administration, oversight, audit,
    incident_handling, feedback_hiding, warnings, user_administration, exports,
    live, booking_subscriptions, notifications, sessions, accounts, tokens, photos, calendars,
    profiles, availability, time_off, moderation, mentor_decisions, analytics, health,
    webhooks, webhook_mutations,
)  # fmt: skip
"""The modules that have added their part to the roots, in the order in which types build on each other."""


def build_schema() -> strawberry.Schema:
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[
            errors.InputError,
            errors.SlotError,
            errors.StateError,
            errors.ThrottleError,
            availability.WeeklyAvailability,
            availability.DateAvailability,
        ],
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
    )


def build_engine(
    *,
    limits: Limits | None = None,
    introspection: bool = True,
    tracer: Tracer | None = None,
    instants: Collection[str] = (),
    kept_as: Encode | None = None,
) -> Engine:
    """What runs operations of this API: admits, limits, masks, deadline. The last two are as `Engine` has them."""
    held = replace(limits or Limits(), introspection=introspection)
    if tracer is not None:
        return TracedEngine(
            build_schema(), limits=held, mask=masked, instants=instants, kept_as=kept_as, tracer=tracer
        )
    return MeasuredEngine(build_schema(), limits=held, mask=masked, instants=instants, kept_as=kept_as)


@cache
def sdl() -> str:
    """The API, as clients read it."""
    return build_schema().as_str()


@cache
def inner_engine() -> Engine:
    """What runs the service's own operations: nobody is charged for them, and none is counted as asked."""
    return Engine(build_schema(), mask=masked)


__all__ = ["COLUMNS", "Context", "build_engine", "build_schema", "inner_engine", "sdl"]
