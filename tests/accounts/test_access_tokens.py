"""Access tokens: made, shown once, limited, revoked, ended."""

import pytest

from mentorhub.db.tokens import access_of
from mentorhub.resolvers import authentication
from mentorhub.rules.vocabulary import Role
from tests.accounts.people import (
    CHANGE_EMAIL,
    CHANGE_PASSWORD,
    CREATE_TOKEN,
    DELETE,
    PASSWORD,
    REVOKE_OTHERS,
    REVOKE_SESSION,
    REVOKE_TOKEN,
    SIGN_OUT,
    UPDATE,
    Visitor,
    person,
)
from tests.api import Api

TOKENS = "{ viewer { accessTokens { id name scopes createdAt lastUsedAt expiresAt } } }"
QUERY = "{ viewer { user { name } } }"
ADMIN = "{ admin { dashboard { totalUsers } } }"


async def _program(owner: Visitor, *scopes: str, **more: str) -> Visitor:
    payload = await owner.do(CREATE_TOKEN, name="calendar", scopes=list(scopes), **more)
    return owner.at(token=payload["secret"])


async def test_a_token_is_shown_once_and_stored_hashed(api: Api) -> None:
    noor = await person(api)

    payload = await noor.do(CREATE_TOKEN, name=" calendar ", scopes=["WRITE", "READ", "READ"])

    assert payload["secret"].startswith("mh_")
    assert len(payload["secret"]) > 40
    [shown] = (await noor.ask(TOKENS))["viewer"]["accessTokens"]
    assert shown == payload["accessToken"]
    assert shown == {
        "id": shown["id"],
        "name": "calendar",
        "scopes": ["READ", "WRITE"],
        "createdAt": "2026-03-02T09:00:00Z",
        "lastUsedAt": None,
        "expiresAt": None,
    }
    [row] = await access_of(api.house.doors.database.reader, noor.user_id, now=api.clock.now())
    assert payload["secret"] not in str(row)


@pytest.mark.parametrize("scopes", [["READ"], ["WRITE"], ["READ", "WRITE"]])
async def test_read_is_for_queries_and_write_for_mutations(api: Api, scopes: list[str]) -> None:
    program = await _program(await person(api), *scopes)

    read, written = await program.ask(QUERY), await program.ask(UPDATE, input={"name": "New"})

    assert read.codes == ([] if "READ" in scopes else ["FORBIDDEN"])
    assert written.codes == ([] if "WRITE" in scopes else ["FORBIDDEN"])


@pytest.mark.parametrize("scopes", [["READ"], ["READ", "WRITE"], ["WRITE"]])
async def test_without_admin_an_administrators_token_opens_nothing_of_theirs(
    api: Api, scopes: list[str]
) -> None:
    ada = await person(api, role=Role.ADMIN)

    assert (await (await _program(ada, *scopes)).ask(ADMIN)).codes == ["FORBIDDEN"]
    assert (await (await _program(ada, "READ", "ADMIN")).ask(ADMIN)).codes == []
    assert (await ada.ask(ADMIN)).codes == []


async def test_admin_alone_allows_neither_queries_nor_mutations(api: Api) -> None:
    program = await _program(await person(api, role=Role.ADMIN), "ADMIN")

    assert (await program.ask(ADMIN)).codes == ["FORBIDDEN"]
    assert (await program.ask(UPDATE, input={"name": "New"})).codes == ["FORBIDDEN"]


async def test_only_administrators_make_tokens_for_administration(api: Api) -> None:
    noor = await person(api)

    assert await noor.refused(CREATE_TOKEN, name="x", scopes=["READ", "ADMIN"]) == [("INVALID", ["scopes"])]


