"""What webhooks are to be told of, and telling them."""

from datetime import timedelta

from mentorhub.jobs.clock import Job
from mentorhub.resolvers import webhook_hearing, webhook_sending

HEAR = Job(
    webhook_hearing.JOB,
    run=webhook_hearing.hear_some,
    every=timedelta(seconds=5),
    claims_itself=True,
    rest=0.15,
)
SEND = Job(webhook_sending.JOB, run=webhook_sending.send_due, every=timedelta(seconds=2), claims_itself=True)
