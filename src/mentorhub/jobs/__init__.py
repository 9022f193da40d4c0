"""What the clock does: the jobs, a module a column, and what runs them.

A column that has something to be done by the clock writes `jobs/<column>.py`, with the words of a job and nothing of
its doing, which is a resolver like any other:

```python
EXPIRE = Job("expire bookings", run=bookings.expire_overdue, every=timedelta(seconds=30))
```

and lists it in `JOBS` below. `bookings.expire_overdue(doors)` does what is due at `doors.clock.now()`, at most some
hundred at a time, each in a transaction of its own or all in one, and returns how many it did. It makes a desk
without a viewer to write from: `Desk(doors, None, doors.clock.now()).do(...)`.

Where a use case knows that a job has just got something to do, `work.ring("expire bookings")` has it look at once.
Jobs run in `mentorhub serve`, unless MENTORHUB_JOBS is off, and in `mentorhub work`; tests run them all, until
nothing is left to do, by `await api.run_jobs()`.
"""

from typing import Final

from mentorhub.jobs import (
    accounts,
    announcements,
    availability,
    bookings,
    mails,
    reminders,
    retention,
    telling,
    webhooks,
)
from mentorhub.jobs.clock import Clockwork, Job

JOBS: Final[tuple[Job, ...]] = (
    accounts.SWEEP,
    accounts.SWEEP_UNVERIFIED,
    accounts.REMOVE_PHOTOS,
    bookings.EXPIRE,
    bookings.FORGET_KEYS,
    availability.CUT,
    availability.LOOK,
    reminders.REMIND,
    retention.FORGET,
    telling.TELL,
    announcements.NOTIFY,
    webhooks.HEAR,
    webhooks.SEND,
    mails.SEND,
)
"""In the order in which they run where all do: mails last, since the others write them."""

__all__ = ["JOBS", "Clockwork", "Job"]
