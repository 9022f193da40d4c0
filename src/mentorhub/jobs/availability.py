"""What the clock does for availability: the horizon goes on, and so does which slot comes next."""

from datetime import timedelta
from typing import Final

from mentorhub.jobs.clock import Job
from mentorhub.resolvers import rebuilding

CUT: Final = Job("cut slots", run=rebuilding.cut_further, every=timedelta(minutes=1), share=0.02)
"""Slots are cut days before anybody sees them: a hundred thousand mentors' in some hours of each day."""
LOOK: Final = Job("find next slots", run=rebuilding.look_again, every=timedelta(seconds=30))
