"""Forgetting what is old."""

from datetime import timedelta

from mentorhub.jobs.clock import Job
from mentorhub.resolvers import retention

FORGET = Job("old facts", run=retention.forget_some, every=timedelta(minutes=10))
