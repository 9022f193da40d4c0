"""The audit log: every administrative act, with its traces, for ever."""

import pytest
from sqlalchemy import delete, update

from mentorhub.db.database import Violated
from mentorhub.db.statements import change
from mentorhub.db.tables.facts import facts
from tests.administration.test_incidents import NOTE, SET, opened
from tests.administration.test_support import CLOSE, REPLY
from tests.administration.test_support import opened as ticket
from tests.api import Api
from tests.given import admin, user

LOG = """query ($actor: ID, $subject: ID, $first: Int, $after: String) {
  admin { auditLog(actorId: $actor, subjectId: $subject, first: $first, after: $after) {
    nodes { kind actor { name } summary reason requestId address subject { __typename } }
    pageInfo { hasNextPage endCursor }
    totalCount
  } }
}"""


async def test_every_act_is_logged_with_who_why_and_from_where(api: Api) -> None:
    keeper, member = await admin(api), await user(api)
    incident = await opened(api, keeper, subjectId=f"user_{member.user_id}")
    await api.do(
        SET,
        keeper,
        address="198.51.100.7",
        input={"incidentId": incident, "status": "DISMISSED", "resolution": "Nothing in it."},
    )

    found = (await api.ask(LOG, keeper))["admin"]["auditLog"]

    assert found["nodes"] == [
        {
            "kind": "INCIDENT_RESOLVED",
            "actor": {"name": "Ada Root"},
            "summary": "Ada Root closed an incident.",
            "reason": "Nothing in it.",
            "requestId": "request",
            "address": "198.51.100.7",
            "subject": {"__typename": "Incident"},
        },
        {
            "kind": "INCIDENT_REPORTED",
            "actor": {"name": "Ada Root"},
            "summary": "Ada Root reported an incident.",
            "reason": None,
            "requestId": "request",
            "address": "192.0.2.1",
            "subject": {"__typename": "Incident"},
        },
    ]
    assert found["totalCount"] == 2


async def test_an_act_has_its_traces_wherever_it_is_asked_for(api: Api) -> None:
    keeper = await admin(api)
    incident = await opened(api, keeper, subjectId=f"user_{(await user(api)).user_id}")
    await api.do(
        SET, keeper, input={"incidentId": incident, "status": "DISMISSED", "resolution": "Nothing in it."}
    )
    everywhere = """
        fragment Act on Activity { id reason requestId address }
        { admin {
            auditLog(first: 1) { nodes { ...Act } }
            activity(first: 1) { nodes { ...Act } edges { node { ...Act } } }
            named: activity(first: 1, kinds: [INCIDENT_RESOLVED]) { nodes { ...Act actor { name } } }
        } }
    """

    found = (await api.ask(everywhere, keeper))["admin"]

    [act] = found["auditLog"]["nodes"]
    assert (act["reason"], act["requestId"], act["address"]) == ("Nothing in it.", "request", "192.0.2.1")
    assert found["activity"] == {"nodes": [act], "edges": [{"node": act}]}
    assert found["named"]["nodes"] == [{**act, "actor": {"name": "Ada Root"}}]
    one = await api.ask(
        "query ($id: ID!) { node(id: $id) { id ... on Activity { reason requestId address } } }",
        keeper,
        id=act["id"],
    )
    assert one["node"] == act


async def test_the_log_is_narrowed_to_an_actor_and_a_subject(api: Api) -> None:
    keeper, other, member = await admin(api), await admin(api), await user(api)
    incident = await opened(api, keeper, subjectId=f"user_{member.user_id}")
    await api.do(NOTE, other, input={"incidentId": incident, "body": "Seen."})
    await opened(api, keeper)

    async def kinds(**narrowed: str) -> list[str]:
        found = (await api.ask(LOG, keeper, **narrowed))["admin"]["auditLog"]["nodes"]
        return [node["kind"] for node in found]

    assert await kinds(actor=f"user_{other.user_id}") == ["INCIDENT_CHANGED"]
    assert await kinds(subject=incident) == ["INCIDENT_CHANGED", "INCIDENT_REPORTED"]
    assert await kinds(subject=f"user_{member.user_id}") == ["INCIDENT_CHANGED", "INCIDENT_REPORTED"]
    assert await kinds(subject=incident, actor=f"user_{keeper.user_id}") == ["INCIDENT_REPORTED"]
    assert await kinds(subject="nothing") == await kinds(actor="nobody") == []


async def test_what_members_do_is_no_act(api: Api) -> None:
    keeper, member = await admin(api), await user(api)
    theirs = await ticket(api, member)
    await api.do(REPLY, keeper, input={"ticketId": theirs, "body": "Yes?"})
    await api.do(REPLY, member, input={"ticketId": theirs, "body": "It works now."})
    await api.do(CLOSE, keeper, input={"ticketId": theirs})

    found = (await api.ask(LOG, keeper))["admin"]["auditLog"]["nodes"]

    assert [node["kind"] for node in found] == ["TICKET_CLOSED", "TICKET_ANSWERED"]


async def test_the_log_is_read_in_pages(api: Api) -> None:
    keeper = await admin(api)
    for _ in range(3):
        await opened(api, keeper)

    first = (await api.ask(LOG, keeper, first=2))["admin"]["auditLog"]
    rest = (await api.ask(LOG, keeper, first=2, after=first["pageInfo"]["endCursor"]))["admin"]["auditLog"]

    assert (len(first["nodes"]), first["pageInfo"]["hasNextPage"]) == (2, True)
    assert (len(rest["nodes"]), rest["pageInfo"]["hasNextPage"]) == (1, False)


async def test_nobody_changes_or_deletes_what_was_logged(api: Api) -> None:
    await opened(api, await admin(api))
    database = api.house.doors.database

    for statement in (change(update(facts).values(kind="USER_JOINED")), change(delete(facts))):
        with pytest.raises(Violated, match=r"ck_facts_never_(changed|deleted)"):
            await database.write(lambda transaction, doing=statement: transaction.run(doing))  # type: ignore[misc]  # at once


async def test_the_log_is_for_administrators(api: Api) -> None:
    assert (await api.ask(LOG, await user(api))).codes == ["FORBIDDEN"]
    assert (await api.ask(LOG)).codes == ["UNAUTHENTICATED"]
