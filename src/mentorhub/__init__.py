"""MentorHub: the service behind a mentorship platform, as one GraphQL API."""

__version__ = "0.1.0"
