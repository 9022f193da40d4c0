"""What accounts leave behind, and goes by itself."""

from datetime import timedelta

from mentorhub.jobs.clock import Job
from mentorhub.resolvers import deletion, photos, sweeping

REMOVE_PHOTOS = Job(photos.JOB, run=photos.remove_discarded, every=timedelta(minutes=5))
SWEEP_UNVERIFIED = Job("unverified accounts", run=deletion.sweep_unverified, every=timedelta(hours=1))
SWEEP = Job("expired credentials", run=sweeping.sweep, every=timedelta(minutes=10))
