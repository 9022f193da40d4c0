"""What a viewer has in common with others, and whether an answer depends on more than that."""

from collections.abc import Hashable
from dataclasses import fields, replace
from typing import Any, Final

from mentorhub.resolvers.desk import Desk, Origin, Viewer

_IN_COMMON: Final = frozenset({"role", "scopes"})
"""What viewers of one audience share, and all that `is_admin` and `is_superadmin` look at."""
_PERSONAL: Final = frozenset(field.name for field in fields(Viewer)) - _IN_COMMON
_TRACES: Final = frozenset(field.name for field in fields(Origin))


def audience_of(viewer: Viewer | None) -> Hashable:
    """The same for viewers who see alike whatever is no affair of their own."""
    return (viewer.role, viewer.scopes) if viewer else None


class Notice:
    """Whether anything personal was looked at."""

    __slots__ = ("is_personal",)

    def __init__(self) -> None:
        self.is_personal = False


class _WatchedViewer(Viewer):
    """A viewer that notices when somebody looks at who exactly it is."""

    __slots__ = ("_notice",)

    def __getattribute__(self, name: str) -> Any:
        if name in _PERSONAL:
            object.__getattribute__(self, "_notice").is_personal = True
        return super().__getattribute__(name)


class _WatchedOrigin(Origin):
    __slots__ = ("_notice",)

    def __getattribute__(self, name: str) -> Any:
        if name in _TRACES:
            object.__getattribute__(self, "_notice").is_personal = True
        return super().__getattribute__(name)


def watched(desk: Desk) -> tuple[Desk, Notice]:
    """*desk* with a viewer that looks the same, and what is noticed of it."""
    notice = Notice()
    origin = _copied(_WatchedOrigin, desk.origin, notice)
    viewer = _copied(_WatchedViewer, desk.viewer, notice) if desk.viewer else None
    return replace(desk, viewer=viewer, origin=origin), notice


def _copied(watching: type[Any], seen: Any, notice: Notice) -> Any:
    copy = object.__new__(watching)
    object.__setattr__(copy, "_notice", notice)
    for field in fields(seen):
        object.__setattr__(copy, field.name, getattr(seen, field.name))
    return copy
