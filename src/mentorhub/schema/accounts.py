"""Accounts: signing up, proving an address, and what owners change of theirs."""

from typing import Annotated

import strawberry

from mentorhub.execution import extend
from mentorhub.resolvers import accounts, deletion
from mentorhub.resolvers.desk import Viewer as ViewerRow
from mentorhub.schema.context import Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.nodes import id_of, shown
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation
from mentorhub.schema.scalars import EmailAddress, TimeZone
from mentorhub.schema.sessions import ERRORS, USE_COOKIE, SessionPayload, begun, check_cookie, ended
from mentorhub.schema.viewer import Viewer

_CHOSEN = (
    "10 to 128 characters, none of the commonest, "
    "and without the name part of the address if that has four or more."
)
_SENT_TO = "The address written to, whether or not it has an account; null where nothing was done."
_PROOF = "The account's password as it is."


def _is_verified(root: ViewerRow) -> bool:
    return root.is_verified


@extend(Viewer)
class ViewerAccount:
    email_verified: bool = strawberry.field(
        resolver=_is_verified,
        description="Whether the address is verified; until then booking, applying and feedback are closed.",
    )


@strawberry.input(description="A new account.")
class SignUpInput:
    name: str = strawberry.field(description="What others call them; 1 to 80 characters.")
    email: EmailAddress = strawberry.field(description="Where they are written to, and sign in with.")
    password: str = strawberry.field(description=_CHOSEN)
    timezone: TimeZone | None = strawberry.field(default=None, description="Whose clock mails go by.")
    region: str | None = strawberry.field(
        default=None, description="The country they are in, ISO 3166-1 alpha-2."
    )


@strawberry.type(description="Where the verification mail went.")
class SignUpPayload:
    sent_to: EmailAddress | None = strawberry.field(default=None, description=_SENT_TO)
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="An address to verify.")
class ResendVerificationInput:
    email: EmailAddress = strawberry.field(description="The account's address.")


@strawberry.type(description="Where the verification mail went.")
class ResendVerificationPayload:
    sent_to: EmailAddress | None = strawberry.field(default=None, description=_SENT_TO)
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="The token of a verification mail.")
class VerifyEmailInput:
    token: str = strawberry.field(description="From the mail's link; good once, for 24 hours.")
    use_cookie: bool | None = strawberry.field(default=False, description=USE_COOKIE)


@strawberry.input(description="Whose password was forgotten.")
class RequestPasswordResetInput:
    email: EmailAddress = strawberry.field(description="The account's address.")


@strawberry.type(description="Where the mail went.")
class RequestPasswordResetPayload:
    sent_to: EmailAddress | None = strawberry.field(default=None, description=_SENT_TO)
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="A new password, by the token of a mail.")
class ResetPasswordInput:
    token: str = strawberry.field(description="From the mail's link; good once, for an hour.")
    new_password: str = strawberry.field(description=_CHOSEN)
    use_cookie: bool | None = strawberry.field(default=False, description=USE_COOKIE)


@strawberry.input(description="A new password in the place of the present one.")
class ChangePasswordInput:
    current_password: str = strawberry.field(description=_PROOF)
    new_password: str = strawberry.field(description=_CHOSEN)


@strawberry.type(description="The viewer, whose other sessions have ended.")
class ChangePasswordPayload:
    viewer: Viewer | None = strawberry.field(default=None, description="Null where nothing was done.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="A new address in the place of the present one.")
class ChangeEmailInput:
    current_password: str = strawberry.field(description=_PROOF)
    new_email: EmailAddress = strawberry.field(
        description="It is the account's once the token sent to it comes back by verifyEmail."
    )


@strawberry.type(description="Where the verification mail went.")
class ChangeEmailPayload:
    sent_to: EmailAddress | None = strawberry.field(default=None, description=_SENT_TO)
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="What is left out stays as it is; an explicit null clears timezone and region.")
class UpdateAccountInput:
    name: str | None = strawberry.field(default=strawberry.UNSET, description="1 to 80 characters.")
    timezone: TimeZone | None = strawberry.field(
        default=strawberry.UNSET, description="Whose clock mails go by."
    )
    region: str | None = strawberry.field(
        default=strawberry.UNSET, description="The country they are in, ISO 3166-1 alpha-2."
    )


