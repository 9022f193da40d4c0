"""Access tokens: for programs that act for somebody."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry

from mentorhub.db.tokens import AccessTokenRow
from mentorhub.execution import batch, extend
from mentorhub.resolvers import tokens
from mentorhub.resolvers.desk import Viewer as ViewerRow
from mentorhub.rules.vocabulary import AccessScope
from mentorhub.schema.context import Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.nodes import Node, id_field, id_of, key_of, node_type
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation
from mentorhub.schema.sessions import ERRORS
from mentorhub.schema.viewer import Viewer


@node_type(
    "AccessToken",
    row=AccessTokenRow,
    load=tokens.visible,
    description="A personal access token, for integrations. To its owner alone.",
)
class AccessToken(Node):
    id: strawberry.ID = id_field("AccessToken")
    name: str = strawberry.field(description="What its owner calls it.")
    scopes: list[AccessScope] = strawberry.field(description="What it allows.")
    created_at: datetime = strawberry.field(description="When it was made.")
    last_used_at: datetime | None = strawberry.field(description="To the minute; null before the first time.")
    expires_at: datetime | None = strawberry.field(description="When it ends; null if it never does.")


async def _access_tokens(parents: Sequence[ViewerRow], info: Info) -> list[list[AccessTokenRow]]:
    found = await tokens.of_viewer(info.context.desk)
    return [found for _ in parents]


@extend(Viewer)
class ViewerAccessTokens:
    access_tokens: list[AccessToken] = batch(
        _access_tokens, description="The viewer's access tokens, newest first. FORBIDDEN to access tokens."
    )


@strawberry.input(description="A new access token.")
class CreateAccessTokenInput:
    name: str = strawberry.field(description="What it is for; 1 to 80 characters.")
    scopes: list[AccessScope] = strawberry.field(
        description="What it is to allow; ADMIN is for administrators only."
    )
    expires_at: datetime | None = strawberry.field(
        default=None, description="When it is to end; never if not given."
    )


@strawberry.type(description="The access token that was made.")
class CreateAccessTokenPayload:
    access_token: AccessToken | None = strawberry.field(
        default=None, description="Null where nothing was done."
    )
    secret: str | None = strawberry.field(
        default=None, description="Shown this once. Send it as Authorization: Bearer."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="An access token to revoke.")
class RevokeAccessTokenInput:
    access_token_id: strawberry.ID = strawberry.field(description="An access token's id.")


@strawberry.type(description="The access token that has ended.")
class RevokeAccessTokenPayload:
    revoked_access_token_id: strawberry.ID | None = strawberry.field(
        default=None, description="Its id; null where nothing was done."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@extend(Mutation)
class AccessTokenMutations:
    @mutation("Makes an access token for a program. FORBIDDEN to access tokens.")
    async def create_access_token(
        self,
        info: Info,
        input: Annotated[CreateAccessTokenInput, strawberry.argument(description="The token.")],
    ) -> CreateAccessTokenPayload | None:
        row, secret = await info.context.do(
            tokens.create, name=input.name, allowed=input.scopes, expires_at=input.expires_at
        )
        return CreateAccessTokenPayload(access_token=AccessToken.of(row), secret=secret)

    @mutation("Ends one of the viewer's access tokens. FORBIDDEN to access tokens.")
    async def revoke_access_token(
        self,
        info: Info,
        input: Annotated[RevokeAccessTokenInput, strawberry.argument(description="Which one.")],
    ) -> RevokeAccessTokenPayload | None:
        key = key_of("AccessToken", input.access_token_id)
        key = await info.context.do(tokens.revoke, access_token_id=key)
        return RevokeAccessTokenPayload(revoked_access_token_id=id_of("AccessToken", key))
