"""How PostGraphile is asked the same, in names that are its own, and its answers in the names of everybody else."""

from typing import Any, Final

from benchmarks.operations import BOOKINGS, BROWSE, DASHBOARD, NAME, REQUEST, Operation

_TEXTS: Final = {
    BROWSE.key: """query Browse {
  browse(first: 20) {
    nodes {
      rowId name jobTitle company yearsOfExperience ratingAverage ratingCount
      knows { nodes { rowId name } }
      nextSlots(first: 5) { nodes { rowId startsAt endsAt } }
    }
    pageInfo { hasNextPage }
  }
}""",
    BOOKINGS.key: """query Bookings {
  ownBookings(first: 20) {
    nodes {
      rowId statusNow startsAt endsAt topic
      mentorByMentorId { rowId name jobTitle company knows { nodes { rowId name } } }
      userByMenteeId { rowId name }
      feedbackByBookingId { rating comment }
    }
    pageInfo { hasNextPage }
  }
}""",
    DASHBOARD.key: """query Dashboard {
  figuresOfAll {
    totalMentors approvedMentors pendingMentors totalUsers totalBookings pendingBookings
    openIncidents openTickets averageRating
  }
  feed(first: 20) {
    nodes { rowId kind occurredAt actor { rowId name } }
    pageInfo { hasNextPage }
  }
}""",
    NAME.key: "query Name($id: UUID!) { mentorByRowId(rowId: $id) { name } }",
    REQUEST.key: """mutation Request($input: AskForSlotInput!) {
  askForSlot(input: $input) { result { rowId statusNow startsAt } }
}""",
}


def asked(operation: Operation, variables: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The text and the variables of *operation*."""
    if operation is NAME:
        variables = {"id": variables["id"].removeprefix("mentor_")}
    elif operation is REQUEST:
        given = variables["input"]
        variables = {"input": {"slotKey": given["slotId"].removeprefix("slot_"), "topic": given["topic"]}}
    return _TEXTS[operation.key], variables


def answered(operation: Operation, data: dict[str, Any]) -> dict[str, Any]:
    """*data* as the others give it."""
    if operation is BROWSE:
        return {"mentors": _page(data["browse"], _mentor)}
    if operation is BOOKINGS:
        return {"viewer": {"bookings": _page(data["ownBookings"], _booking)}}
    if operation is DASHBOARD:
        return {"admin": {"dashboard": data["figuresOfAll"], "activity": _page(data["feed"], _activity)}}
    if operation is NAME:
        return {"mentor": data["mentorByRowId"]}
    made = data["askForSlot"]["result"]
    booking = {"id": "booking_", "status": made["statusNow"], "startsAt": made["startsAt"]} if made else None
    return {"requestBooking": {"booking": booking, "userErrors": []}}


def _page(given: dict[str, Any], shape: Any) -> dict[str, Any]:
    return {"nodes": [shape(node) for node in given["nodes"]], "pageInfo": given["pageInfo"]}


def _named(kind: str, given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {"id": f"{kind}_{given['rowId']}"} | {name: given[name] for name in names}


def _expertise(given: dict[str, Any]) -> list[dict[str, Any]]:
    return [_named("expertise", each, "name") for each in given["knows"]["nodes"]]


def _mentor(given: dict[str, Any]) -> dict[str, Any]:
    rating = {
        "average": given["ratingAverage"] if given["ratingCount"] else None,
        "count": given["ratingCount"],
    }
    slots = [_named("slot", each, "startsAt", "endsAt") for each in given["nextSlots"]["nodes"]]
    own = _named("mentor", given, "name", "jobTitle", "company", "yearsOfExperience")
    return own | {"rating": rating, "expertise": _expertise(given), "slots": slots}


def _booking(given: dict[str, Any]) -> dict[str, Any]:
    mentor = given["mentorByMentorId"]
    return _named("booking", given, "startsAt", "endsAt", "topic") | {
        "status": given["statusNow"],
        "mentor": _named("mentor", mentor, "name", "jobTitle", "company") | {"expertise": _expertise(mentor)},
        "mentee": _named("user", given["userByMenteeId"], "name"),
        "feedback": given["feedbackByBookingId"],
    }


def _activity(given: dict[str, Any]) -> dict[str, Any]:
    actor = given["actor"]
    own = _named("activity", given, "kind", "occurredAt")
    return own | {"actor": _named("user", actor, "name") if actor else None}