@strawberry.type(description="The viewer as changed.")
class UpdateAccountPayload:
    viewer: Viewer | None = strawberry.field(default=None, description="Null where nothing was done.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="The proof that it is the owner who asks.")
class DeleteAccountInput:
    current_password: str = strawberry.field(description=_PROOF)


@strawberry.type(description="The account that is gone.")
class DeleteAccountPayload:
    deleted_user_id: strawberry.ID | None = strawberry.field(
        default=None, description="The user's id; null where nothing was done."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@extend(Mutation)
class AccountMutations:
    @mutation("Sends a verification mail. Answers alike whether or not the address has an account.")
    async def sign_up(
        self,
        info: Info,
        input: Annotated[SignUpInput, strawberry.argument(description="The account.")],
    ) -> SignUpPayload | None:
        sent_to = await accounts.sign_up(
            info.context.desk,
            name=input.name,
            email=input.email,
            password=input.password,
            timezone=input.timezone,
            region=input.region,
        )
        return SignUpPayload(sent_to=EmailAddress(sent_to))

    @mutation("Verifies an address by the token sent to it, or makes a new one the account's; signs in.")
    async def verify_email(
        self,
        info: Info,
        input: Annotated[VerifyEmailInput, strawberry.argument(description="The token.")],
    ) -> SessionPayload | None:
        check_cookie(info.context, use_cookie=input.use_cookie)
        signed_in = await accounts.verify_email(info.context.desk, token=input.token)
        return begun(info.context, signed_in, use_cookie=input.use_cookie)

    @mutation("Sends the verification mail again. Answers alike whether or not the address has an account.")
    async def resend_verification(
        self,
        info: Info,
        input: Annotated[ResendVerificationInput, strawberry.argument(description="The address.")],
    ) -> ResendVerificationPayload | None:
        sent_to = await accounts.resend_verification(info.context.desk, email=input.email)
        return ResendVerificationPayload(sent_to=EmailAddress(sent_to))

    @mutation("Answers alike whether or not the address has an account.")
    async def request_password_reset(
        self,
        info: Info,
        input: Annotated[RequestPasswordResetInput, strawberry.argument(description="The address.")],
    ) -> RequestPasswordResetPayload | None:
        sent_to = await accounts.request_reset(info.context.desk, email=input.email)
        return RequestPasswordResetPayload(sent_to=EmailAddress(sent_to))

    @mutation("Sets a new password by the token of a mail, ends every session, and signs in.")
    async def reset_password(
        self,
        info: Info,
        input: Annotated[ResetPasswordInput, strawberry.argument(description="Token and password.")],
    ) -> SessionPayload | None:
        check_cookie(info.context, use_cookie=input.use_cookie)
        signed_in = await accounts.reset_password(
            info.context.desk, token=input.token, new_password=input.new_password
        )
        return begun(info.context, signed_in, use_cookie=input.use_cookie)

    @mutation("Sets a new password and ends the viewer's other sessions.")
    async def change_password(
        self,
        info: Info,
        input: Annotated[ChangePasswordInput, strawberry.argument(description="Old and new.")],
    ) -> ChangePasswordPayload | None:
        viewer = await accounts.change_password(
            info.context.desk, current_password=input.current_password, new_password=input.new_password
        )
        return ChangePasswordPayload(viewer=shown(viewer))

    @mutation("Sends a token to a new address, which becomes the account's by verifyEmail.")
    async def change_email(
        self,
        info: Info,
        input: Annotated[ChangeEmailInput, strawberry.argument(description="Proof and address.")],
    ) -> ChangeEmailPayload | None:
        sent_to = await accounts.change_email(
            info.context.desk, current_password=input.current_password, new_email=input.new_email
        )
        return ChangeEmailPayload(sent_to=EmailAddress(sent_to))

    @mutation("Changes the viewer's name, time zone or region.")
    async def update_account(
        self,
        info: Info,
        input: Annotated[UpdateAccountInput, strawberry.argument(description="What changes.")],
    ) -> UpdateAccountPayload | None:
        said = {"name": input.name, "timezone": input.timezone, "region": input.region}
        given = {name: value for name, value in said.items() if value is not strawberry.UNSET}
        return UpdateAccountPayload(viewer=shown(await info.context.do(accounts.update, given=given)))

    @mutation("Cancels what is booked, anonymises what others keep, and signs out everywhere.")
    async def delete_account(
        self,
        info: Info,
        input: Annotated[DeleteAccountInput, strawberry.argument(description="The proof.")],
    ) -> DeleteAccountPayload | None:
        key = await deletion.delete(info.context.desk, current_password=input.current_password)
        ended(info.context)
        return DeleteAccountPayload(deleted_user_id=id_of("User", key))
