import pytest

from mentorhub.rules import urls
from mentorhub.rules.refusals import Invalid


@pytest.mark.parametrize(
    "url",
    [
        "https://meet.example.com/room-1",
        "HTTPS://Meet.Example.com",
        "https://example.com:8443/a?b=c#d",
        "https://bücher.example/",
        "https://[2001:db8::1]/room",
        "https://example.com/" + "r" * 2_028,
    ],
)
def test_an_https_address_is_taken_as_it_is(url: str) -> None:
    assert urls.meeting_url(url, field="meeting_url") == url


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https:example.com",
        "//example.com",
        "example.com",
        "https://user@example.com/",
        "https://user:password@example.com/",
        "https://@example.com/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://example.com\\@evil.example/",
        "https://evil.example\\.linkedin.com/",
        "https://exa mple.com/",
        "https://example.com/a b",
        "https://example.com/\u202egpj.exe",
        "https://example.com/\n",
        "https://[::1/",
        "https://.example.com/",
        "https://example..com/",
        "https://example.com/" + "r" * 2_029,
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        urls.meeting_url(url, field="meeting_url")

    assert refused.value.field == ("meeting_url",)


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("linkedin", "https://linkedin.com/in/noor"),
        ("linkedin", "https://www.linkedin.com/in/noor"),
        ("linkedin", "https://FR.LinkedIn.com/in/noor"),
        ("github", "https://github.com/noor"),
        ("twitter", "https://twitter.com/noor"),
        ("twitter", "https://x.com/noor"),
        ("website", "https://noor.example/"),
    ],
)
def test_a_social_link_leads_where_it_says(kind: str, url: str) -> None:
    assert urls.social_link(url, kind=kind, field=("social_links", kind)) == url


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("linkedin", "https://evillinkedin.com/in/noor"),
        ("linkedin", "https://linkedin.com.evil.example/"),
        ("linkedin", "https://linkedin.com@evil.example/"),
        ("linkedin", "https://evil.example/linkedin.com"),
        ("github", "https://gitlab.com/noor"),
        ("github", "http://github.com/noor"),
        ("twitter", "https://max.com/noor"),
        ("website", "http://noor.example/"),
        ("website", "https://noor.example/" + "a" * 280),
    ],
)
def test_a_social_link_that_leads_elsewhere_is_refused(kind: str, url: str) -> None:
    with pytest.raises(Invalid) as refused:
        urls.social_link(url, kind=kind, field=("social_links", kind))

    assert refused.value.field == ("social_links", kind)
