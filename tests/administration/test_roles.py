"""Who may do what: every mutation and every field for administrators, for everybody who may ask."""

from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache
from itertools import combinations
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_leaf_type,
)

from mentorhub.db.keys import new_key
from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.vocabulary import AccessScope, Role
from mentorhub.schema import build_schema as build
from tests import given
from tests.api import Api


class Level(IntEnum):
    ANYBODY = 0
    SIGNED_IN = 1
    ADMIN = 2
    SUPERADMIN = 3


@dataclass(frozen=True)
class Needs:
    level: Level
    in_person: bool = False
    """Whether access tokens are refused."""
    own_profile: bool = False
    """Whether it is FORBIDDEN for those without a mentor profile."""
    reading: bool = False
    """Whether a token must be for reading too: what it makes goes on telling."""


ANYBODY, SIGNED_IN = Needs(Level.ANYBODY), Needs(Level.SIGNED_IN)
ADMIN, SUPERADMIN = Needs(Level.ADMIN), Needs(Level.SUPERADMIN)
PRIVATE, MENTOR = Needs(Level.SIGNED_IN, in_person=True), Needs(Level.SIGNED_IN, own_profile=True)

MUTATIONS = {
    "signUp": ANYBODY, "verifyEmail": ANYBODY, "resendVerification": ANYBODY, "signIn": ANYBODY,
    "requestPasswordReset": ANYBODY, "resetPassword": ANYBODY,
    "signOut": PRIVATE, "changePassword": PRIVATE, "changeEmail": PRIVATE, "deleteAccount": PRIVATE,
    "revokeSession": PRIVATE, "revokeOtherSessions": PRIVATE, "createAccessToken": PRIVATE,
    "revokeAccessToken": PRIVATE,
    "updateAccount": SIGNED_IN, "uploadPhoto": SIGNED_IN, "removePhoto": SIGNED_IN, "applyAsMentor": SIGNED_IN,
    "updateMentorProfile": MENTOR, "setAcceptingRequests": MENTOR, "updateBookingRules": MENTOR,
    "addWeeklyAvailability": MENTOR, "addDateAvailability": MENTOR, "removeAvailability": MENTOR,
    "addTimeOff": MENTOR, "removeTimeOff": MENTOR,
    "requestBooking": SIGNED_IN, "confirmBooking": SIGNED_IN, "declineBooking": SIGNED_IN,
    "cancelBooking": SIGNED_IN, "rescheduleBooking": SIGNED_IN, "setMeetingUrl": SIGNED_IN,
    "completeBooking": SIGNED_IN, "setMentorNotes": SIGNED_IN, "leaveFeedback": SIGNED_IN,
    "replyToFeedback": SIGNED_IN, "reportBooking": SIGNED_IN,
    "markNotificationsRead": SIGNED_IN, "setNotificationPreference": SIGNED_IN, "resetCalendarUrl": PRIVATE,
    "submitSupportTicket": SIGNED_IN, "replyToSupportTicket": SIGNED_IN,
    "createWebhook": Needs(Level.SIGNED_IN, reading=True), "deleteWebhook": SIGNED_IN, "redeliverWebhook": SIGNED_IN,
    "rotateWebhookSecret": SIGNED_IN, "resumeWebhook": SIGNED_IN,
    "approveMentor": ADMIN, "approveMentors": ADMIN, "rejectMentor": ADMIN, "deactivateMentor": ADMIN,
    "reactivateMentor": ADMIN, "createExpertise": ADMIN, "renameExpertise": ADMIN, "exportBookings": ADMIN,
    "warnUser": ADMIN, "suspendUser": ADMIN, "reinstateUser": ADMIN, "hideFeedback": ADMIN,
    "restoreFeedback": ADMIN, "openIncident": ADMIN, "addIncidentNote": ADMIN, "setIncidentStatus": ADMIN,
    "closeSupportTicket": ADMIN, "postAnnouncement": ADMIN, "endAnnouncement": ADMIN, "saveFaqEntry": ADMIN,
    "deleteFaqEntry": ADMIN,
    "setUserRole": Needs(Level.SUPERADMIN, in_person=True),
    # Without a user it concerns all.
    "revokeAccess": Needs(Level.SUPERADMIN, in_person=True),
}  # fmt: skip

READ, WRITE, ADMINISTER = AccessScope.READ, AccessScope.WRITE, AccessScope.ADMIN
ROLES = {
    "anonymous": None,
    "member": Role.MEMBER,
    "mentor": Role.MEMBER,
    "admin": Role.ADMIN,
    "superadmin": Role.SUPERADMIN,
}
TOKENS = {
    " ".join(sorted(scopes)): frozenset(scopes)
    for number in (1, 2, 3)
    for scopes in combinations((READ, WRITE, ADMINISTER), number)
}
LEVELS = {
    None: Level.ANYBODY,
    Role.MEMBER: Level.SIGNED_IN,
    Role.ADMIN: Level.ADMIN,
    Role.SUPERADMIN: Level.SUPERADMIN,
}


@cache
def schema() -> GraphQLSchema:
    return build_schema(build().as_str())


