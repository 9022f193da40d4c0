"""Files in requests, by the GraphQL multipart request specification: operations, map, then the files."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.datastructures import Headers as FormHeaders
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import Receive

from mentorhub.web.bodies import check_length, chunks_of, too_slow
from mentorhub.web.decoding import Parameters, json_value, malformed, parameters_from_value
from mentorhub.web.headers import Headers
from mentorhub.web.limits import Limits


class _Utf8Parser(MultiPartParser):
    """Starlette's parser reads a text that is not UTF-8 as Latin-1 instead."""

    def on_part_end(self) -> None:
        if self._current_part.file is None:
            try:
                self._current_part.data.decode("utf-8")
            except UnicodeDecodeError:
                raise MultiPartException("A field is not UTF-8.") from None
        super().on_part_end()


async def read_upload(receive: Receive, headers: Headers, limits: Limits) -> tuple[Parameters, FormData]:
    """The parameters with each file in its variable, and the form, to be closed when all is done.

    Raises Refused (400, 408, 413) or ClientDisconnect.
    """
    check_length(headers, limits.upload_bytes)
    parser = _Utf8Parser(
        FormHeaders(raw=[(b"content-type", headers[b"content-type"])]),
        _body(receive, limits.upload_bytes),
        max_files=limits.upload_files,
        max_fields=2,
        max_part_size=limits.json_bytes,
    )
    try:
        async with asyncio.timeout(limits.upload_seconds):
            form = await parser.parse()
    except TimeoutError:
        raise too_slow(limits.upload_seconds) from None
    except MultiPartException as fault:
        raise malformed(f"The form cannot be read: {fault.message}") from None
    try:
        return _parameters(form, nesting=limits.nesting), form
    except BaseException:
        await form.close()
        raise


async def _body(receive: Receive, most: int) -> AsyncGenerator[bytes, None]:
    async for chunk in chunks_of(await receive(), receive, most):
        yield chunk


def _parameters(form: FormData, *, nesting: int) -> Parameters:
    text, mapping = form.get("operations"), form.get("map")
    if not isinstance(text, str) or not isinstance(mapping, str):
        raise malformed("A multipart request has the fields operations and map, both JSON.")
    raw = text.encode()
    parameters = parameters_from_value(json_value(raw, what="operations"), nesting=nesting, raw=raw)
    places = json_value(mapping, what="map")
    if type(places) is not dict:
        raise malformed("map must be an object.")
    files = {name: value for name, value in form.multi_items() if isinstance(value, UploadFile)}
    if stray := files.keys() - places.keys():
        raise malformed(f"map says nothing of the file {min(stray)[:40]}.")
    for name, paths in places.items():
        if name not in files:
            raise malformed(f"map names {name[:40]}, and there is no such file.")
        if type(paths) is not list or not all(type(path) is str for path in paths):
            raise malformed("map gives a list of paths for each file.")
        for path in paths:
            _put(parameters.variables, path.split("."), files[name])
    return parameters


def _put(variables: dict[str, Any] | None, path: Sequence[str], file: UploadFile) -> None:
    place: Any = {"variables": variables}
    *way, last = path
    for step in way:
        place = _at(place, step)
    if len(path) < 2 or _at(place, last, missing=...) is not None:
        raise malformed(f"map points to {'.'.join(path)[:80]}, where there is no null in operations.")
    place[int(last) if type(place) is list else last] = file


def _at(place: Any, step: str, missing: Any = None) -> Any:
    if type(place) is dict:
        return place.get(step, missing)
    if type(place) is list and step.isascii() and step.isdigit() and len(step) < 6 and int(step) < len(place):
        return place[int(step)]
    return missing
