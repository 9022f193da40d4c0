"""The hand-written answers: rows from a few statements, put into dictionaries as the client wants them."""

import hashlib
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

from benchmarks.rows import statements
from uuid_utils.compat import uuid7

Fetch = Callable[..., Awaitable[list[Any]]]
"""Gives the rows of a statement, on the connection that the request has."""

_SHARDS: Final = 16


class NotAllowed(Exception):  # noqa: N818 -- an answer
    """Nobody is signed in, or somebody who may not."""


class Answers:
    """What each operation answers, from *database*."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self._shown = database.shown
        self.by_name = {
            "Browse": self.browse,
            "Bookings": self.bookings,
            "Dashboard": self.dashboard,
            "Name": self.name,
            "Request": self.request,
            "Ready": self.ready,
        }

    async def ready(self, fetch: Fetch, variables: dict[str, Any], token: str | None) -> dict[str, Any]:
        await fetch("SELECT 1")
        return {"__typename": "Query"}

    async def browse(self, fetch: Fetch, variables: dict[str, Any], token: str | None) -> dict[str, Any]:
        database = self._database
        mentors = await fetch(statements.MENTORS)
        keys = [row["id"] for row in mentors[:20]]
        expertise = await self._expertise(fetch, keys)
        offered = defaultdict(list)
        shown = self._shown
        for row in await fetch(database.slots, database.keys(keys), self._now()):
            offered[row["mentor_id"]].append(
                {
                    "id": f"slot_{row['id']}",
                    "startsAt": shown(row["starts_at"]),
                    "endsAt": shown(row["ends_at"]),
                }
            )
        nodes = [
            {
                "id": f"mentor_{row['id']}",
                "name": row["name"],
                "jobTitle": row["job_title"],
                "company": row["company"],
                "yearsOfExperience": row["years_of_experience"],
                "rating": {
                    "average": row["rating_average"] if row["rating_count"] else None,
                    "count": row["rating_count"],
                },
                "expertise": expertise[row["id"]],
                "slots": offered[row["id"]],
            }
            for row in mentors[:20]
        ]
        return {"mentors": {"nodes": nodes, "pageInfo": {"hasNextPage": len(mentors) > 20}}}

    async def bookings(self, fetch: Fetch, variables: dict[str, Any], token: str | None) -> dict[str, Any]:
        viewer = await self._viewer(fetch, token)
        values = [self._now(), viewer["id"]]
        text = statements.BOOKINGS_OF_MENTEE
        if viewer["mentor_id"]:
            text = statements.BOOKINGS_OF_BOTH
            values.append(viewer["mentor_id"])
        rows = await fetch(text, *values)
        expertise = await self._expertise(fetch, list({row["mentor_id"] for row in rows[:20]}))
        shown = self._shown
        nodes = [
            {
                "id": f"booking_{row['id']}",
                "status": row["status"],
                "startsAt": shown(row["starts_at"]),
                "endsAt": shown(row["ends_at"]),
                "topic": row["topic"],
                "mentor": {
                    "id": f"mentor_{row['mentor_id']}",
                    "name": row["mentor"],
                    "jobTitle": row["job_title"],
                    "company": row["company"],
                    "expertise": expertise[row["mentor_id"]],
                },
                "mentee": {"id": f"user_{row['mentee_id']}", "name": row["mentee"]},
                "feedback": {"rating": row["rating"], "comment": row["comment"]} if row["rating"] else None,
            }
            for row in rows[:20]
        ]
        return {"viewer": {"bookings": {"nodes": nodes, "pageInfo": {"hasNextPage": len(rows) > 20}}}}

    async def dashboard(self, fetch: Fetch, variables: dict[str, Any], token: str | None) -> dict[str, Any]:
        if (await self._viewer(fetch, token))["role"] == "MEMBER":
            raise NotAllowed
        kept = {row["name"]: int(row["value"]) for row in await fetch(statements.FIGURES)}
        [overdue] = await fetch(statements.OVERDUE, self._now())
        rows = await fetch(statements.ACTIVITY)
        approved, pending = kept.get("mentors_approved", 0), kept.get("mentors_pending", 0)
        ratings = kept.get("rating_count", 0)
        figures = {
            "totalMentors": approved + pending,
            "approvedMentors": approved,
            "pendingMentors": pending,
            "totalUsers": kept.get("users", 0),
            "totalBookings": kept.get("bookings", 0),
            "pendingBookings": kept.get("bookings_pending", 0) - overdue["overdue"],
            "openIncidents": kept.get("incidents_open", 0),
            "openTickets": kept.get("tickets_open", 0),
            "averageRating": kept.get("rating_sum", 0) / ratings if ratings else None,
        }
        shown = self._shown
        nodes = [
            {
                "id": f"activity_{row['id']}",
                "kind": row["kind"],
                "occurredAt": shown(row["occurred_at"]),
                "actor": {"id": f"user_{row['actor_id']}", "name": row["actor"]} if row["actor_id"] else None,
            }
            for row in rows[:20]
        ]
        feed = {"nodes": nodes, "pageInfo": {"hasNextPage": len(rows) > 20}}
        return {"admin": {"dashboard": figures, "activity": feed}}

    async def name(self, fetch: Fetch, variables: dict[str, Any], token: str | None) -> dict[str, Any]:
        rows = await fetch(statements.NAME, variables["id"].removeprefix("mentor_"))
        return {"mentor": {"name": rows[0]["name"]} if rows else None}

    async def request(self, fetch: Fetch, variables: dict[str, Any], token: str | None) -> dict[str, Any]:
        viewer = await self._viewer(fetch, token)
        asked = variables["input"]
        rows = await fetch(
            statements.REQUEST,
            key := uuid7(),
            asked["slotId"].removeprefix("slot_"),
            viewer["id"],
            self._now(),
            asked["topic"].strip(),
            uuid7(),
            random.randrange(_SHARDS),
        )
        if not rows:
            return {"requestBooking": {"booking": None, "userErrors": [{"code": "SLOT_UNAVAILABLE"}]}}
        booking = {
            "id": f"booking_{key}",
            "status": "PENDING",
            "startsAt": self._shown(rows[0]["starts_at"]),
        }
        return {"requestBooking": {"booking": booking, "userErrors": []}}

    async def _viewer(self, fetch: Fetch, token: str | None) -> Any:
        if token is None:
            raise NotAllowed
        hashed = hashlib.sha256(token.encode()).hexdigest()
        rows = await fetch(statements.SESSION, hashed, self._now())
        if not rows:
            raise NotAllowed
        return rows[0]

    async def _expertise(self, fetch: Fetch, mentors: list[Any]) -> dict[Any, list[dict[str, Any]]]:
        found = defaultdict(list)
        for row in await fetch(self._database.expertise, self._database.keys(mentors)):
            found[row["mentor_id"]].append({"id": f"expertise_{row['id']}", "name": row["name"]})
        return found

    def _now(self) -> Any:
        return self._database.instant(datetime.now(UTC))
