"""The log: one line an event on standard error, JSON unless a person is looking, and never a secret in it."""

import asyncio
import atexit
import logging
import re
import sys
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, Final, TextIO

import orjson
import structlog

_HIDDEN: Final = "[hidden]"
_SECRET_NAMES: Final = re.compile(
    r"authorization|cookie|password|passwd|secret|token|signature|credential", re.IGNORECASE
)
# Whatever carries one says so: its scheme, its prefix, the name in front of it, or the path that it stands in.
_SECRETS: Final = (
    (re.compile(r"\b(?:mh|whsec)_[A-Za-z0-9_+/=-]{6,}"), _HIDDEN),
    (re.compile(r"\b(bearer|basic)\s+[^\s\"',;]+", re.IGNORECASE), rf"\1 {_HIDDEN}"),
    (re.compile(r"(\w://)[^\s/@\"']*@"), rf"\1{_HIDDEN}@"),
    (re.compile(r"(/(?:exports|calendar)/)[^\s?\"']+"), rf"\1{_HIDDEN}"),
    (
        re.compile(
            r"(\b\w*(?:password|secret|token|authorization|cookie)\w*[\"']?\s*[:=]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s,;&}\"']+)",
            re.IGNORECASE,
        ),
        rf"\1{_HIDDEN}",
    ),
)
# What each of those has in it: most texts have nothing of the kind, and one look tells.
_MAY_BE_SECRET: Final = re.compile(
    r"mh_|whsec_|bearer|basic|://|/exports/|/calendar/|password|secret|token|authorization|cookie",
    re.IGNORECASE,
)
_LONGEST: Final = 20_000
_SHORTEST: Final = 6
"""What is shorter cannot carry a secret."""
_SHORT: Final = 100
"""Texts up to this length are mostly names and keys, and come again."""


def without_secrets(text: str) -> str:
    if _MAY_BE_SECRET.search(text):
        for pattern, instead in _SECRETS:
            text = pattern.sub(instead, text)
    return text[:_LONGEST]


@lru_cache(maxsize=1024)
def _names_secret(name: str) -> bool:
    return _SECRET_NAMES.search(name) is not None


def _clean(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str):
            if _names_secret(name):
                event[name] = _HIDDEN
            elif len(value) >= _SHORTEST:
                event[name] = without_secrets(value)
    return event


def _json(event: dict[str, Any], **_: Any) -> str:
    return orjson.dumps(event, default=repr).decode()


@lru_cache(maxsize=4096)
def _short_without_secrets(text: str) -> str:
    return without_secrets(text)


class _Lines:
    """Lines for *stream*: those of one turn of the event loop are written in one go, when it comes round."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines: list[str] = []
        # What the last turn of a loop leaves; only what is killed has no time for it.
        atexit.register(self._write)

    def add(self, line: str) -> None:
        self._lines.append(line)
        if len(self._lines) == 1:
            try:
                asyncio.get_running_loop().call_soon(self._write)
            except RuntimeError:
                self._write()

    def _write(self) -> None:
        lines, self._lines = self._lines, []
        if lines:
            self._stream.write("".join(lines))
            self._stream.flush()


def _write_line(lines: _Lines, event: str, fields: dict[str, Any]) -> None:
    """What structlog would write of *fields*, whose names are our own, in half the time."""
    for name, value in fields.items():
        if isinstance(value, str) and len(value) >= _SHORTEST:
            fields[name] = _short_without_secrets(value) if len(value) <= _SHORT else without_secrets(value)
    line = {**fields, "event": event, "level": "info", "timestamp": datetime.now(UTC)}
    lines.add(orjson.dumps(line, default=repr, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE).decode())


def tell(event: str, fields: dict[str, Any]) -> None:
    """Logs what is told of every request, as structlog would, at level info.

    *fields* is the log's from now on; their names hold no secrets.
    """
    _tell(event, fields)


def _tell_by_structlog(event: str, fields: dict[str, Any]) -> None:
    structlog.get_logger().info(event, **fields)


def configure(*, level: str = "info", stream: TextIO | None = None, as_json: bool | None = None) -> None:
    """Has everything logged, by whatever library, go to *stream*: as JSON unless it is a terminal."""
    stream = stream or sys.stderr
    for_machines = not stream.isatty() if as_json is None else as_json
    before: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = (
        [structlog.processors.format_exc_info, _clean, structlog.processors.JSONRenderer(serializer=_json)]
        if for_machines
        else [
            structlog.processors.format_exc_info,
            _clean,
            structlog.dev.ConsoleRenderer(colors=stream.isatty()),
        ]
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*before, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Their own lines say less than ours.
    for name in ("httpx", "httpcore", "alembic", "websockets"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(root.level),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    global _tell  # noqa: PLW0603 -- as structlog's own configuration is
    is_short = for_machines and root.isEnabledFor(logging.INFO)
    _tell = partial(_write_line, _Lines(stream)) if is_short else _tell_by_structlog


_tell: Callable[[str, dict[str, Any]], None] = _tell_by_structlog
