"""Mails that are to go out."""

from datetime import timedelta

from mentorhub.jobs.clock import Job
from mentorhub.resolvers import outbox

SEND = Job(outbox.JOB, run=outbox.send_due, every=timedelta(seconds=2), claims_itself=True)
