"""Incidents, as administrators handle them."""

from typing import Any

from tests.api import Api
from tests.given import admin, user

OPEN = """mutation ($input: OpenIncidentInput!) {
  openIncident(input: $input) {
    incident { id kind status details reporter { name } subject { name } booking { id } }
    userErrors { code field }
  }
}"""
NOTE = """mutation ($input: AddIncidentNoteInput!) {
  addIncidentNote(input: $input) { incident { notes { author { name } body } } userErrors { code field } }
}"""
SET = """mutation ($input: SetIncidentStatusInput!) {
  setIncidentStatus(input: $input) {
    incident { status resolution resolvedAt } userErrors { code field ... on StateError { currentStatus } }
  }
}"""
LIST = """query ($statuses: [IncidentStatus!]) {
  admin { incidents(statuses: $statuses) { nodes { kind } totalCount } dashboard { openIncidents } }
}"""


async def opened(api: Api, viewer: Any, **more: Any) -> str:
    given = {"kind": "DATA_BREACH", "details": "Somebody saw it.", **more}
    found: str = (await api.do(OPEN, viewer, input=given))["incident"]["id"]
    return found


async def test_an_incident_is_opened_noted_resolved_and_opened_again(api: Api) -> None:
    keeper, subject = await admin(api), await user(api)
    given = {"kind": "MISCONDUCT", "details": "Shouted.", "subjectId": f"user_{subject.user_id}"}

    incident = (await api.do(OPEN, keeper, input=given))["incident"]
    key = incident["id"]
    noted = await api.do(NOTE, keeper, input={"incidentId": key, "body": "Spoke with both."})
    resolved = await api.do(
        SET, keeper, input={"incidentId": key, "status": "RESOLVED", "resolution": "Warned."}
    )
    closed = await api.ask(LIST, keeper)
    again = await api.ask(SET, keeper, input={"incidentId": key, "status": "RESOLVED"})
    reopened = await api.do(SET, keeper, input={"incidentId": key, "status": "INVESTIGATING"})
    standing = await api.ask(LIST, keeper, statuses=["INVESTIGATING"])

    assert incident | {"id": 0} == {
        "id": 0,
        "kind": "MISCONDUCT",
        "status": "OPEN",
        "details": "Shouted.",
        "reporter": {"name": "Ada Root"},
        "subject": {"name": "Noor Adeyemi"},
        "booking": None,
    }
    assert noted["incident"]["notes"] == [{"author": {"name": "Ada Root"}, "body": "Spoke with both."}]
    assert resolved["incident"] == {
        "status": "RESOLVED",
        "resolution": "Warned.",
        "resolvedAt": "2026-03-02T09:00:00Z",
    }
    assert closed["admin"]["dashboard"]["openIncidents"] == 0
    [error] = again["setIncidentStatus"]["userErrors"]
    assert (error["code"], error["currentStatus"]) == ("WRONG_STATE", "RESOLVED")
    assert reopened["incident"] == {"status": "INVESTIGATING", "resolution": None, "resolvedAt": None}
    assert standing["admin"]["dashboard"]["openIncidents"] == 1
    assert standing["admin"]["incidents"]["totalCount"] == 1


async def test_all_faults_of_an_incident_are_told_at_once(api: Api) -> None:
    keeper = await admin(api)

    answer = await api.ask(
        OPEN, keeper, input={"kind": "OTHER", "details": " ", "subjectId": "user_x", "bookingId": "booking_x"}
    )

    assert answer["openIncident"]["userErrors"] == [
        {"code": "INVALID", "field": ["details"]},
        {"code": "NOT_FOUND", "field": ["subjectId"]},
        {"code": "NOT_FOUND", "field": ["bookingId"]},
    ]


async def test_an_incident_that_stays_open_has_no_resolution(api: Api) -> None:
    keeper = await admin(api)
    key = await opened(api, keeper)

    refused = await api.refused(
        SET, keeper, input={"incidentId": key, "status": "INVESTIGATING", "resolution": "Done."}
    )

    assert refused == ["INVALID"]


async def test_members_handle_no_incidents(api: Api) -> None:
    keeper, member = await admin(api), await user(api)
    key = await opened(api, keeper)

    assert await api.refused(OPEN, member, input={"kind": "OTHER", "details": "Me."}) == ["FORBIDDEN"]
    assert await api.refused(NOTE, member, input={"incidentId": key, "body": "Me."}) == ["FORBIDDEN"]
    assert await api.refused(SET, member, input={"incidentId": key, "status": "DISMISSED"}) == ["FORBIDDEN"]
    assert await api.refused(NOTE, keeper, input={"incidentId": "incident_x", "body": "?"}) == ["NOT_FOUND"]
