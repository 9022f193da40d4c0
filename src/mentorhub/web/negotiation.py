"""Media types: what a request's body claims to be, and in what form its answer is wanted."""

import re
from dataclasses import dataclass
from functools import lru_cache

JSON = b"application/json; charset=utf-8"
GRAPHQL = b"application/graphql-response+json; charset=utf-8"
EVENTS = b"text/event-stream; charset=utf-8"

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_PARAMETER = re.compile(rf"[ \t]*;[ \t]*(?:({_WORD})=({_WORD}|{_QUOTED}))?")
_TYPE = re.compile(rf"[ \t]*({_WORD}/{_WORD})")
# A quote that nobody closes reaches to the end, or each would be tried anew and take the square of the time.
_MEMBER = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.?)*+(?:"|$))++')
_LONGEST_KEPT = 256


@dataclass(frozen=True, slots=True)
class MediaType:
    name: str
    parameters: dict[str, str]


def media_type(value: str) -> MediaType | None:
    """*value* as one media type, lower-cased, or None where it is not exactly one (RFC 9110, 8.3.1)."""
    head = _TYPE.match(value)
    if head is None:
        return None
    parameters: dict[str, str] = {}
    at = head.end()
    while at < len(value) and (found := _PARAMETER.match(value, at)):
        at = found.end()
        if found[1]:
            parameters[found[1].lower()] = found[2].strip('"')
    return None if value[at:].strip(" \t") else MediaType(head[1].lower(), parameters)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What Accept allows: `plain` is the media type of a single answer, None where none is wanted."""

    plain: bytes | None
    events: bool

    @property
    def only_events(self) -> bool:
        return self.events and self.plain is None


def wanted(accept: bytes | None) -> Wanted:
    """Without a header, and for wildcards, JSON; event streams only for whoever names them."""
    if accept is None:
        return _ANYTHING
    return _kept(accept) if len(accept) <= _LONGEST_KEPT else _read(accept)


_ANYTHING = Wanted(plain=JSON, events=False)


def _read(accept: bytes) -> Wanted:
    weights: dict[str, float] = {}
    for member in _MEMBER.findall(accept.decode("latin-1")):
        if found := media_type(member):
            weights[found.name] = _weight(found.parameters.get("q", "1"))
    rest = weights.get("application/*", weights.get("*/*", 0.0))
    graphql = weights.get("application/graphql-response+json", rest)
    json = weights.get("application/json", rest)
    named = "application/graphql-response+json" in weights
    liked_best = GRAPHQL if graphql > json or (graphql == json and named) else JSON
    plain = liked_best if max(graphql, json) > 0 else None
    return Wanted(plain, events=weights.get("text/event-stream", 0.0) > 0)


_kept = lru_cache(maxsize=256)(_read)


def _weight(text: str) -> float:
    return float(text) if re.fullmatch(r"0(\.\d{0,3})?|1(\.0{0,3})?", text) else 0.0
