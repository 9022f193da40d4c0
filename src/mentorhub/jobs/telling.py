"""Telling people of what happened."""

from datetime import timedelta

from mentorhub.jobs.clock import Job
from mentorhub.resolvers import telling

TELL = Job(
    telling.JOB, run=telling.tell_some, every=timedelta(seconds=5), claims_itself=True, rest=0.15, share=0.5
)
