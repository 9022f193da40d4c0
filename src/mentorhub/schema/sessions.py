"""Sessions: signing in and out, and the devices that are signed in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Final

import strawberry

from mentorhub.db.sessions import SessionRow
from mentorhub.execution import batch, extend
from mentorhub.resolvers import sessions
from mentorhub.resolvers.desk import Viewer as ViewerRow
from mentorhub.resolvers.sessions import SignedIn
from mentorhub.rules.refusals import BadUserInput
from mentorhub.schema.context import Context, Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.nodes import Node, id_field, id_of, key_of, node_type, shown
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation
from mentorhub.schema.scalars import EmailAddress
from mentorhub.schema.viewer import Viewer

_COOKIE_LIVES: Final = 400 * 24 * 3600
"""Seconds: as long as browsers keep one. When the session ends is ours to say."""

ERRORS = "Why nothing was done; empty where it was."
USE_COOKIE = "Keep the session in an HttpOnly cookie; token is then null."


def _is_current(parents: Sequence[SessionRow], info: Info) -> list[bool]:
    viewer = info.context.desk.viewer
    return [viewer is not None and viewer.session_id == row.id for row in parents]


@node_type(
    "Session", row=SessionRow, load=sessions.visible, description="A signed-in device. To its owner alone."
)
class Session(Node):
    id: strawberry.ID = id_field("Session")
    created_at: datetime = strawberry.field(description="When it was signed in.")
    last_used_at: datetime = strawberry.field(description="When it asked for something last, to the minute.")
    expires_at: datetime = strawberry.field(description="When it ends unless it is used before.")
    user_agent: str | None = strawberry.field(description="The program, as it names itself.")
    ip_address: str | None = strawberry.field(description="From where it was signed in.")
    is_current: bool = batch(_is_current, description="Whether it is the one that asks.")


async def _sessions(parents: Sequence[ViewerRow], info: Info) -> list[list[SessionRow]]:
    found = await sessions.of_viewer(info.context.desk)
    return [found for _ in parents]


@extend(Viewer)
class ViewerSessions:
    sessions: list[Session] = batch(
        _sessions,
        description="The viewer's signed-in devices, the last used first. FORBIDDEN to access tokens.",
    )


@strawberry.type(description="A session that has just begun.")
class SessionPayload:
    viewer: Viewer | None = strawberry.field(default=None, description="Who is signed in now.")
    token: str | None = strawberry.field(default=None, description="Send it as Authorization: Bearer.")
    session: Session | None = strawberry.field(default=None, description="The session, as its owner sees it.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


def check_cookie(context: Context, *, use_cookie: bool | None) -> None:
    """Raises BadUserInput where a cookie is asked for and cannot be given."""
    if use_cookie and not context.takes_cookies:
        raise BadUserInput("A cookie can be set over HTTP only, not over a socket.")


def begun(context: Context, signed_in: SignedIn, *, use_cookie: bool | None) -> SessionPayload:
    """What is answered to whoever has signed in; the rest of their operation is theirs."""
    context.desk = replace(context.desk, viewer=signed_in.viewer)
    context.identity = None
    if use_cookie:
        context.cookies.append(_cookie(context, signed_in.token, lives=_COOKIE_LIVES))
    return SessionPayload(
        viewer=shown(signed_in.viewer),
        token=None if use_cookie else signed_in.token,
        session=Session.of(signed_in.session),
    )


def ended(context: Context) -> None:
    """The viewer is signed out: so is the rest of their operation, and their browser."""
    context.desk = replace(context.desk, viewer=None)
    context.identity = None
    _take_back(context)


def _take_back(context: Context) -> None:
    if context.takes_cookies:
        context.cookies.append(_cookie(context, "", lives=0))


def _cookie(context: Context, token: str, *, lives: int) -> str:
    name = Context.cookie_name(is_secure=context.is_secure)
    secure = "; Secure" if context.is_secure else ""
    return f"{name}={token}; Path=/; Max-Age={lives}; HttpOnly; SameSite=Lax{secure}"


@strawberry.input(description="An address and its password.")
class SignInInput:
    email: EmailAddress = strawberry.field(description="The account's address.")
    password: str = strawberry.field(description="The account's password.")
    use_cookie: bool | None = strawberry.field(default=False, description=USE_COOKIE)


@strawberry.type(description="Whether the session has ended.")
class SignOutPayload:
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="A session to end.")
class RevokeSessionInput:
    session_id: strawberry.ID = strawberry.field(description="A session's id.")


@strawberry.type(description="The session that has ended.")
class RevokeSessionPayload:
    revoked_session_id: strawberry.ID | None = strawberry.field(
        default=None, description="Its id; null where nothing was done."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="How many sessions have ended.")
class RevokeOtherSessionsPayload:
    revoked_count: int = strawberry.field(default=0, description="How many there were beside this one.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@extend(Mutation)
class SessionMutations:
    @mutation(
        "Signs in. After five failures in a quarter of an hour for one account from one address: RATE_LIMITED. "
        "SUSPENDED is told only after the right password."
    )
    async def sign_in(
        self,
        info: Info,
        input: Annotated[SignInInput, strawberry.argument(description="Who signs in.")],
    ) -> SessionPayload | None:
        context = info.context
        check_cookie(context, use_cookie=input.use_cookie)
        signed_in = await sessions.sign_in(context.desk, email=input.email, password=input.password)
        return begun(context, signed_in, use_cookie=input.use_cookie)

    @mutation("Ends the session that asks, and takes its cookie back.")
    async def sign_out(self, info: Info) -> SignOutPayload | None:
        context = info.context
        if context.desk.viewer is None:
            # A browser may have kept the cookie of a session that has ended.
            _take_back(context)
        await context.do(sessions.sign_out)
        ended(context)
        return SignOutPayload()

    @mutation("Ends one of the viewer's sessions.")
    async def revoke_session(
        self,
        info: Info,
        input: Annotated[RevokeSessionInput, strawberry.argument(description="Which one.")],
    ) -> RevokeSessionPayload | None:
        key = key_of("Session", input.session_id)
        key = await info.context.do(sessions.revoke, session_id=key)
        return RevokeSessionPayload(revoked_session_id=id_of("Session", key))

    @mutation("Ends the viewer's sessions but the one that asks.")
    async def revoke_other_sessions(self, info: Info) -> RevokeOtherSessionsPayload | None:
        return RevokeOtherSessionsPayload(revoked_count=await info.context.do(sessions.revoke_others))
