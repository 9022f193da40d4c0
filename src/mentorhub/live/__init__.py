"""Live delivery: one reader of the log in each process, and those who listen to it."""

from mentorhub.live.listeners import Entry, Listener, Wanted
from mentorhub.live.log import Log

__all__ = ["Entry", "Listener", "Log", "Wanted"]
