"""Buckets of points: what is taken, given back, restored and forgotten."""

import asyncio

import pytest

from mentorhub.rates import Allowance, open_rates
from mentorhub.rates.local import LocalRates


class Bucket(LocalRates):
    """Buckets whose clock is moved by hand."""

    def __init__(self, allowance: Allowance) -> None:
        super().__init__(allowance)
        self.time = 0.0
        self._clock = lambda: self.time


@pytest.fixture
def bucket() -> Bucket:
    return Bucket(Allowance(points=100, restored=10))


async def test_what_is_taken_comes_back_with_time(bucket: Bucket) -> None:
    await bucket.take("anna", 80)

    refused = await bucket.take("anna", 50)
    bucket.time += 3
    admitted = await bucket.take("anna", 50)

    assert (refused.wait, refused.remaining) == (3, 20)
    assert (admitted.wait, admitted.remaining) == (0, 0)


async def test_nobody_pays_for_another(bucket: Bucket) -> None:
    await bucket.take("anna", 100)

    other = await bucket.take("ben", 100)

    assert other.wait == 0


async def test_what_was_not_used_is_given_back(bucket: Bucket) -> None:
    charge = await bucket.take("anna", 90)

    bucket.settle(charge, 15)

    assert charge.remaining == 85
    assert (await bucket.take("anna", 85)).wait == 0


async def test_an_operation_dearer_than_a_bucket_needs_a_full_one_and_leaves_a_debt(bucket: Bucket) -> None:
    charge = await bucket.take("anna", 250)
    bucket.settle(charge, 200)

    refused = await bucket.take("anna", 1)

    assert charge.wait == 0
    assert refused.wait == 11
    assert bucket.wait_of("anna") == 10


async def test_what_is_left_is_told_as_it_is_when_the_answer_goes(bucket: Bucket) -> None:
    charge = await bucket.take("anna", 10)
    await bucket.take("anna", 80)
    bucket.time += 0.5

    bucket.settle(charge, 10)

    assert charge.remaining == 15


async def test_nothing_is_given_back_of_what_was_not_taken(bucket: Bucket) -> None:
    await bucket.take("anna", 100)
    refused = await bucket.take("anna", 50)

    bucket.settle(refused, 0)

    assert (await bucket.take("anna", 1)).wait == 1


async def test_a_bucket_is_never_more_than_full(bucket: Bucket) -> None:
    charge = await bucket.take("anna", 50)
    bucket.time += 1000
    bucket.settle(charge, 0)

    assert (await bucket.take("anna", 100)).remaining == 0


async def test_full_buckets_are_forgotten(bucket: Bucket) -> None:
    for number in range(10_000):
        await bucket.take(f"address:{number}", 1)
    bucket.time += 1

    await bucket.take("anna", 1)

    assert len(bucket) == 1


async def test_fines_are_taken_without_asking(bucket: Bucket) -> None:
    for _ in range(12):
        bucket.fine("anna", 10)

    assert bucket.wait_of("anna") == 2
    assert bucket.wait_of("ben") == 0


async def test_headers_say_what_is_left_and_when_to_come_back(bucket: Bucket) -> None:
    admitted = await bucket.take("anna", 60)
    refused = await bucket.take("anna", 60)

    assert dict(admitted.headers) == {
        b"ratelimit": b'"points";r=40;t=6',
        b"ratelimit-policy": b'"points";q=100;w=10',
    }
    assert dict(refused.headers)[b"retry-after"] == b"2"


async def test_off_means_untouched() -> None:
    rates = open_rates(Allowance(points=100, restored=10), are_on=False)

    charges = await asyncio.gather(*(rates.take("anna", 90) for _ in range(10)))

    assert {(charge.wait, charge.remaining, charge.reset) for charge in charges} == {(0, 100, 0)}
