"""Photos: sent, checked, made anew, shown, replaced, taken away."""

import asyncio
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image

from mentorhub.media import Media, Pictures, open_media
from mentorhub.rules.photos import MOST_BYTES, WIDTHS, nearest
from mentorhub.rules.refusals import FileTooLarge, FileUnreadable, Unavailable
from tests import given
from tests.accounts.people import ERRORS, Visitor, person, session
from tests.accounts.pictures import opened, picture, turned, vast_png
from tests.api import Api

UPLOAD = (
    "mutation ($input: UploadPhotoInput!) "
    f"{{ uploadPhoto(input: $input) {{ user {{ photo {{ url }} }} {ERRORS} }} }}"
)
REMOVE = f"mutation {{ removePhoto {{ user {{ photo {{ url }} }} {ERRORS} }} }}"
URLS = (
    "small: url(width: 1) middle: url(width: 180) large: url huge: url(width: 99999) none: url(width: null)"
)


class Sent(BytesIO):
    """A file as transports hand it on."""

    async def read(self, size: int) -> bytes:  # type: ignore[override]  # as an upload's
        return super().read(size)


async def _upload(visitor: Visitor, content: bytes) -> Any:
    return await visitor.do(UPLOAD, file=Sent(content))


def _files(api: Api) -> list[Path]:
    return sorted(Path(api.house.settings.media_url.removeprefix("file:")).rglob("*.jpg"))


async def test_a_photo_is_kept_in_three_widths_and_shown_at_the_nearest(api: Api) -> None:
    noor = await person(api)

    await _upload(noor, picture(600, 400))

    query = f"{{ viewer {{ user {{ photo {{ {URLS} }} }} }} }}"
    urls = (await noor.ask(query))["viewer"]["user"]["photo"]
    name = urls["large"].rpartition("-")[0]
    assert name.startswith("http://127.0.0.1:8000/media/")
    assert urls == {
        "small": f"{name}-64.jpg",
        "middle": f"{name}-200.jpg",
        "large": f"{name}-400.jpg",
        "huge": f"{name}-400.jpg",
        "none": f"{name}-400.jpg",
    }
    assert sorted(opened(path.read_bytes()).size for path in _files(api)) == [
        (64, 64),
        (200, 200),
        (400, 400),
    ]


async def test_a_mentors_profile_shows_the_photo_of_the_account(api: Api) -> None:
    mentor = await given.mentor(api)
    owner = Visitor(api, token=await session(api, mentor.user_id))
    query = "{ viewer { user { photo { url } mentor { photo { url } } } } }"

    await _upload(owner, picture())
    shown = (await owner.ask(query))["viewer"]["user"]
    await owner.do(REMOVE)
    gone = (await owner.ask(query))["viewer"]["user"]

    assert shown["photo"] is not None
    assert shown["mentor"]["photo"] == shown["photo"]
    assert gone == {"photo": None, "mentor": {"photo": None}}


async def test_a_new_photo_has_a_new_name_and_the_files_of_the_old_one_go(api: Api) -> None:
    noor = await person(api)
    first = await _upload(noor, picture())
    old = _files(api)

    second = await _upload(noor, picture())
    await api.run_jobs()

    assert first["user"]["photo"]["url"] != second["user"]["photo"]["url"]
    assert len(_files(api)) == 3
    assert not set(old) & set(_files(api))


async def test_a_photo_that_is_taken_away_leaves_no_file(api: Api) -> None:
    noor = await person(api)
    await _upload(noor, picture())

    payload = await noor.do(REMOVE)
    await api.run_jobs()

    assert payload["user"] == {"photo": None}
    assert _files(api) == []


