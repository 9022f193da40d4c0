"""Stored files, and the pictures among them: where they lie, the URL says.

`file:DIRECTORY` is a directory, `s3://bucket/prefix` a bucket (credentials and endpoint as the AWS tools read them).
"""

from mentorhub.media.pictures import Pictures
from mentorhub.media.store import Media, open_media

__all__ = ["Media", "Pictures", "open_media"]
