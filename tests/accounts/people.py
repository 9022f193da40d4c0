"""People at the API, with what they show of themselves: tokens, cookies, an address, a device."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mentorhub.db.keys import new_key
from mentorhub.db.tables.accounts import sessions, users
from mentorhub.execution import Rejected
from mentorhub.rules.instants import NEVER
from mentorhub.rules.keys import Key
from mentorhub.rules.secrets import hashed, new_secret
from mentorhub.rules.vocabulary import Role, UserStatus
from mentorhub.schema.nodes import id_of
from mentorhub.web.approach import Approach, Refused, Transport
from tests import rows
from tests.api import WEAK_HASHES, Answer, Api

PASSWORD = "a long walk in the rain"
PASSWORD_HASH = WEAK_HASHES.hash(PASSWORD)
_number = count(1)

ERRORS = "userErrors { __typename code message field ... on ThrottleError { retryAfterSeconds } }"
SESSION = f"viewer {{ user {{ id name email }} emailVerified }} token session {{ id }} {ERRORS}"
SIGN_UP = f"mutation ($input: SignUpInput!) {{ signUp(input: $input) {{ sentTo {ERRORS} }} }}"
VERIFY = f"mutation ($input: VerifyEmailInput!) {{ verifyEmail(input: $input) {{ {SESSION} }} }}"
RESEND = f"mutation ($input: ResendVerificationInput!) {{ resendVerification(input: $input) {{ sentTo {ERRORS} }} }}"
SIGN_IN = f"mutation ($input: SignInInput!) {{ signIn(input: $input) {{ {SESSION} }} }}"
SIGN_OUT = f"mutation {{ signOut {{ {ERRORS} }} }}"
REQUEST_RESET = (
    "mutation ($input: RequestPasswordResetInput!) "
    f"{{ requestPasswordReset(input: $input) {{ sentTo {ERRORS} }} }}"
)
RESET = f"mutation ($input: ResetPasswordInput!) {{ resetPassword(input: $input) {{ {SESSION} }} }}"
CHANGE_PASSWORD = (
    "mutation ($input: ChangePasswordInput!) "
    f"{{ changePassword(input: $input) {{ viewer {{ user {{ id }} }} {ERRORS} }} }}"
)
CHANGE_EMAIL = f"mutation ($input: ChangeEmailInput!) {{ changeEmail(input: $input) {{ sentTo {ERRORS} }} }}"
UPDATE = (
    "mutation ($input: UpdateAccountInput!) { updateAccount(input: $input) "
    f"{{ viewer {{ user {{ name timezone region }} }} {ERRORS} }} }}"
)
DELETE = (
    f"mutation ($input: DeleteAccountInput!) {{ deleteAccount(input: $input) {{ deletedUserId {ERRORS} }} }}"
)
CREATE_TOKEN = (
    "mutation ($input: CreateAccessTokenInput!) { createAccessToken(input: $input) "
    f"{{ secret accessToken {{ id name scopes createdAt lastUsedAt expiresAt }} {ERRORS} }} }}"
)
REVOKE_TOKEN = (
    "mutation ($input: RevokeAccessTokenInput!) "
    f"{{ revokeAccessToken(input: $input) {{ revokedAccessTokenId {ERRORS} }} }}"
)
REVOKE_SESSION = (
    "mutation ($input: RevokeSessionInput!) "
    f"{{ revokeSession(input: $input) {{ revokedSessionId {ERRORS} }} }}"
)
REVOKE_OTHERS = f"mutation {{ revokeOtherSessions {{ revokedCount {ERRORS} }} }}"
WHO = "{ viewer { user { name email } emailVerified } }"


@dataclass
class Visitor:
    """Whoever comes to the house, authenticated as over any transport; only the wire is left out."""

    api: Api
    token: str | None = None
    cookie: str | None = None
    address: str = "192.0.2.1"
    user_agent: str | None = "Tests/1.0"
    transport: Transport = "http"
    user_id: Key = field(default_factory=new_key)
    email: str = ""
    cookies: list[str] = field(default_factory=list)
    """The Set-Cookie lines of the last answer."""

    @property
    def id(self) -> str:
        return id_of("User", self.user_id)

    def at(self, **how: Any) -> "Visitor":
        """The same one, from somewhere else or with something else."""
        return replace(self, cookies=[], **how)

    @property
    def stranger(self) -> "Visitor":
        """Somebody at the same place who shows nothing."""
        return self.at(token=None, cookie=None)

    async def ask(self, text: str, **variables: Any) -> Answer:
        approach = Approach(
            transport=self.transport,
            request_id="tests",
            authorization=f"Bearer {self.token}" if self.token else None,
            session=self.cookie,
            address=self.address,
            user_agent=self.user_agent,
        )
        try:
            context = await self.api.house.context(approach)
            prepared = self.api.engine.prepare(text, None)
            result = await self.api.engine.execute(prepared, variables, context)
        except Refused as refused:
            return Answer(None, [refused.formatted])
        except Rejected as rejected:
            return Answer(None, [dict(error.formatted) for error in rejected.errors])
        self.cookies = context.cookies
        return Answer(result.data, [dict(error.formatted) for error in result.errors or ()])

    async def payload(self, mutation: str, **input: Any) -> Mapping[str, Any]:
        """What a mutation answers, whatever it is."""
        answer = await self.ask(mutation, **({"input": input} if "$input" in mutation else {}))
        assert not answer.errors, answer.errors
        [payload] = answer.data.values()
        return payload  # type: ignore[no-any-return]  # a payload

    async def do(self, mutation: str, **input: Any) -> Mapping[str, Any]:
        """What a mutation answers, which must not refuse."""
        payload = await self.payload(mutation, **input)
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload

    async def refused(self, mutation: str, **input: Any) -> list[tuple[str, list[str] | None]]:
        """The codes and fields with which a mutation refuses; the codes alone where it is at the top."""
        answer = await self.ask(mutation, **({"input": input} if "$input" in mutation else {}))
        if answer.errors:
            return [(code, None) for code in answer.codes]
        [payload] = answer.data.values()
        assert all(value in (None, 0) for name, value in payload.items() if name != "userErrors"), payload
        return [(error["code"], error["field"]) for error in payload["userErrors"]]

    async def is_signed_in(self) -> bool:
        answer = await self.ask("{ viewer { user { id } } }")
        return not answer.errors and answer.data["viewer"] is not None


async def person(
    api: Api,
    *,
    name: str = "Noor Adeyemi",
    email: str | None = None,
    role: Role = Role.MEMBER,
    verified: bool = True,
    **values: Any,
) -> Visitor:
    """Somebody with an account and `PASSWORD`, signed in; *values* are other columns."""
    email = email or f"person{next(_number)}@example.com"
    now = api.clock.now()
    [key] = await rows.add(
        api.house.doors.database,
        users,
        {
            "name": name,
            "email": email,
            "password_hash": PASSWORD_HASH,
            "email_verified_at": now if verified else None,
            "role": role,
            "status": UserStatus.ACTIVE,
            "joined_at": now,
        }
        | values,
    )
    return Visitor(api, user_id=key, email=email, token=await session(api, key))


async def session(api: Api, user_id: Key) -> str:
    """The token of one more session of a user, which ends by itself never."""
    token, now = new_secret(), api.clock.now()
    row = {"user_id": user_id, "token_hash": hashed(token), "created_at": now, "last_used_at": now}
    await rows.add(api.house.doors.database, sessions, row | {"expires_at": NEVER})
    return token


@dataclass
class Letter:
    """A mail that has gone out."""

    mail: EmailMessage

    @property
    def to(self) -> str:
        return str(self.mail["To"])

    @property
    def subject(self) -> str:
        return str(self.mail["Subject"])

    def _part(self, subtype: str) -> str:
        part = self.mail.get_body((subtype,))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    @property
    def links(self) -> list[str]:
        return [word for word in self.text.split() if word.startswith("http")]

    @property
    def tokens(self) -> list[str]:
        return [parse_qs(urlsplit(link).query)["token"][0] for link in self.links]

    @property
    def token(self) -> str:
        [token] = self.tokens
        return token


class Mailbox:
    """What has gone out since it was last emptied."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._folder = Path(api.house.settings.mail_url.removeprefix("file:"))
        self._read = 0

    async def empty(self) -> list[Letter]:
        """Has everything that is due sent, and gives what is new, by recipient and subject."""
        await self._api.run_jobs()
        paths = sorted(self._folder.glob("*.eml")) if self._folder.exists() else []
        new, self._read = paths[self._read :], len(paths)
        letters = [_read(path) for path in new]
        return sorted(letters, key=lambda letter: (letter.to, letter.subject))

    async def only(self) -> Letter:
        [letter] = await self.empty()
        return letter


def _read(path: Path) -> Letter:
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return Letter(mail)
