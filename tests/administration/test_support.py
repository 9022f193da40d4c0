"""Support tickets, from both sides."""

from typing import Any

import pytest

from mentorhub.resolvers.desk import Viewer
from tests.api import Api
from tests.given import admin, user

SUBMIT = """mutation ($input: SubmitSupportTicketInput!) {
  submitSupportTicket(input: $input) { ticket { id status subject } userErrors { code field } }
}"""
REPLY = """mutation ($input: ReplyToSupportTicketInput!) {
  replyToSupportTicket(input: $input) {
    ticket { status messages { author { name } body } } userErrors { code field ... on StateError { currentStatus } }
  }
}"""
CLOSE = """mutation ($input: CloseSupportTicketInput!) {
  closeSupportTicket(input: $input) { ticket { status } userErrors { code } }
}"""
ALL = """query ($statuses: [TicketStatus!]) {
  admin { supportTickets(statuses: $statuses) { nodes { subject status } totalCount } dashboard { openTickets } }
}"""
TICKET = "query ($id: ID!) { node(id: $id) { ... on SupportTicket { subject } } }"


async def opened(api: Api, author: Viewer, subject: str = "I cannot join") -> str:
    payload = await api.do(SUBMIT, author, input={"subject": subject, "body": "The link is dead."})
    ticket: str = payload["ticket"]["id"]
    return ticket


async def overview(api: Api, viewer: Viewer, **filters: Any) -> Any:
    return (await api.ask(ALL, viewer, **filters))["admin"]


async def test_a_ticket_goes_to_and_fro_until_it_is_closed(api: Api) -> None:
    author, helper = await user(api), await admin(api)

    ticket = await opened(api, author)
    api.clock.forward(minutes=1)
    answered = await api.do(REPLY, helper, input={"ticketId": ticket, "body": "Try this one."})
    waiting = await overview(api, helper)
    api.clock.forward(minutes=1)
    reopened = await api.do(REPLY, author, input={"ticketId": ticket, "body": "Still dead.\r\nSorry."})
    closed = await api.do(CLOSE, helper, input={"ticketId": ticket})

    assert answered["ticket"]["status"] == "ANSWERED"
    assert waiting["dashboard"]["openTickets"] == 0
    assert reopened["ticket"] == {
        "status": "OPEN",
        "messages": [
            {"author": {"name": "Noor Adeyemi"}, "body": "The link is dead."},
            {"author": {"name": "Ada Root"}, "body": "Try this one."},
            {"author": {"name": "Noor Adeyemi"}, "body": "Still dead.\nSorry."},
        ],
    }
    assert closed["ticket"]["status"] == "CLOSED"
    assert (await overview(api, helper))["dashboard"]["openTickets"] == 0


async def test_a_closed_ticket_can_be_neither_answered_nor_closed(api: Api) -> None:
    author, helper = await user(api), await admin(api)
    ticket = await opened(api, author)
    await api.do(CLOSE, helper, input={"ticketId": ticket})

    replied = await api.ask(REPLY, author, input={"ticketId": ticket, "body": "One more thing."})
    closed = await api.refused(CLOSE, helper, input={"ticketId": ticket})

    [error] = replied["replyToSupportTicket"]["userErrors"]
    assert error == {"code": "WRONG_STATE", "field": None, "currentStatus": "CLOSED"}
    assert closed == ["WRONG_STATE"]


async def test_somebody_else_s_ticket_is_as_good_as_none(api: Api) -> None:
    author, other = await user(api), await user(api)
    ticket = await opened(api, author)

    seen = await api.ask(TICKET, other, id=ticket)
    replied = await api.refused(REPLY, other, input={"ticketId": ticket, "body": "Hello?"})
    malformed = await api.refused(REPLY, other, input={"ticketId": "ticket", "body": "Hello?"})

    assert seen["node"] is None
    assert replied == malformed == ["NOT_FOUND"]


@pytest.mark.parametrize("statuses", [None, ["OPEN"], ["ANSWERED", "CLOSED"], []])
async def test_administrators_see_all_tickets_or_those_of_some_statuses(
    api: Api, statuses: list[str] | None
) -> None:
    author, helper = await user(api), await admin(api)
    for number in range(3):
        api.clock.forward(minutes=1)
        await opened(api, author, f"Question {number}")
    answered = await opened(api, helper, "My own question")
    await api.do(CLOSE, helper, input={"ticketId": answered})

    found = (await overview(api, helper, statuses=statuses))["supportTickets"]

    expected = [
        ("My own question", "CLOSED"),
        ("Question 2", "OPEN"),
        ("Question 1", "OPEN"),
        ("Question 0", "OPEN"),
    ]
    wanted = [each for each in expected if statuses is None or each[1] in statuses]
    assert [(each["subject"], each["status"]) for each in found["nodes"]] == wanted
    assert found["totalCount"] == len(wanted)


async def test_all_faults_of_a_ticket_are_told_at_once(api: Api) -> None:
    author = await user(api)

    answer = await api.ask(SUBMIT, author, input={"subject": " a ", "body": " "})

    errors = answer["submitSupportTicket"]["userErrors"]
    assert errors == [{"code": "INVALID", "field": ["subject"]}, {"code": "INVALID", "field": ["body"]}]


async def test_members_can_neither_list_nor_close_tickets(api: Api) -> None:
    author = await user(api)
    ticket = await opened(api, author)

    listed = await api.ask(ALL, author)
    closed = await api.refused(CLOSE, author, input={"ticketId": ticket})
    submitted = await api.refused(SUBMIT, None, input={"subject": "Hello", "body": "Anybody?"})

    assert (listed.codes, closed, submitted) == (["FORBIDDEN"], ["FORBIDDEN"], ["UNAUTHENTICATED"])


async def test_viewers_find_their_own_tickets(api: Api) -> None:
    author, other = await user(api), await user(api)
    await opened(api, author, "Mine")
    await opened(api, other, "Theirs")

    found = await api.ask("{ viewer { supportTickets { nodes { subject } totalCount } } }", author)

    assert found["viewer"]["supportTickets"] == {"nodes": [{"subject": "Mine"}], "totalCount": 1}
