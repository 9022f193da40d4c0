"""Photos: how large they may be, and the widths that are kept."""

from typing import Final

MOST_BYTES: Final = 5 * 1024**2
MOST_PIXELS: Final = 40_000_000
WIDTHS: Final = (64, 200, 400)
MEDIA_TYPE: Final = "image/jpeg"


def nearest(width: int) -> int:
    """The kept width that is nearest to *width*; of two as near, the greater."""
    return min(WIDTHS, key=lambda kept: (abs(kept - width), -kept))


def file_of(name: str, width: int) -> str:
    """What the file of the photo *name* in a kept *width* is called."""
    return f"{name}-{width}.jpg"
