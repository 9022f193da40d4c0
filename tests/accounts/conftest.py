"""What the tests of accounts have in common."""

import pytest

from tests.accounts.people import Mailbox, Visitor
from tests.api import Api


@pytest.fixture
def visitor(api: Api) -> Visitor:
    """Somebody without an account."""
    return Visitor(api)


@pytest.fixture
def mailbox(api: Api) -> Mailbox:
    return Mailbox(api)