def some(type_: GraphQLInputType) -> Any:
    """Something that *type_* takes, and that names nothing."""
    if isinstance(type_, GraphQLNonNull):
        return some(type_.of_type)
    if isinstance(type_, GraphQLList):
        return []
    if isinstance(type_, GraphQLInputObjectType):
        required = {
            name: field for name, field in type_.fields.items() if isinstance(field.type, GraphQLNonNull)
        }
        return {name: some(field.type) for name, field in required.items()}
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    plain = {
        "Int": 1, "Boolean": True, "Date": "2026-05-01", "DateTime": "2026-05-01T09:00:00Z", "LocalTime": "09:00",
        "TimeZone": "UTC", "URL": "https://example.com/x", "EmailAddress": "nobody@example.com", "Float": 1.0,
    }  # fmt: skip
    return plain.get(type_.name, "x")


@dataclass(frozen=True)
class Asking:
    """How a field is asked for: the variables' declaration, the selection, and the variables."""

    declaration: str
    selection: str
    variables: dict[str, Any]


def asking(name: str, field: GraphQLField) -> Asking:
    required = {each: arg for each, arg in field.args.items() if isinstance(arg.type, GraphQLNonNull)}
    declared = ", ".join(f"${each}: {arg.type}" for each, arg in required.items())
    passed = ", ".join(f"{each}: ${each}" for each in required)
    selected = "" if is_leaf_type(get_named_type(field.type)) else "{ __typename }"
    return Asking(
        f"({declared})" if declared else "",
        f"{name}{f'({passed})' if passed else ''} {selected}",
        {each: some(arg.type) for each, arg in required.items()},
    )


def mutations() -> dict[str, GraphQLField]:
    root = schema().mutation_type
    assert root is not None
    return dict(root.fields)


def test_the_matrix_knows_every_mutation() -> None:
    assert set(mutations()) <= set(MUTATIONS)


async def people(api: Api) -> dict[str, Viewer | None]:
    found: dict[str, Viewer | None] = {"anonymous": None, "mentor": await given.mentor(api)}
    for name, role in ROLES.items():
        if role is not None and name != "mentor":
            found[name] = await given.user(api, role=role)
    return found


def by_token(viewer: Viewer, scopes: frozenset[AccessScope]) -> Viewer:
    return replace(viewer, session_id=None, token_id=new_key(), scopes=scopes)


def refusals(codes: list[str]) -> list[str]:
    return [code for code in codes if code in {"UNAUTHENTICATED", "FORBIDDEN"}]


async def test_mutations_are_for_those_who_may(api: Api) -> None:
    everybody = await people(api)
    wrong = []
    for name, field in mutations().items():
        if name in {"uploadPhoto", "deleteAccount", "signOut"}:
            continue
        ask = asking(name, field)
        for who, viewer in everybody.items():
            needs = MUTATIONS[name]
            expected = expected_of(needs, ROLES[who], has_profile=who == "mentor")
            answer = await api.ask(
                f"mutation {ask.declaration} {{ {ask.selection} }}", viewer, **ask.variables
            )
            if refusals(answer.codes) != expected:
                wrong.append((name, who, answer.codes, expected))

    assert wrong == []


def expected_of(needs: Needs, role: Role | None, *, has_profile: bool) -> list[str]:
    if LEVELS[role] < needs.level:
        return ["UNAUTHENTICATED" if role is None else "FORBIDDEN"]
    return ["FORBIDDEN"] if needs.own_profile and not has_profile else []


@pytest.mark.parametrize("scopes", TOKENS)
async def test_mutations_need_tokens_for_them(api: Api, scopes: str) -> None:
    owner = await given.user(api, role=Role.SUPERADMIN)
    viewer = by_token(owner, TOKENS[scopes])
    wrong = []
    for name, field in mutations().items():
        if name == "uploadPhoto":
            continue
        needs = MUTATIONS[name]
        ask = asking(name, field)
        answer = await api.ask(f"mutation {ask.declaration} {{ {ask.selection} }}", viewer, **ask.variables)
        wanted = {WRITE, ADMINISTER} if needs.level >= Level.ADMIN else {WRITE}
        if needs.reading:
            wanted.add(READ)
        may = wanted <= TOKENS[scopes] and not needs.in_person and not needs.own_profile
        if refusals(answer.codes) != ([] if may else ["FORBIDDEN"]):
            wrong.append((name, answer.codes))

    assert wrong == []


async def test_every_field_for_administrators_is_for_them_alone(api: Api) -> None:
    everybody = await people(api)
    admin = schema().get_type("Admin")
    assert isinstance(admin, GraphQLObjectType)
    root = everybody["admin"]
    assert root is not None
    viewers = {**everybody, **{name: by_token(root, scopes) for name, scopes in TOKENS.items()}}
    may = {
        "admin",
        "superadmin",
        *(name for name, scopes in TOKENS.items() if {READ, ADMINISTER} <= scopes),
    }
    wrong = []
    for name, field in admin.fields.items():
        ask = asking(name, field)
        text = f"query {ask.declaration} {{ admin {{ {ask.selection} }} }}"
        for who, viewer in viewers.items():
            answer = await api.ask(text, viewer, **ask.variables)
            expected = [] if who in may else ["UNAUTHENTICATED" if viewer is None else "FORBIDDEN"]
            if refusals(answer.codes) != expected:
                wrong.append((name, who, answer.codes, expected))

    assert wrong == []


async def test_nobody_gives_themselves_a_role(api: Api) -> None:
    above = await given.user(api, role=Role.SUPERADMIN)
    await given.user(api, role=Role.SUPERADMIN)
    text = "mutation ($input: SetUserRoleInput!) { setUserRole(input: $input) { userErrors { code } } }"

    for role in Role:
        given_role = {"userId": f"user_{above.user_id}", "role": role.value}
        assert await api.refused(text, above, input=given_role) == ["FORBIDDEN"]
