"""Users, as administrators find them and act on them."""

import asyncio
from typing import Any

import pytest

from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.vocabulary import Role
from tests.api import Api
from tests.given import admin, user

FIND = """query ($filter: UserFilter, $first: Int, $after: String) {
  admin { users(filter: $filter, first: $first, after: $after) {
    nodes { name role status } totalCount pageInfo { endCursor hasNextPage }
  } }
}"""
WARN = """mutation ($input: WarnUserInput!) {
  warnUser(input: $input) {
    user { warnings { reason issuedBy { name } issuedAt } } userErrors { code field }
  }
}"""
SUSPEND = "mutation ($input: SuspendUserInput!) { suspendUser(input: $input) { user { status } userErrors { code } } }"
REINSTATE = """mutation ($input: ReinstateUserInput!) {
  reinstateUser(input: $input) { user { status } userErrors { code } }
}"""
SET_ROLE = "mutation ($input: SetUserRoleInput!) { setUserRole(input: $input) { user { role } userErrors { code } } }"
REVOKE = "mutation ($input: RevokeAccessInput!) { revokeAccess(input: $input) { revokedCount userErrors { code } } }"
WARNINGS = "query ($id: ID!) { node(id: $id) { ... on User { name warnings { reason } } } }"


async def superadmin(api: Api) -> Viewer:
    return await user(api, name="Sol Prime", role=Role.SUPERADMIN)


def named(viewer: Viewer) -> str:
    return f"user_{viewer.user_id}"


async def found(api: Api, viewer: Viewer, **filter: Any) -> list[str]:
    answer = await api.ask(FIND, viewer, filter=filter)
    return [each["name"] for each in answer["admin"]["users"]["nodes"]]


async def test_users_are_found_by_beginnings_of_words_in_name_and_address(api: Api) -> None:
    keeper = await admin(api)
    for name in ("José Ñandú", "Josefine O'Hara", "Jean-Luc Moreau"):
        api.clock.forward(minutes=1)
        await user(api, name=name)

    assert await found(api, keeper, search="jose") == ["Josefine O'Hara", "José Ñandú"]
    assert await found(api, keeper, search="NANDU josé") == ["José Ñandú"]
    assert await found(api, keeper, search="luc") == ["Jean-Luc Moreau"]
    assert await found(api, keeper, search="hara") == ["Josefine O'Hara"]
    assert len(await found(api, keeper, search="somebody example.com")) == 4
    assert await found(api, keeper, search="ose") == await found(api, keeper, search="%") == []
    assert len(await found(api, keeper, search=" ")) == 4


async def test_users_are_filtered_and_read_in_pages(api: Api) -> None:
    keeper = await admin(api)
    for number in range(3):
        api.clock.forward(minutes=1)
        await user(api, name=f"Member {number}")

    first = (await api.ask(FIND, keeper, filter={"roles": ["MEMBER"]}, first=2))["admin"]["users"]
    cursor = first["pageInfo"]["endCursor"]
    rest = (await api.ask(FIND, keeper, filter={"roles": ["MEMBER"]}, first=2, after=cursor))["admin"][
        "users"
    ]

    assert [each["name"] for each in first["nodes"] + rest["nodes"]] == ["Member 2", "Member 1", "Member 0"]
    assert (first["totalCount"], rest["pageInfo"]["hasNextPage"]) == (3, False)
    assert await found(api, keeper, roles=["ADMIN"], statuses=["ACTIVE"]) == ["Ada Root"]
    assert await found(api, keeper, statuses=["SUSPENDED"]) == await found(api, keeper, roles=[]) == []


