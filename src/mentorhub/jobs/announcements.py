"""Notifying everybody of announcements."""

from datetime import timedelta

from mentorhub.jobs.clock import Job
from mentorhub.resolvers import heralding

NOTIFY = Job(heralding.JOB, run=heralding.notify_some, every=timedelta(seconds=5))
