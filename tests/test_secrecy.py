"""What listens for secrets in the log does hear them."""

import logging

from mentorhub.rules.secrets import ACCESS_TOKEN_PREFIX, new_secret
from tests.accounts.people import PASSWORD, SIGN_IN, Visitor, person
from tests.api import Api
from tests.secrecy import Eavesdropper

_log = logging.getLogger("mentorhub.tests")


def test_a_token_in_the_log_is_heard(eavesdropper: Eavesdropper) -> None:
    for secret in (new_secret(), new_secret(ACCESS_TOKEN_PREFIX)):
        _log.debug("somebody has shown %s today", secret)
        _log.debug("nothing here")

        assert len(eavesdropper.found()) == 1


def test_so_it_is_in_the_message_of_an_exception(eavesdropper: Eavesdropper) -> None:
    try:
        raise LookupError(new_secret())  # noqa: TRY301 -- to have a traceback
    except LookupError:
        _log.exception("it failed")

    assert len(eavesdropper.found()) == 1


async def test_so_is_a_password_that_was_typed(api: Api, eavesdropper: Eavesdropper) -> None:
    noor = await person(api)
    await Visitor(api).do(SIGN_IN, email=noor.email, password=PASSWORD)

    _log.info("signing in with %r", PASSWORD)

    assert len(eavesdropper.found()) == 1
