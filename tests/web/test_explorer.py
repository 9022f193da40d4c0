"""What the service sends at `/` and below `/explorer/assets/`, and what it does not."""

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from mentorhub.web.explorer import explorer_routes

SCRIPT = "main-ABCD1234.js"


async def test_the_page_comes_with_a_policy_that_lets_nothing_foreign_in_and_is_asked_for_anew(
    built: Path,
) -> None:
    page = await get("/", built)

    assert (page.status_code, page.text) == (200, "<page>")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["connect-src"] == policy["worker-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert "script-src" not in policy
    assert not any(host in source for source in policy.values() for host in ("http", "//", "*", "blob:"))


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        (SCRIPT, "text/javascript; charset=utf-8"),
        ("main-ABCD1234.css", "text/css; charset=utf-8"),
        ("icon-ABCD1234.svg", "image/svg+xml"),
        ("font-ABCD1234.woff2", "font/woff2"),
    ],
)
async def test_an_asset_is_kept_for_ever_as_its_name_holds_its_hash(
    built: Path, name: str, media_type: str
) -> None:
    (built / "explorer" / "assets" / name).write_text("content")

    asset = await get(f"/explorer/assets/{name}", built)

    assert (asset.status_code, asset.text) == (200, "content")
    assert asset.headers["content-type"] == media_type
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" in asset.headers  # a worker obeys its own


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "%2e%2e",
        "..%2f..%2findex.html",
        "%2e%2e%2f%2e%2e%2fsecret.js",
        "..%5c..%5csecret.js",
        "%2fetc%2fpasswd",
        f"{SCRIPT}%00",
        f"./{SCRIPT}/../../secret.js",
        "other-ABCD1234.js",
        "linked.js",
        "folder.js",
        "notes.txt",
        "MAIN-abcd1234.js",
        "x" * 5_000,
        "%F0%9F%8E%93.js",
    ],
)
async def test_nothing_but_a_built_file_is_sent(built: Path, name: str) -> None:
    assets = built / "explorer" / "assets"
    (built / "secret.js").write_text("secret")
    (assets / "notes.txt").write_text("secret")
    (assets / "linked.js").symlink_to(built / "secret.js")
    (assets / "folder.js").mkdir()

    answer = await get(f"/explorer/assets/{name}", built)

    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_without_a_build_the_page_says_how_to_make_one_and_shows_it_once_made(tmp_path: Path) -> None:
    before = await get("/", tmp_path)
    asset = await get(f"/explorer/assets/{SCRIPT}", tmp_path)
    (tmp_path / "index.html").write_text("<page>")
    after = await get("/", tmp_path)

    assert before.status_code == asset.status_code == 404
    assert "python scripts/build_explorer.py" in before.text
    assert "content-security-policy" in before.headers
    assert (after.status_code, after.text) == (200, "<page>")


def test_switched_off_it_leaves_no_route() -> None:
    assert explorer_routes(enabled=False) == []


@pytest.fixture
def built(tmp_path: Path) -> Path:
    assets = tmp_path / "dist" / "explorer" / "assets"
    assets.mkdir(parents=True)
    (assets / SCRIPT).write_text("content")
    (tmp_path / "dist" / "index.html").write_text("<page>")
    return tmp_path / "dist"


async def get(path: str, built: Path) -> httpx.Response:
    app = Starlette(routes=explorer_routes(enabled=True, built=built))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        return await client.get(path)
