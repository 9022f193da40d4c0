"""What administrators do to accounts, and how they find them."""

from typing import Annotated, cast

import strawberry

from mentorhub.execution import extend
from mentorhub.resolvers import people, roles, warnings
from mentorhub.resolvers.paging import Paging
from mentorhub.rules.vocabulary import Role, UserStatus
from mentorhub.schema.administration import Admin
from mentorhub.schema.connections import After, Before, Connection, First, Last
from mentorhub.schema.context import Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.nodes import key_of
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation
from mentorhub.schema.users import User

_ERRORS = "Why nothing was done; empty where it was."
_REASON = "Why; 2,000 characters at most."


@strawberry.input(description="What a list of users is narrowed to; all that is given must hold.")
class UserFilter:
    search: str | None = strawberry.field(
        default=None,
        description=(
            "Words or beginnings of words in name or email address, accents and case ignored; every word must match."
        ),
    )
    roles: list[Role] | None = strawberry.field(default=None, description="With any of these roles.")
    statuses: list[UserStatus] | None = strawberry.field(
        default=None, description="In any of these statuses."
    )


@strawberry.input(description="A warning to give.")
class WarnUserInput:
    user_id: strawberry.ID = strawberry.field(description="Whom to warn.")
    reason: str = strawberry.field(description="What they did; 2,000 characters at most. They read it.")


@strawberry.input(description="An account to close for now.")
class SuspendUserInput:
    user_id: strawberry.ID = strawberry.field(description="Whose.")
    reason: str = strawberry.field(description=_REASON)


@strawberry.input(description="A suspended account to open again.")
class ReinstateUserInput:
    user_id: strawberry.ID = strawberry.field(description="Whose.")


@strawberry.input(description="Another role for a user.")
class SetUserRoleInput:
    user_id: strawberry.ID = strawberry.field(description="Whose; not the viewer's own.")
    role: Role = strawberry.field(description="The role from now on.")


@strawberry.input(description="Whose access to end.")
class RevokeAccessInput:
    user_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whose; everybody's but the viewer's when none is named."
    )


@strawberry.type(description="A user as they are now.")
class UserPayload:
    user: User | None = strawberry.field(default=None, description="The user; null where nothing was done.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=_ERRORS)


@strawberry.type(description="How much access was ended.")
class RevokeAccessPayload:
    revoked_count: int = strawberry.field(
        default=0, description="Sessions and access tokens that hold no more."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=_ERRORS)


@extend(Mutation)
class UserAdministration:
    @mutation("Warns a user. Administrators only.")
    async def warn_user(
        self, info: Info, input: Annotated[WarnUserInput, strawberry.argument(description="Whom, and why.")]
    ) -> UserPayload | None:
        key = key_of("User", input.user_id)
        row = await info.context.do(warnings.warn, user_id=key, reason=input.reason)
        return UserPayload(user=User.of(row))

    @mutation(
        "Closes an account for now: signed out everywhere, future bookings cancelled, its mentor profile hidden. "
        "Administrators only."
    )
    async def suspend_user(
        self,
        info: Info,
        input: Annotated[SuspendUserInput, strawberry.argument(description="Whose, and why.")],
    ) -> UserPayload | None:
        key = key_of("User", input.user_id)
        row = await info.context.do(roles.suspend, user_id=key, reason=input.reason)
        return UserPayload(user=User.of(row))

    @mutation("Opens a suspended account again; what was cancelled stays so. Administrators only.")
    async def reinstate_user(
        self, info: Info, input: Annotated[ReinstateUserInput, strawberry.argument(description="Whose.")]
    ) -> UserPayload | None:
        row = await info.context.do(roles.reinstate, user_id=key_of("User", input.user_id))
        return UserPayload(user=User.of(row))

    @mutation("Superadmins only.")
    async def set_user_role(
        self,
        info: Info,
        input: Annotated[SetUserRoleInput, strawberry.argument(description="Whose, and which.")],
    ) -> UserPayload | None:
        key = key_of("User", input.user_id)
        row = await info.context.do(roles.set_role, user_id=key, role=input.role)
        return UserPayload(user=User.of(row))

    @mutation(
        "Signs a user out everywhere and revokes its tokens; all users but the viewer when none is named (superadmins "
        "only)."
    )
    async def revoke_access(
        self, info: Info, input: Annotated[RevokeAccessInput, strawberry.argument(description="Whose.")]
    ) -> RevokeAccessPayload | None:
        key = None if input.user_id is None else key_of("User", input.user_id)
        count = await info.context.do(roles.revoke_access, user_id=key)
        return RevokeAccessPayload(revoked_count=count)


@extend(Admin)
class Users:
    @strawberry.field(description="All users, the newest first.")
    async def users(
        self,
        info: Info,
        filter: Annotated[
            UserFilter | None, strawberry.argument(description="Only those of which all of this holds.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[User]:
        wanted = filter or UserFilter()
        found = await people.everybody(
            info.context.desk,
            Paging(first, after, last, before),
            search=wanted.search,
            roles=wanted.roles,
            statuses=wanted.statuses,
        )
        return cast("Connection[User]", found)
