"""Pictures to send, good ones and bad ones."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image


def picture(
    width: int = 600, height: int = 400, *, kind: str = "JPEG", mode: str = "RGB", **how: Any
) -> bytes:
    """A picture with a red square in the upper left corner of a blue ground."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, min(width, height) // 2, min(width, height) // 2))
    file = BytesIO()
    image.convert(mode).save(file, kind, **how)
    return file.getvalue()


def turned(orientation: int) -> bytes:
    """A square JPEG whose camera was held another way, with a place and a maker in it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Secret Cameras"
    exif.get_ifd(0x8825)[1] = "N"
    return picture(400, 400, exif=exif, comment=b"a secret comment")


def vast_png(width: int, height: int) -> bytes:
    """A few bytes that say they are a picture of so many pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image
