"""Pictures as people send them, made into the ones that are kept; never on the event loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Final

from PIL import Image

from mentorhub.rules.photos import MOST_PIXELS, WIDTHS
from mentorhub.rules.refusals import FileTooLarge, FileUnreadable

# Pillow's own limit warns about more than ours and refuses still more; ours comes before anything is decoded.
Image.MAX_IMAGE_PIXELS = None

_FORMATS: Final = ("JPEG", "PNG")
_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_WIDEST: Final = max(WIDTHS)
_QUALITY: Final = 85


class Pictures:
    """One at a time: the largest that is accepted takes a few hundred megabytes while it is read."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pictures")

    async def squares(self, content: bytes) -> dict[int, bytes]:
        """A JPEG or PNG as square JPEGs by width: upright, cut in the middle, with nothing but the picture in them.

        Raises FileTooLarge, FileUnreadable.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, _squares, content)

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)


def _squares(content: bytes) -> dict[int, bytes]:
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            _check_size(image)
            return _kept(_square(image))
    except FileTooLarge:
        raise
    except Exception as error:
        # A file that was made to break a decoder breaks it in many ways; none of them is anybody else's affair.
        raise FileUnreadable("The file is not a JPEG or PNG image, or is damaged.", field="file") from error


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise FileTooLarge(f"A photo has at most {MOST_PIXELS // 1_000_000} megapixels.", field="file")


def _square(image: Image.Image) -> Image.Image:
    """The middle of *image*, upright, as wide as the widest that is kept, on white."""
    image.draft("RGB", (2 * _WIDEST, 2 * _WIDEST))
    image.load()
    turn = _TURNS.get(_orientation(image))
    if image.mode.startswith("I"):
        plain = image.point(lambda value: value * (1 / 256)).convert("L").convert("RGBA")
    else:
        plain = image.convert("RGBA")
    side = min(plain.size)
    left, top = ((length - side) // 2 for length in plain.size)
    small = plain.resize(
        (_WIDEST, _WIDEST),
        Image.Resampling.LANCZOS,
        box=(left, top, left + side, top + side),
        reducing_gap=3.0,
    )
    if turn is not None:
        small = small.transpose(turn)
    # A new image: what the file said of itself, comments and places and names, stays behind.
    fresh = Image.new("RGB", small.size, "white")
    fresh.paste(small, mask=small.getchannel("A"))
    return fresh


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 -- a photo is good without what a camera has garbled about it
        return 1


def _kept(square: Image.Image) -> dict[int, bytes]:
    kept = {}
    for width in WIDTHS:
        small = square if width == _WIDEST else square.resize((width, width), Image.Resampling.LANCZOS)
        file = BytesIO()
        small.save(file, "JPEG", quality=_QUALITY, optimize=True)
        kept[width] = file.getvalue()
    return kept
