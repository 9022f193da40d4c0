from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mentorhub.rules import zones
from mentorhub.rules.offering import (
    Asker,
    Offer,
    PendingLimits,
    TimeReason,
    Verdict,
    is_clear,
    is_offered,
    verdict,
    window,
)
from mentorhub.rules.slots import SessionRules
from tests.rules.wall_clocks import (
    MINUTE,
    at,
    dated,
    interval,
    weekly,
)

NOW = at("2026-06-15 12:00")
"""A Monday."""

OFFER = Offer(
    is_approved=True,
    is_accepting=True,
    zone=zones.zone("UTC"),
    rules=SessionRules(session_minutes=60, minimum_notice_hours=24, horizon_days=7),
    blocks=[weekly(f"2026-06-{day}", "09:00-17:30") for day in range(15, 20)],
)
"""Monday to Friday, 09:00–17:30, by the hour; offered from Tuesday noon to next Monday noon."""

BUFFERED = replace(OFFER, rules=replace(OFFER.rules, buffer_minutes=30))
"""By the hour and a half: 09:00, 10:30, 12:00, 13:30, 15:00, 16:30."""

TEN_O_CLOCK = interval("2026-06-17 10:00/11:00")


def reasons(time: str, offer: Offer = OFFER, asker: Asker | None = None) -> list[str]:
    found = verdict(at(time), offer, now=NOW, asker=asker) if asker else verdict(at(time), offer, now=NOW)
    assert found.is_bookable is (not found.reasons)
    return list(found.reasons)


def test_the_reasons_are_those_of_the_contract_in_its_order() -> None:
    contract = """
      OUTSIDE_AVAILABILITY NOT_A_SLOT_START TIME_OFF HELD BOOKED BUFFER MINIMUM_NOTICE BEYOND_HORIZON PAST
      MENTOR_NOT_ACCEPTING MENTOR_NOT_APPROVED VIEWER_BUSY OWN_SLOT REQUEST_LIMIT
    """

    assert [reason.value for reason in TimeReason] == contract.split()


def test_a_slot_with_nothing_against_it_can_be_booked() -> None:
    assert verdict(at("2026-06-17 10:00"), OFFER, now=NOW) == Verdict((), TEN_O_CLOCK)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-06-17 08:59", ["OUTSIDE_AVAILABILITY"]),
        ("2026-06-17 09:00", []),
        ("2026-06-17 09:30", ["NOT_A_SLOT_START"]),
        ("2026-06-17 16:00", []),
        # Half an hour is left over at the end, too short for a session.
        ("2026-06-17 17:00", ["NOT_A_SLOT_START"]),
        ("2026-06-17 17:29", ["NOT_A_SLOT_START"]),
        ("2026-06-17 17:30", ["OUTSIDE_AVAILABILITY"]),
        ("2026-06-20 10:00", ["OUTSIDE_AVAILABILITY"]),
        # Notice and horizon, to the minute.
        ("2026-06-16 11:00", ["MINIMUM_NOTICE"]),
        ("2026-06-16 12:00", []),
        ("2026-06-22 11:00", []),
        ("2026-06-22 12:00", ["BEYOND_HORIZON"]),
        ("2026-06-15 12:00", ["MINIMUM_NOTICE"]),
        ("2026-06-15 11:00", ["PAST"]),
        ("2026-06-14 11:00", ["OUTSIDE_AVAILABILITY", "PAST"]),
    ],
)
def test_a_time_is_judged_by_availability_notice_and_horizon(time: str, expected: list[str]) -> None:
    assert reasons(time) == expected


def test_a_fraction_of_a_second_past_a_start_is_no_slot_start() -> None:
    late = at("2026-06-17 10:00") + timedelta(microseconds=1)

    assert verdict(late, OFFER, now=NOW) == Verdict((TimeReason.NOT_A_SLOT_START,), None)


def test_a_slot_can_be_booked_until_its_start_where_no_notice_is_asked() -> None:
    offer = replace(OFFER, rules=replace(OFFER.rules, minimum_notice_hours=0))

    assert reasons("2026-06-15 12:00", offer) == []
    assert reasons("2026-06-15 11:00", offer) == ["PAST"]


