"""What an operator sets: what is refused, and that the sentence names the setting and keeps the secrets in it."""

import pytest

from mentorhub.settings import SettingsInvalid, read_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "postgresql://u:hunter2@h:abc/x"),
        ("database_url", "postgresql://u:hunter2@h:99999/x"),
        ("database_url", "postgresql://u:hunter2@first:5432,second:abc/x"),
        ("database_url", "postgresql://u:hunter2@[::1/x"),
        ("mail_url", "smtp://u:hunter2@h:abc"),
        ("mail_url", "smtps://u:hunter2@h:99999"),
        ("redis_url", "redis://:hunter2@h:99999"),
        ("public_url", "http://127.0.0.1:99999"),
        ("client_url", "https://[::1"),
    ],
)
def test_a_url_whose_host_or_port_cannot_be_read_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        read_settings(**{name: value})

    assert str(refused.value) == (
        f"MENTORHUB_{name.upper()} has a host or port that cannot be read; a port is a number up to 65535"
    )


@pytest.mark.parametrize("value", ["smtp://", "smtps://", "smtp://:25", "smtp://u:hunter2@", "smtp:///h"])
def test_mails_need_a_server_with_a_name(value: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        read_settings(mail_url=value)

    assert str(refused.value) == "MENTORHUB_MAIL_URL must name a host, such as smtp://mail.example.com:587"


@pytest.mark.parametrize("value", ["s3://", "s3:///prefix", "s3://a bucket/prefix", "s3://[::1]/prefix"])
def test_media_need_a_bucket_with_a_name(value: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        read_settings(media_url=value)

    assert str(refused.value) == "MENTORHUB_MEDIA_URL must name a bucket, such as s3://bucket/prefix"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "postgresql://u:p@first:5432,second:5433/x"),
        ("database_url", "postgresql://u:p@[::1]:5432/x"),
        ("database_url", "postgresql://u:@/x?host=/run/postgresql"),
        ("database_url", "postgresql:///x"),
        ("database_url", "sqlite:////var/lib/mentorhub/mentorhub.db"),
        ("mail_url", "console:"),
        ("mail_url", "file:///var/mail"),
        ("mail_url", "smtp://user:CHANGE-ME@mail.example.com:587"),
        ("mail_url", "smtps://[::1]"),
        ("media_url", "s3://Bucket.of_ours-1/prefix"),
        ("redis_url", "redis://"),
        ("redis_url", "unix:///run/redis.sock?db=1"),
        ("client_url", "https://[::1]:8443"),
    ],
)
def test_urls_of_every_kind_are_taken_as_they_are(name: str, value: str) -> None:
    settings = read_settings(**{name: value})

    assert getattr(settings, name) == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        "nonsense",
        "@x.example",
        "s@",
        "A, B <s@x.example>",
        "A <s@x.example> B",
        "s@x.example, t@x.example",
        "s@x.example <t@y.example>",
        "ä@x.example",
        "s@ä.example",
        "s@x..example",
    ],
)
def test_mails_come_from_one_address_that_every_server_takes(value: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        read_settings(mail_from=value)

    assert str(refused.value) == (
        "MENTORHUB_MAIL_FROM must be one address in ASCII, such as MentorHub <support@example.com>; "
        "a name with a comma needs quotes"
    )


@pytest.mark.parametrize(
    "value",
    [
        "MentorHub <support@mentorhub.com>",
        "s@x.example",
        "<s@localhost>",
        '"Mentors, Inc." <s@x.example>',
        "Dr. Ä's Mentors & Co. <s@x.example>",
    ],
)
def test_mails_come_from_whoever_has_an_address_under_any_name(value: str) -> None:
    settings = read_settings(mail_from=value)

    assert settings.mail_from == value
