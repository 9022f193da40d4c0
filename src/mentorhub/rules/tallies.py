"""What each booking adds to the figures that are kept: a change adds the difference between after and before."""

from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, Self

from mentorhub.rules.vocabulary import BookingStatus


class Stored(Protocol):
    """A booking as its row says, overdue or not."""

    @property
    def status(self) -> BookingStatus: ...

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...

    @property
    def answered_at(self) -> datetime | None: ...


class Tally(NamedTuple):
    pending: int = 0
    answered: int = 0
    """Confirmed or declined since the mentee last asked, whatever came of it."""
    expired: int = 0
    completed: int = 0
    completed_minutes: int = 0

    @classmethod
    def of(cls, booking: Stored) -> Self:
        is_completed = booking.status is BookingStatus.COMPLETED
        return cls(
            pending=booking.status is BookingStatus.PENDING,
            answered=booking.answered_at is not None,
            expired=booking.status is BookingStatus.EXPIRED,
            completed=is_completed,
            completed_minutes=is_completed * ((booking.ends_at - booking.starts_at) // timedelta(minutes=1)),
        )

    def less(self, other: Self) -> Self:
        return type(self)(*(one - another for one, another in zip(self, other, strict=True)))


RATING_PRIOR = 4.0
RATING_WEIGHT = 5


def bayesian_mean(rating_sum: int, rating_count: int) -> float:
    """The mean of ratings, as if 5 of 4.0 stars had been given before them: few ratings weigh little."""
    return (RATING_PRIOR * RATING_WEIGHT + rating_sum) / (RATING_WEIGHT + rating_count)


def with_rating(stars: str, rating: int, by: int) -> str:
    """How many gave 1 to 5 stars, as "0 0 1 4 9", once *by* more have given *rating*."""
    counts = [int(count) for count in stars.split()]
    counts[rating - 1] += by
    return " ".join(map(str, counts))


def share(part: int, rest: int) -> float | None:
    """*part* of *part* and *rest*, 0 to 1; None where there is neither."""
    return part / (part + rest) if part + rest else None