def test_a_notice_longer_than_the_horizon_offers_nothing_and_says_both() -> None:
    offer = replace(OFFER, rules=replace(OFFER.rules, minimum_notice_hours=240))

    assert reasons("2026-06-23 10:00", offer) == ["MINIMUM_NOTICE", "BEYOND_HORIZON"]
    assert not is_offered(interval("2026-06-23 10:00/11:00"), offer, now=NOW)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-06-17 09:00", []),
        ("2026-06-17 10:00", ["TIME_OFF"]),
        ("2026-06-17 10:30", ["NOT_A_SLOT_START", "TIME_OFF"]),
        ("2026-06-17 11:00", ["TIME_OFF"]),
        ("2026-06-17 12:00", []),
    ],
)
def test_time_off_is_told_of_every_time_that_runs_into_it(time: str, expected: list[str]) -> None:
    offer = replace(OFFER, time_off=[interval("2026-06-17 10:59/12:00")])

    assert reasons(time, offer) == expected


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-06-17 09:00", []),
        ("2026-06-17 09:30", ["NOT_A_SLOT_START", "BOOKED"]),
        ("2026-06-17 10:00", ["BOOKED"]),
        ("2026-06-17 10:59", ["NOT_A_SLOT_START", "HELD", "BOOKED"]),
        ("2026-06-17 11:00", ["HELD"]),
        ("2026-06-17 12:00", []),
    ],
)
def test_what_is_held_or_booked_is_told_apart(time: str, expected: list[str]) -> None:
    offer = replace(OFFER, booked=[TEN_O_CLOCK], held=[interval("2026-06-17 11:00/12:00")])

    assert reasons(time, offer) == expected


@pytest.mark.parametrize(
    ("booking", "expected"),
    [
        ("2026-06-17 10:00/11:30", []),
        ("2026-06-17 10:00/11:31", ["BUFFER"]),
        ("2026-06-17 10:00/12:00", ["BUFFER"]),
        ("2026-06-17 13:30/14:00", []),
        ("2026-06-17 13:29/14:00", ["BUFFER"]),
        ("2026-06-17 13:00/14:00", ["BUFFER"]),
        ("2026-06-17 12:59/14:00", ["HELD"]),
    ],
)
def test_a_slot_nearer_than_the_buffer_to_a_booking_is_not_offered(booking: str, expected: list[str]) -> None:
    offer = replace(BUFFERED, held=[interval(booking)])

    assert reasons("2026-06-17 12:00", offer) == expected
    assert is_offered(interval("2026-06-17 12:00/13:00"), offer, now=NOW) is (not expected)


def test_every_booking_that_crowds_or_overlaps_is_told() -> None:
    held, booked = interval("2026-06-17 10:00/11:45"), interval("2026-06-17 12:30/12:45")

    assert reasons("2026-06-17 12:00", replace(BUFFERED, held=[held], booked=[booked])) == [
        "BOOKED",
        "BUFFER",
    ]
    assert reasons("2026-06-17 12:00", replace(BUFFERED, booked=[held])) == ["BUFFER"]


def test_a_booking_outside_the_availability_of_today_still_holds_its_time() -> None:
    moved = replace(OFFER, blocks=[dated("2026-06-17", "10:30-12:30")], booked=[TEN_O_CLOCK])

    assert reasons("2026-06-17 10:00", moved) == ["OUTSIDE_AVAILABILITY", "BOOKED"]
    assert reasons("2026-06-17 10:30", moved) == ["BOOKED"]
    assert reasons("2026-06-17 11:30", moved) == []


@pytest.mark.parametrize(
    ("offer", "expected"),
    [
        (replace(OFFER, is_accepting=False), ["MENTOR_NOT_ACCEPTING"]),
        (replace(OFFER, is_approved=False), ["MENTOR_NOT_APPROVED"]),
        (
            replace(OFFER, is_accepting=False, is_approved=False, blocks=[]),
            ["OUTSIDE_AVAILABILITY", "MENTOR_NOT_ACCEPTING", "MENTOR_NOT_APPROVED"],
        ),
    ],
)
def test_a_mentor_who_takes_no_requests_offers_nothing(offer: Offer, expected: list[str]) -> None:
    assert reasons("2026-06-17 10:00", offer) == expected
    assert not is_offered(TEN_O_CLOCK, offer, now=NOW)


