"""Mails through an SMTP server, a connection each: whatever one of them meets, the next begins anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from mentorhub.mail.doors import Postponed, Undeliverable

_PORTS: Final = {"smtp": 587, "smtps": 465}
_PATIENCE: Final = 20.0
"""Seconds that a server may take for each answer."""
_IN_ALL: Final = 60.0
"""Seconds that it may take for a mail."""
_FAREWELL: Final = 2.0
_FOR_GOOD: Final = range(500, 600)


class SMTP:
    """The server at *url*. Over TLS where that is asked for or offered; a password never goes without."""

    def __init__(self, url: str, *, patience: float = _PATIENCE, in_all: float = _IN_ALL) -> None:
        parts = urlsplit(url)
        if not parts.hostname:
            msg = "the mail URL names no host"
            raise ValueError(msg)
        self._host = parts.hostname
        self._port = parts.port or _PORTS[parts.scheme]
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._is_tls = parts.scheme == "smtps"
        self._patience = patience
        self._in_all = in_all

    async def greet(self) -> None:
        """Connects, with password and all, and leaves again. Raises Postponed."""
        async with self._connected():
            pass

    async def send(self, mail: EmailMessage) -> None:
        # Not `send_message`, which would read each header anew.
        sender, recipient = (parseaddr(mail[name])[1] for name in ("From", "To"))
        async with self._connected() as client:
            try:
                await client.sendmail(sender, recipient, mail.as_bytes())
            except aiosmtplib.SMTPRecipientsRefused as error:
                codes = {refused.code for refused in error.recipients}
                raise _refused("the recipient was refused", codes) from None
            except aiosmtplib.SMTPSenderRefused as error:
                # The server's opinion of us, not of this mail: somebody will put it right.
                msg = f"the sender was refused ({error.code})"
                raise Postponed(msg) from None
            except aiosmtplib.SMTPDataError as error:
                raise _refused("the mail was refused", {error.code}) from None

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiosmtplib.SMTP]:
        client = self._client()
        try:
            async with asyncio.timeout(self._in_all):
                await client.connect()
                yield client
            # What was to be done is done: how it takes leave is its own affair.
            with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(_FAREWELL):
                    await client.quit()
        except aiosmtplib.SMTPAuthenticationError as error:
            msg = f"the server does not let us in ({error.code})"
            raise Postponed(msg) from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            msg = f"the server cannot be reached or did not answer ({type(error).__name__})"
            raise Postponed(msg) from error
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        must_encrypt = True if self._password and not self._is_loopback else None
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            use_tls=self._is_tls,
            start_tls=False if self._is_tls else must_encrypt,
            timeout=self._patience,
        )

    @property
    def _is_loopback(self) -> bool:
        return self._host in {"localhost", "127.0.0.1", "::1"}


def _refused(what: str, codes: set[int]) -> Exception:
    told = f"{what} ({', '.join(str(code) for code in sorted(codes))})"
    for_good = bool(codes) and all(code in _FOR_GOOD for code in codes)
    return Undeliverable(told) if for_good else Postponed(told)