async def test_who_is_not_signed_in_sends_and_removes_nothing(visitor: Visitor) -> None:
    assert await visitor.refused(UPLOAD, file=Sent(picture())) == [("UNAUTHENTICATED", None)]
    assert await visitor.refused(REMOVE) == [("UNAUTHENTICATED", None)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FILE_UNREADABLE"),
        (b"<svg onload=alert(1)>", "FILE_UNREADABLE"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 1000, "FILE_UNREADABLE"),
        (picture()[:3000], "FILE_UNREADABLE"),
        (picture(kind="GIF"), "FILE_UNREADABLE"),
        (picture(kind="WEBP"), "FILE_UNREADABLE"),
        (picture(kind="BMP"), "FILE_UNREADABLE"),
        (vast_png(10_000, 4_001), "FILE_TOO_LARGE"),
        (vast_png(1_000_000, 1_000_000), "FILE_TOO_LARGE"),
        (vast_png(0, 10), "FILE_UNREADABLE"),
        (picture() + b"\0" * MOST_BYTES, "FILE_TOO_LARGE"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
async def test_what_is_no_good_picture_is_refused_and_nothing_is_kept(
    api: Api, content: bytes, code: str
) -> None:
    noor = await person(api)

    assert await noor.refused(UPLOAD, file=Sent(content)) == [(code, ["file"])]

    assert _files(api) == []


@pytest.fixture
def pictures() -> Any:
    made = Pictures()
    yield made
    made.close()


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_a_picture_is_turned_upright(pictures: Pictures, orientation: int) -> None:
    square = opened((await pictures.squares(turned(orientation)))[400])

    corners = {(50, 50): 0, (350, 50): 1, (350, 350): 2, (50, 350): 3}
    [red] = [number for place, number in corners.items() if _is_red(square.getpixel(place))]
    # Where the upper left corner of what the camera wrote is seen, by the EXIF standard.
    assert red == {1: 0, 2: 1, 3: 2, 4: 3, 5: 0, 6: 1, 7: 2, 8: 3}[orientation]


def _is_red(pixel: Any) -> bool:
    return bool(pixel[0] > 150 and pixel[2] < 100)


async def test_nothing_but_the_picture_is_left_in_it(pictures: Pictures) -> None:
    for square in (await pictures.squares(turned(6))).values():
        image = opened(square)
        assert image.format == "JPEG"
        assert dict(image.getexif()) == {}
        assert b"ecret" not in square
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(("width", "height"), [(1, 1), (30, 20), (399, 399), (400, 3000), (3000, 10)])
async def test_small_and_narrow_pictures_are_accepted(pictures: Pictures, width: int, height: int) -> None:
    squares = await pictures.squares(picture(width, height, kind="PNG"))

    assert {kept: opened(square).size for kept, square in squares.items()} == {
        kept: (kept, kept) for kept in WIDTHS
    }


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "L"), ("JPEG", "CMYK"), *(("PNG", mode) for mode in ("L", "P", "1", "RGBA", "LA", "I;16"))],
)
async def test_every_way_to_write_colours_is_read(pictures: Pictures, kind: str, mode: str) -> None:
    file = BytesIO()
    grey = Image.new("I;16", (500, 500), 0x8000) if mode == "I;16" else Image.new("L", (500, 500), 128)
    (grey if mode == "I;16" else grey.convert("RGB").convert(mode)).save(file, kind)

    square = opened((await pictures.squares(file.getvalue()))[64])

    assert (square.mode, square.size) == ("RGB", (64, 64))
    if mode not in {"1", "P"}:
        assert all(abs(value - 128) < 4 for value in cast("tuple[int, ...]", square.getpixel((32, 32))))


async def test_what_is_transparent_becomes_white(pictures: Pictures) -> None:
    file = BytesIO()
    Image.new("RGBA", (500, 500), (0, 0, 0, 0)).save(file, "PNG")

    square = opened((await pictures.squares(file.getvalue()))[64])

    assert square.getpixel((32, 32)) == (255, 255, 255)


async def test_40_megapixels_are_read_off_the_loop(pictures: Pictures) -> None:
    large = picture(8000, 5000, kind="PNG")
    reading = asyncio.create_task(pictures.squares(large))
    longest, loop = 0.0, asyncio.get_running_loop()

    while not reading.done():
        before = loop.time()
        await asyncio.sleep(0.001)
        longest = max(longest, loop.time() - before)

    assert set(await reading) == set(WIDTHS)
    assert longest < 0.5


async def test_one_pixel_more_is_too_large(pictures: Pictures) -> None:
    with pytest.raises(FileTooLarge):
        await pictures.squares(vast_png(40_000_001, 1))
    with pytest.raises(FileUnreadable):
        await pictures.squares(vast_png(40_000_000, 1))


@pytest.mark.parametrize(
    ("asked", "kept"),
    [(-5, 64), (0, 64), (64, 64), (131, 64), (132, 200), (133, 200), (299, 200), (300, 400), (2**31, 400)],
)
def test_the_nearest_width_is_shown(asked: int, kept: int) -> None:
    assert nearest(asked) == kept


async def test_a_store_that_fails_leaves_the_old_photo_and_no_stray_file(api: Api) -> None:
    noor = await person(api)
    before = await _upload(noor, picture())
    kept = _files(api)

    class Full:
        def __init__(self, media: Media) -> None:
            self.media, self.left = media, 2

        async def put(self, name: str, content: bytes) -> None:
            self.left -= 1
            if self.left < 0:
                raise Unavailable
            await self.media.put(name, content)

        async def get(self, name: str) -> bytes | None:
            return await self.media.get(name)

        async def delete(self, name: str) -> None:
            await self.media.delete(name)

    doors = api.house.doors
    object.__setattr__(doors, "media", Full(doors.media))
    assert await noor.refused(UPLOAD, file=Sent(picture())) == [("UNAVAILABLE", None)]
    assert len(_files(api)) == 5
    api.clock.forward(hours=1)
    await api.run_jobs()

    assert _files(api) == kept
    shown = (await noor.ask("{ viewer { user { photo { url } } } }"))["viewer"]["user"]
    assert shown == before["user"]


async def test_a_store_gives_what_was_stored_and_forgets_what_is_deleted(tmp_path: Path) -> None:
    store = open_media(f"file:{tmp_path / 'deep' / 'media'}")

    await store.put("a-64.jpg", b"one")
    await store.put("a-64.jpg", b"two")

    assert await store.get("a-64.jpg") == b"two"
    await store.delete("a-64.jpg")
    await store.delete("a-64.jpg")
    assert await store.get("a-64.jpg") is None