@pytest.mark.parametrize(
    ("asker", "expected"),
    [
        (Asker(busy=[interval("2026-06-17 10:59/12:00")]), ["VIEWER_BUSY"]),
        (Asker(busy=[interval("2026-06-17 11:00/12:00")]), []),
        (Asker(is_the_mentor=True), ["OWN_SLOT"]),
        (Asker(limits=PendingLimits(with_mentor=1, in_all=1)), []),
        (Asker(pending_with_mentor=2, pending_in_all=9), []),
        (Asker(pending_with_mentor=3, pending_in_all=3), ["REQUEST_LIMIT"]),
        (Asker(pending_with_mentor=0, pending_in_all=10), ["REQUEST_LIMIT"]),
        (Asker(pending_with_mentor=1, limits=PendingLimits(with_mentor=1)), ["REQUEST_LIMIT"]),
        (Asker(pending_in_all=1, limits=PendingLimits(in_all=1)), ["REQUEST_LIMIT"]),
        (
            Asker(is_the_mentor=True, busy=[TEN_O_CLOCK], pending_in_all=11),
            ["VIEWER_BUSY", "OWN_SLOT", "REQUEST_LIMIT"],
        ),
    ],
)
def test_who_asks_matters_too(asker: Asker, expected: list[str]) -> None:
    assert reasons("2026-06-17 10:00", asker=asker) == expected


def test_everything_against_a_time_is_told_at_once_in_order() -> None:
    now = at("2026-06-17 10:30")
    offer = replace(
        BUFFERED,
        is_approved=False,
        is_accepting=False,
        rules=replace(BUFFERED.rules, horizon_days=0),
        time_off=[TEN_O_CLOCK],
        held=[TEN_O_CLOCK, interval("2026-06-17 11:40/12:00")],
        booked=[TEN_O_CLOCK],
    )
    asker = Asker(is_the_mentor=True, busy=[TEN_O_CLOCK], pending_in_all=10)

    before = verdict(now - MINUTE, offer, now=now, asker=asker)
    after = verdict(now + MINUTE, offer, now=now, asker=asker)

    always = set(TimeReason) - {
        TimeReason.OUTSIDE_AVAILABILITY,
        TimeReason.MINIMUM_NOTICE,
        TimeReason.PAST,
        TimeReason.BEYOND_HORIZON,
    }
    assert before.reasons == tuple(r for r in TimeReason if r in always | {TimeReason.PAST})
    assert after.reasons == tuple(
        r for r in TimeReason if r in always | {TimeReason.MINIMUM_NOTICE, TimeReason.BEYOND_HORIZON}
    )


@pytest.mark.parametrize("time", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_ends_of_the_calendar_are_outside(time: datetime, zone: str) -> None:
    offer = replace(OFFER, zone=zones.zone(zone), booked=[TEN_O_CLOCK])

    found = verdict(time, offer, now=NOW)

    assert found.reasons[0] == TimeReason.OUTSIDE_AVAILABILITY
    assert found.slot is None


@pytest.mark.parametrize(
    ("slot", "expected"),
    [
        ("2026-06-16 11:59/13:00", False),
        ("2026-06-16 12:00/13:00", True),
        ("2026-06-22 11:59/13:00", True),
        ("2026-06-22 12:00/13:00", False),
    ],
)
def test_a_row_is_offered_from_the_notice_to_before_the_horizon(
    slot: str,
    expected: bool,  # noqa: FBT001 -- a table
) -> None:
    assert is_offered(interval(slot), OFFER, now=NOW) is expected


def test_the_window_is_of_true_hours() -> None:
    rules = SessionRules(minimum_notice_hours=36, horizon_days=2)

    assert window(NOW, rules) == (at("2026-06-17 00:00"), at("2026-06-17 12:00"))


def test_clear_is_at_least_the_buffer_away_from_each_booking() -> None:
    bookings = [interval("2026-06-17 08:30/09:30"), interval("2026-06-17 11:40/12:00")]

    assert is_clear(TEN_O_CLOCK, bookings, 30 * MINUTE)
    assert not is_clear(TEN_O_CLOCK, bookings, 31 * MINUTE)
    assert is_clear(TEN_O_CLOCK, [interval("2026-06-17 11:00/12:00")], 0 * MINUTE)
    assert not is_clear(TEN_O_CLOCK, [interval("2026-06-17 10:59/12:00")], 0 * MINUTE)
    assert is_clear(TEN_O_CLOCK, [], 120 * MINUTE)
