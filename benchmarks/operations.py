"""What is asked of every server: five operations, their texts, and the requests that make a round of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that is asked; *key* names it on the command line and in `operationName`."""

    key: str
    title: str
    text: str
    writes: bool = False


BROWSE: Final = Operation(
    "Browse",
    "browse",
    """query Browse {
  mentors(first: 20) {
    nodes {
      id name jobTitle company yearsOfExperience
      rating { average count }
      expertise { id name }
      slots(first: 5) { id startsAt endsAt }
    }
    pageInfo { hasNextPage }
  }
}""",
)
BOOKINGS: Final = Operation(
    "Bookings",
    "my bookings",
    """query Bookings {
  viewer {
    bookings(first: 20) {
      nodes {
        id status startsAt endsAt topic
        mentor { id name jobTitle company expertise { id name } }
        mentee { id name }
        feedback { rating comment }
      }
      pageInfo { hasNextPage }
    }
  }
}""",
)
DASHBOARD: Final = Operation(
    "Dashboard",
    "dashboard and feed",
    """query Dashboard {
  admin {
    dashboard {
      totalMentors approvedMentors pendingMentors totalUsers totalBookings pendingBookings
      openIncidents openTickets averageRating
    }
    activity(first: 20) {
      nodes { id kind occurredAt actor { id name } }
      pageInfo { hasNextPage }
    }
  }
}""",
)
NAME: Final = Operation("Name", "one name", "query Name($id: ID!) { mentor(id: $id) { name } }")
REQUEST: Final = Operation(
    "Request",
    "request a booking",
    """mutation Request($input: RequestBookingInput!) {
  requestBooking(input: $input) {
    booking { id status startsAt }
    userErrors { code }
  }
}""",
    writes=True,
)
OPERATIONS: Final = (BROWSE, BOOKINGS, DASHBOARD, NAME, REQUEST)


@dataclass(frozen=True, slots=True)
class Request:
    """One request, by somebody who is signed in with *token*, or by nobody."""

    body: bytes
    token: str | None = None

    def on_the_wire(self, port: int) -> bytes:
        """The whole of it, as HTTP/1.1 has it."""
        bearer = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"Accept: application/json\r\n{bearer}Content-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


Asked = Callable[[Operation, dict[str, Any]], tuple[str, dict[str, Any]]]
"""How a server is asked for an operation: the text and the variables, in its own words."""


def as_it_is(operation: Operation, variables: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return operation.text, variables


@dataclass(frozen=True, slots=True)
class Ask:
    """An open slot that a mentee can ask for."""

    token: str
    slot_id: str


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who asks, and for what: found in the seeded database, and the same for every server."""

    mentees: Sequence[str]
    """Tokens of people with a page of bookings."""
    admin: str
    mentors: Sequence[str]
    """Keys of public mentors."""
    asks: Sequence[Ask]

    def requests(self, operation: Operation, asked: Asked = as_it_is) -> list[Request]:
        """The requests of a round, to be sent in turns; of `REQUEST` each only once."""

        def request(token: str | None = None, **variables: Any) -> Request:
            text, given = asked(operation, variables)
            body = {"query": text, "operationName": operation.key, "variables": given}
            return Request(orjson.dumps(body), token)

        if operation is BROWSE:
            return [request()]
        if operation is DASHBOARD:
            return [request(self.admin)]
        if operation is BOOKINGS:
            return [request(token) for token in self.mentees]
        if operation is NAME:
            return [request(id=f"mentor_{key}") for key in self.mentors]
        return [
            request(ask.token, input={"slotId": f"slot_{ask.slot_id}", "topic": "Where to begin"})
            for ask in self.asks
        ]
