"""What webhooks say: one fixed operation for each topic, executed as the owner, so that it tells what they may see."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from mentorhub.db.facts import FactRow
from mentorhub.execution import Engine, Prepared
from mentorhub.resolvers import bookings
from mentorhub.resolvers.desk import Desk
from mentorhub.rules.vocabulary import WebhookTopic
from mentorhub.schema.context import Context
from mentorhub.schema.nodes import id_of
from mentorhub.schema.scalars import written_instant

_BOOKING_STATUS_CHANGED: Final = """
subscription {
  bookingStatusChanged {
    id
    cursor
    previousStatus
    status
    startsAt
    reason
    occurredAt
    actor { id name }
    booking {
      id
      status
      startsAt
      endsAt
      durationMinutes
      topic
      meetingUrl
      mentor { id name }
      mentee { id name }
    }
  }
}
"""
_FEEDBACK_SUBMITTED: Final = """
query ($id: ID!) {
  node(id: $id) {
    ... on Feedback {
      id
      rating
      comment
      createdAt
      author { id name }
      mentor { id name }
      booking { id startsAt endsAt topic }
    }
  }
}
"""
_MENTOR: Final = """
query ($id: ID!) {
  node(id: $id) {
    ... on Mentor {
      id
      name
      status
      appliedAt
      decidedAt
      decision { reason note decidedAt decidedBy { id name } }
      bio
      company
      jobTitle
      yearsOfExperience
      timezone
      expertise { id name }
      user { id }
    }
  }
}
"""
OPERATIONS: Final[Mapping[WebhookTopic, str]] = {
    WebhookTopic.BOOKING_STATUS_CHANGED: _BOOKING_STATUS_CHANGED,
    WebhookTopic.FEEDBACK_SUBMITTED: _FEEDBACK_SUBMITTED,
    WebhookTopic.MENTOR_APPLIED: _MENTOR,
    WebhookTopic.MENTOR_DECIDED: _MENTOR,
}
"""`data` is what stands under the one field that each asks for."""


class BodyFault(Exception):  # noqa: N818 -- what is logged of it
    """An operation of ours was not answered."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """*engine* is made when it is first needed, which takes a moment; *context* is that of an owner's desk."""

    engine: Callable[[], Engine]
    context: Callable[[Desk], Context]

    async def body(self, desk: Desk, topic: WebhookTopic, row: FactRow) -> bytes | None:
        """The JSON of *row*, as the viewer of *desk* sees it now; None where they may not, or it is gone."""
        data = await self._data(desk, topic, row)
        if data is None:
            return None
        return orjson.dumps(
            {"id": row.id, "type": topic.value, "occurredAt": written_instant(row.occurred_at), "data": data}
        )

    async def _data(self, desk: Desk, topic: WebhookTopic, row: FactRow) -> Any:
        engine = await asyncio.to_thread(self.engine)
        prepared: Prepared = engine.prepare(OPERATIONS[topic])
        context = self.context(desk)
        if topic is WebhookTopic.BOOKING_STATUS_CHANGED:
            if row.booking_id not in await bookings.visible(desk, [row.booking_id or row.subject_id]):
                return None
            result = await engine.answer(prepared, None, context, row)
        else:
            id_ = id_of(row.subject_type, row.subject_id)
            result = await engine.execute(prepared, {"id": id_}, context)
        if result.errors or result.data is None:
            raise BodyFault(str(result.errors))
        [data] = result.data.values()
        return data
