"""Who hears of what, and how it is signed."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta

from mentorhub.rules.facts import BOOKING_STATUS_KINDS
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import WebhookTopic
from mentorhub.rules.webhooks import PAUSES, TOPICS, hears, secret_of, signature, versions

NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)
ONE, OTHER = Key("018f0000-0000-7000-8000-000000000001"), Key("018f0000-0000-7000-8000-000000000002")
SECRET = b"a secret of the tests, and long enough"


def test_those_whom_it_concerns_hear_and_administrators() -> None:
    assert hears(ONE, is_admin=False, concerned={ONE})
    assert hears(OTHER, is_admin=True, concerned={ONE})
    assert not hears(OTHER, is_admin=False, concerned={ONE})
    assert not hears(OTHER, is_admin=False, concerned=set())


def test_every_change_of_a_booking_and_every_topic_is_told() -> None:
    assert all(TOPICS[kind.value] is WebhookTopic.BOOKING_STATUS_CHANGED for kind in BOOKING_STATUS_KINDS)
    assert set(TOPICS.values()) == set(WebhookTopic)


def test_a_delivery_has_eight_tries_over_about_a_day() -> None:
    assert [PAUSES.after(tries) is None for tries in range(1, 9)] == [False] * 7 + [True]
    assert timedelta(hours=23) < sum(PAUSES.each, timedelta()) < timedelta(hours=25)
    assert list(PAUSES.each) == sorted(PAUSES.each)
    assert PAUSES.after(1, chance=0.0) == PAUSES.each[0] * 0.8


def test_a_secret_is_another_for_each_webhook_version_and_service() -> None:
    secrets = [
        secret_of(ONE, 1, secret=SECRET),
        secret_of(OTHER, 1, secret=SECRET),
        secret_of(ONE, 2, secret=SECRET),
        secret_of(ONE, 1, secret=b"another"),
    ]

    assert len(set(secrets)) == 4
    assert all(each.startswith("whsec_") for each in secrets)
    assert all(len(b64decode(each.removeprefix("whsec_"))) == 32 for each in secrets)
    assert secrets[0] == secret_of(ONE, 1, secret=SECRET)


def test_the_former_secret_signs_for_a_day_beside_the_new_one() -> None:
    assert versions(1, rotated_at=None, now=NOON) == [1]
    assert versions(3, rotated_at=NOON, now=NOON + timedelta(hours=23)) == [3, 2]
    assert versions(3, rotated_at=NOON, now=NOON + timedelta(days=1)) == [3]


def test_a_signature_changes_with_everything_that_it_signs() -> None:
    def signed(id_: str = "id", timestamp: int = 1, body: bytes = b"{}") -> str:
        return signature(ONE, [1], secret=SECRET, message_id=id_, timestamp=timestamp, body=body)

    assert len({signed(), signed(id_="di"), signed(timestamp=2), signed(body=b"[]")}) == 4
    assert signed() == signed()