@pytest.mark.parametrize(
    ("mutation", "input"),
    [
        (CHANGE_PASSWORD, {"currentPassword": PASSWORD, "newPassword": "quite another way"}),
        (CHANGE_EMAIL, {"currentPassword": PASSWORD, "newEmail": "new@example.com"}),
        (DELETE, {"currentPassword": PASSWORD}),
        (CREATE_TOKEN, {"name": "more", "scopes": ["READ"]}),
        (REVOKE_TOKEN, {"accessTokenId": "accesstoken_x"}),
        (REVOKE_SESSION, {"sessionId": "session_x"}),
        (REVOKE_OTHERS, {}),
        (SIGN_OUT, {}),
        (
            "mutation ($input: SetUserRoleInput!) { setUserRole(input: $input) { user { id } userErrors { code } } }",
            {"userId": "user_x", "role": "ADMIN"},
        ),
        (
            "mutation ($input: RevokeAccessInput!) { revokeAccess(input: $input) { revokedCount } }",
            {"userId": None},
        ),
    ],
)
async def test_what_concerns_the_accounts_security_refuses_tokens(
    api: Api, mutation: str, input: dict[str, object]
) -> None:
    program = await _program(await person(api, role=Role.SUPERADMIN), "READ", "WRITE", "ADMIN")

    assert await program.refused(mutation, **input) == [("FORBIDDEN", None)]


@pytest.mark.parametrize("query", [TOKENS, "{ viewer { sessions { id } } }"])
async def test_tokens_see_neither_sessions_nor_tokens(api: Api, query: str) -> None:
    noor = await person(api)
    program = await _program(noor, "READ", "WRITE")
    [shown] = (await noor.ask(TOKENS))["viewer"]["accessTokens"]

    assert (await program.ask(query)).codes == ["FORBIDDEN"]
    answer = await program.ask("query ($id: ID!) { node(id: $id) { id } }", id=shown["id"])
    assert answer["node"] is None


async def test_a_revoked_token_is_over_at_once(api: Api) -> None:
    noor, eve = await person(api), await person(api)
    program = await _program(noor, "READ")
    assert (await program.ask(QUERY)).codes == []
    [shown] = (await noor.ask(TOKENS))["viewer"]["accessTokens"]

    assert await eve.refused(REVOKE_TOKEN, accessTokenId=shown["id"]) == [("NOT_FOUND", ["accessTokenId"])]
    payload = await noor.do(REVOKE_TOKEN, accessTokenId=shown["id"])

    assert payload["revokedAccessTokenId"] == shown["id"]
    assert (await program.ask(QUERY)).codes == ["UNAUTHENTICATED"]
    assert (await noor.ask(TOKENS))["viewer"]["accessTokens"] == []


async def test_a_token_ends_when_it_was_to(api: Api) -> None:
    noor = await person(api)
    program = await _program(noor, "READ", expiresAt="2026-03-02T10:00:00Z")
    api.clock.forward(minutes=59, seconds=59)
    assert (await program.ask(QUERY)).codes == []

    api.clock.forward(seconds=1)

    assert (await program.ask(QUERY)).codes == ["UNAUTHENTICATED"]
    assert (await noor.ask(TOKENS))["viewer"]["accessTokens"] == []


async def test_its_last_use_is_written_down_to_the_minute(api: Api) -> None:
    noor = await person(api)
    program = await _program(noor, "READ")
    for seconds in (10, 30):
        api.clock.forward(seconds=seconds)
        await program.ask(QUERY)
        await authentication.write_uses(api.house.doors)

    [shown] = (await noor.ask(TOKENS))["viewer"]["accessTokens"]
    assert shown["lastUsedAt"] == "2026-03-02T09:00:10Z"


async def test_all_faults_of_a_new_token_are_told(api: Api) -> None:
    noor = await person(api)

    refused = await noor.refused(CREATE_TOKEN, name="\u200b", scopes=[], expiresAt="2026-03-02T09:00:00Z")

    assert refused == [("INVALID", ["name"]), ("REQUIRED", ["scopes"]), ("INVALID", ["expiresAt"])]


async def test_a_person_has_fifty_tokens_at_most(api: Api) -> None:
    noor = await person(api)
    for number in range(50):
        await noor.do(CREATE_TOKEN, name=f"number {number}", scopes=["READ"])

    assert await noor.refused(CREATE_TOKEN, name="one more", scopes=["READ"]) == [("INVALID", None)]
