"""What bookings leave to the clock: requests that nobody answered, and keys that have had their day."""

from datetime import timedelta

from mentorhub.jobs.clock import Job
from mentorhub.resolvers import overdue

EXPIRE = Job("expire bookings", run=overdue.expire_overdue, every=timedelta(seconds=15))
FORGET_KEYS = Job("forget idempotency keys", run=overdue.forget_keys, every=timedelta(minutes=30))
