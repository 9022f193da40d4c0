"""Live delivery: one reader of the log in each process, and those who listen to it."""

from mentorhub.live.log import Log

__all__ = ["Log"]
