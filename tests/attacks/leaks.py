"""What no answer may tell: suggestions, our language, our database, our files, our makers."""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final

HEARD: Final[deque[str]] = deque(maxlen=20_000)
"""All that attackers were told, until it is looked at."""

_TRACES: Final = re.compile(
    r"""
    did\ you\ mean | traceback | File\ " | \.pyc?\b | \bline\ \d+,\ in\b | site-packages
    | asyncpg | sqlite | sqlalchemy | psycopg | postgres | redis
    | \bSELECT\ .+\ FROM\b | INSERT\ INTO | \bUPDATE\ \w+\ SET\b | DELETE\ FROM
    | uvicorn | starlette | strawberry | httptools | orjson | graphql-core | \bpython\b
    | \b(?:Key|Type|Value|Attribute|Index|Lookup|Unicode\w+|Recursion|Overflow|Runtime|Assertion|OS)Error\b
    | \bNoneType\b | <class\  | \ object\ at\ 0x | coroutine | __dict__
    | /usr/ | /home/ | /root/ | /tmp/ | \bsrc/ | var/mentorhub
    | ^(?:server|x-powered-by|via):
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)


def hear(text: str | bytes, headers: Mapping[str, str] | None = None) -> None:
    """Notes an answer, with *headers* where they are not in it already."""
    lines = "".join(f"{name}: {value}\n" for name, value in (headers or {}).items())
    HEARD.append(lines + (text if isinstance(text, str) else text.decode("utf-8", "replace")))


def leaks() -> Iterator[str]:
    """What was told since the last time and should not have been, in its surroundings."""
    while HEARD:
        told = HEARD.popleft()
        for found in _TRACES.finditer(told):
            yield told[max(0, found.start() - 100) : found.end() + 100]
