"""Reminding of sessions."""

from datetime import timedelta

from mentorhub.jobs.clock import Job
from mentorhub.resolvers import reminders

REMIND = Job(reminders.JOB, run=reminders.remind, every=timedelta(seconds=30), at_most=timedelta(minutes=2))