async def test_a_warning_is_read_by_whom_it_is_for_and_by_administrators(api: Api) -> None:
    keeper, member, other = await admin(api), await user(api), await user(api)

    payload = await api.do(WARN, keeper, input={"userId": named(member), "reason": "Sold courses."})
    to_member = await api.ask(WARNINGS, member, id=named(member))
    to_keeper = await api.ask(WARNINGS, keeper, id=named(other))
    of_keeper = await api.ask("{ viewer { user { warnings { reason } } } }", other)

    assert payload["user"]["warnings"] == [
        {"reason": "Sold courses.", "issuedBy": {"name": "Ada Root"}, "issuedAt": "2026-03-02T09:00:00Z"}
    ]
    assert to_member["node"]["warnings"] == [{"reason": "Sold courses."}]
    assert to_keeper["node"]["warnings"] == of_keeper["viewer"]["user"]["warnings"] == []


ACTS = {
    "warn": (WARN, {"reason": "So."}),
    "suspend": (SUSPEND, {"reason": "So."}),
    "reinstate": (REINSTATE, {}),
    "set role": (SET_ROLE, {"role": "MEMBER"}),
    "revoke access": (REVOKE, {}),
}


@pytest.mark.parametrize("act", ACTS)
async def test_admins_act_on_members_superadmins_on_all_but_themselves(api: Api, act: str) -> None:
    mutation, rest = ACTS[act]
    people = {
        "member": await user(api),
        "another member": await user(api),
        "admin": await admin(api),
        "another admin": await admin(api),
        "superadmin": await superadmin(api),
        "another superadmin": await superadmin(api),
    }

    async def answer(actor: str, subject: str) -> list[str]:
        return await api.refused(mutation, people[actor], input={"userId": named(people[subject]), **rest})

    is_role = act == "set role"
    possible = ["WRONG_STATE"] if act == "reinstate" else []
    assert await answer("member", "another member") == ["FORBIDDEN"]
    assert await answer("admin", "another admin") == ["FORBIDDEN"]
    assert await answer("admin", "superadmin") == ["FORBIDDEN"]
    assert await answer("admin", "admin") == ["FORBIDDEN"]
    assert await answer("superadmin", "superadmin") == ["FORBIDDEN"]
    assert await answer("admin", "member") == (["FORBIDDEN"] if is_role else possible)
    assert await answer("superadmin", "another member") == possible
    assert await answer("superadmin", "another admin") == possible
    assert await answer("superadmin", "another superadmin") == possible
    nobody = {"userId": "user_nobody", **rest}
    assert await api.refused(mutation, people["superadmin"], input=nobody) == ["NOT_FOUND"]
    assert await api.refused(mutation, None, input=nobody) == ["UNAUTHENTICATED"]


async def test_an_account_is_suspended_and_reinstated_once(api: Api) -> None:
    keeper, member = await admin(api), await user(api)
    given = {"userId": named(member)}

    suspended = await api.do(SUSPEND, keeper, input={**given, "reason": "So."})
    again = await api.refused(SUSPEND, keeper, input={**given, "reason": "So."})
    reinstated = await api.do(REINSTATE, keeper, input=given)
    once_more = await api.refused(REINSTATE, keeper, input=given)

    assert (suspended["user"], reinstated["user"]) == ({"status": "SUSPENDED"}, {"status": "ACTIVE"})
    assert again == once_more == ["WRONG_STATE"]


@pytest.mark.parametrize(
    ("mutation", "rest"),
    [(SET_ROLE, {"role": "MEMBER"}), (SUSPEND, {"reason": "So."})],
    ids=["demoted", "suspended"],
)
async def test_of_two_superadmins_who_turn_on_each_other_one_stays(
    api: Api, mutation: str, rest: dict[str, str]
) -> None:
    one, other = await superadmin(api), await superadmin(api)

    answers = await asyncio.gather(
        api.refused(mutation, one, input={"userId": named(other), **rest}),
        api.refused(mutation, other, input={"userId": named(one), **rest}),
    )

    assert sorted(answers) == [[], ["WRONG_STATE"]]


async def test_access_of_everybody_is_for_superadmins_to_end(api: Api) -> None:
    keeper, above = await admin(api), await superadmin(api)

    assert await api.refused(REVOKE, keeper, input={}) == ["FORBIDDEN"]
    assert await api.refused(REVOKE, above, input={}) == []
