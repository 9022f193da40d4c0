"""The store of files, through obstore: the same for a directory and for a bucket."""

from pathlib import Path
from typing import Protocol

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from mentorhub.rules.refusals import Unavailable


class Media(Protocol):
    async def put(self, name: str, content: bytes) -> None:
        """Stores *content* under *name*. Raises Unavailable."""
        ...

    async def get(self, name: str) -> bytes | None:
        """What is stored under *name*, if anything is. Raises Unavailable."""
        ...

    async def delete(self, name: str) -> None:
        """Removes what is stored under *name*; so it is if nothing was. Raises Unavailable."""
        ...


class _Stored:
    def __init__(self, store: obstore.store.ObjectStore) -> None:
        self._store = store

    async def put(self, name: str, content: bytes) -> None:
        try:
            await obstore.put_async(self._store, name, content)
        except (BaseError, OSError) as error:
            raise Unavailable("Files cannot be stored just now; please try again.") from error

    async def get(self, name: str) -> bytes | None:
        try:
            found = await obstore.get_async(self._store, name)
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise Unavailable("Files cannot be read just now; please try again.") from error

    async def delete(self, name: str) -> None:
        try:
            await obstore.delete_async(self._store, name)
        except FileNotFoundError:
            pass
        except (BaseError, OSError) as error:
            raise Unavailable("Files cannot be removed just now; please try again.") from error


def open_media(url: str) -> Media:
    """Raises ValueError for a URL that is neither of these, OSError where a directory cannot be made."""
    scheme, _, rest = url.partition(":")
    if scheme == "file":
        directory = Path(rest).resolve()
        directory.mkdir(parents=True, exist_ok=True)
        return _Stored(LocalStore(prefix=directory))
    if scheme == "s3":
        return _Stored(from_url(url))
    msg = "the media URL must start with file: or s3://"
    raise ValueError(msg)
