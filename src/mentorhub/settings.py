"""The settings: one frozen object, read from the environment and `.env`; every outside thing is a URL."""

import os
import re
import secrets
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import getaddresses
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Switch = Literal["on", "off"]

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_URLS = ("database_url", "mail_url", "media_url", "redis_url", "public_url", "client_url", "traces_url")
_BUCKET = re.compile(r"[\w.-]+", re.ASCII)


class SettingsInvalid(Exception):  # noqa: N818 -- an answer to the operator
    """A setting cannot be used; the message is one sentence that names it."""


class Settings(BaseSettings):
    """What an operator can set; each name in the environment starts with MENTORHUB_."""

    model_config = SettingsConfigDict(
        env_prefix="MENTORHUB_", env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    database_url: str = "sqlite:///var/mentorhub.db"
    mail_url: str = "file:var/mail"
    media_url: str = "file:var/media"
    redis_url: str | None = None
    public_url: str = "http://127.0.0.1:8000"
    client_url: str | None = None
    """Where mails point; the public URL unless set."""
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Browsers' origins other than the public URL's, separated by commas or white space."""
    secret: SecretStr | None = None
    explorer: Switch | None = None
    introspection: Switch = "on"
    rate_limits: Switch = "on"
    rate_points: int = Field(default=5_000, ge=100, le=10_000_000)
    """What each may ask for at once; see README.md."""
    rate_restored: int = Field(default=100, ge=1, le=1_000_000)
    """Points that come back each second."""
    sandbox: Switch = "off"
    webhook_allow: Annotated[tuple[str, ...], NoDecode] = ()
    """In the sandbox: networks beside the public's that webhooks may be sent into, over http too."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    traces_url: str | None = None
    """Where an OpenTelemetry collector takes traces, by OTLP over HTTP: `http://127.0.0.1:4318/v1/traces`."""
    metrics_token: SecretStr | None = None
    """What Prometheus shows as a bearer at /metrics; without it only this machine may read there."""
    jobs: Switch = "on"
    mail_from: str = "MentorHub <support@mentorhub.com>"
    session_days: int = Field(default=30, ge=1, le=365)
    response_hours: int = Field(default=48, ge=1, le=336)
    pending_per_mentor: int = Field(default=3, ge=1, le=100)
    pending_in_all: int = Field(default=10, ge=1, le=1000)
    session_minutes: int | None = Field(default=None, ge=15, le=240)
    """What a new mentor's session length is."""
    fact_days: int = Field(default=30, ge=1, le=3650)

    @field_validator("allowed_origins", "webhook_allow", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("webhook_allow")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(str(ip_network(network)) for network in value)
        except ValueError:
            msg = "must be networks, such as 127.0.0.0/8"
            raise ValueError(msg) from None

    @field_validator(*_URLS)
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        try:
            _ports(value or "")
        except ValueError:
            msg = "has a host or port that cannot be read; a port is a number up to 65535"
            raise ValueError(msg) from None
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value.startswith("sqlite:///") and len(value) > len("sqlite:///"):
            return value
        if value.startswith(("postgresql://", "postgres://")):
            return value
        msg = "must start with sqlite:/// or postgresql://"
        raise ValueError(msg)

    @field_validator("mail_url")
    @classmethod
    def _mail(cls, value: str) -> str:
        if not value.startswith(("file:", "console:", "smtp://", "smtps://")):
            msg = "must start with file:, console:, smtp:// or smtps://"
            raise ValueError(msg)
        if value.startswith("smtp") and not urlsplit(value).hostname:
            msg = "must name a host, such as smtp://mail.example.com:587"
            raise ValueError(msg)
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        if _is_one_address(value):
            return value
        msg = "must be one address in ASCII, such as MentorHub <support@example.com>; a name with a comma needs quotes"
        raise ValueError(msg)

    @field_validator("media_url")
    @classmethod
    def _media(cls, value: str) -> str:
        if not value.startswith(("file:", "s3://")):
            msg = "must start with file: or s3://"
            raise ValueError(msg)
        if value.startswith("s3:") and not _BUCKET.fullmatch(urlsplit(value).hostname or ""):
            msg = "must name a bucket, such as s3://bucket/prefix"
            raise ValueError(msg)
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str | None) -> str | None:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            msg = "must start with redis://, rediss:// or unix://"
            raise ValueError(msg)
        return value or None

    @field_validator("traces_url")
    @classmethod
    def _traces(cls, value: str | None) -> str | None:
        if value and find_spec("opentelemetry") is None:
            msg = "needs the extra for it; run: pip install 'mentorhub[tracing]'"
            raise ValueError(msg)
        return value or None

    @field_validator("public_url", "client_url", "traces_url")
    @classmethod
    def _absolute(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            msg = "must be an absolute http(s) URL"
            raise ValueError(msg)
        return value.rstrip("/")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.sandbox == "on" and not self.is_loopback:
            msg = "MENTORHUB_SANDBOX is refused with a public URL that is not loopback"
            raise ValueError(msg)
        if self.webhook_allow and self.sandbox == "off":
            msg = "MENTORHUB_WEBHOOK_ALLOW is for the sandbox: it needs MENTORHUB_SANDBOX=on"
            raise ValueError(msg)
        if self.secret is None and not self.is_loopback:
            msg = "MENTORHUB_SECRET is required when MENTORHUB_PUBLIC_URL is not loopback"
            raise ValueError(msg)
        return self

    @property
    def is_loopback(self) -> bool:
        return urlsplit(self.public_url).hostname in _LOOPBACK

    @property
    def has_explorer(self) -> bool:
        return self.explorer == "on" if self.explorer else self.is_loopback

    @property
    def client(self) -> str:
        """The URL that mails point to, without a slash at the end."""
        return self.client_url or self.public_url

    @property
    def origins(self) -> frozenset[str]:
        """Every origin whose browsers may come with cookies and sockets."""
        own = urlsplit(self.public_url)
        return frozenset({*self.allowed_origins, f"{own.scheme}://{own.netloc}"})


def _ports(url: str) -> list[int | None]:
    """The port of each host in *url*: PostgreSQL's may be several. Raises ValueError where one cannot be read."""
    hosts = urlsplit(url).netloc.rpartition("@")[2].split(",")
    return [urlsplit(f"//{host}").port for host in hosts]


def _is_one_address(text: str) -> bool:
    """Whether *text* is one address, under any name, that every server of mails takes."""
    try:
        [(name, address)] = getaddresses([text])
        Address(name, addr_spec=address)
    except (ValueError, IndexError, MessageError):
        return False
    return address.isascii()


def read_settings(**given: object) -> Settings:
    """The settings of this process; *given* ones win. Raises SettingsInvalid."""
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        message = first["msg"].removeprefix("Value error, ")
        raise SettingsInvalid(f"MENTORHUB_{name} {message}" if name else message) from None


def kept_secret(settings: Settings, *, directory: Path = Path("var")) -> bytes:
    """The secret that signs links: the setting's, or one made once and kept in *directory*, for its owner only."""
    if settings.secret is not None:
        return settings.secret.get_secret_value().encode()
    path = directory / "secret"
    directory.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass
    return path.read_bytes()
