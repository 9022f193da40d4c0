"""What mentors know, as it is called now, whoever has called it so."""

import asyncio

from mentorhub.db import expertise
from mentorhub.db.expertise import ExpertiseRow
from mentorhub.db.keys import new_key
from mentorhub.db.opening import open_database
from mentorhub.db.tables.mentors import expertise as expertise_table
from tests import given, rows
from tests.api import Api
from tests.counting import counting

KNOWN = "{ mentors { nodes { expertise { name mentorCount } } } }"
RENAME = "mutation($id: ID!, $name: String!) { renameExpertise(input: {expertiseId: $id, name: $name}) { __typename } }"


async def named(api: Api) -> list[str]:
    answer = await api.ask("{ mentors { nodes { expertise { name } } } }")
    [mentor] = answer["mentors"]["nodes"]
    return [each["name"] for each in mentor["expertise"]]


async def test_another_process_has_its_new_name_at_once(api: Api, database_url: str) -> None:
    database = api.house.doors.database
    python, rust = await given.expertise(api, "Python"), await given.expertise(api, "Rust")
    await rows.knowing(database, {await rows.mentor(database): [rust, python]})
    other = await open_database(database_url)
    seen = [await named(api)]

    for row in ExpertiseRow(python, "Snakes", "snakes", 0), ExpertiseRow(rust, "Iron", "iron", 0):
        await other.write(lambda transaction, row=row: expertise.rename(transaction, row))  # type: ignore[misc]  # a row
        seen.append(await named(api))
    added = ExpertiseRow(new_key(), "Go", "go", 0)
    await other.write(lambda transaction: expertise.add(transaction, added))
    await rows.knowing(database, {await rows.mentor(database): [added.id]})
    answer = await api.ask("{ mentors(first: 1, orderBy: NEWEST) { nodes { expertise { slug } } } }")
    await other.close()

    assert seen == [["Python", "Rust"], ["Rust", "Snakes"], ["Iron", "Snakes"]]
    assert answer["mentors"]["nodes"] == [{"expertise": [{"slug": "go"}]}]


async def test_what_was_added_past_the_service_is_shown(api: Api) -> None:
    database = api.house.doors.database
    python = await given.expertise(api, "Python")
    mentor = await rows.mentor(database)
    await rows.knowing(database, {mentor: [python]})
    assert await named(api) == ["Python"]

    [added] = await rows.add(database, expertise_table, {"name": "Go", "slug": "go"})
    await rows.knowing(database, {await rows.mentor(database): [added]})
    answer = await api.ask("{ mentors(first: 1, orderBy: NEWEST) { nodes { expertise { slug } } } }")

    assert answer["mentors"]["nodes"] == [{"expertise": [{"slug": "go"}]}]


async def test_names_are_read_once_and_counts_each_time(api: Api) -> None:
    database = api.house.doors.database
    python = await given.expertise(api, "Python")
    await rows.knowing(database, {await rows.mentor(database): [python]})
    await named(api)

    async with counting(api) as counted:
        await named(api)
        answer = await api.ask(KNOWN)

    about = [sql for sql in counted.reads if "FROM expertise" in sql and "FROM mentors" not in sql]
    assert answer["mentors"]["nodes"] == [{"expertise": [{"name": "Python", "mentorCount": 0}]}]
    assert len(about) == 1


async def test_whoever_names_at_the_same_time_gets_another_revision(api: Api) -> None:
    admin = await given.admin(api)
    keys = [await given.expertise(api, name) for name in ("Python", "Rust", "Go")]

    async def rename(number: int, key: str) -> None:
        await api.ask(RENAME, admin, id=f"expertise_{key}", name=f"Knowledge {number}")

    await asyncio.gather(*(rename(number, key) for number, key in enumerate(keys)))

    names = (await api.house.doors.expertise_names.read(api.house.doors.database.reader)).names
    assert sorted(row.name for row in names.values()) == ["Knowledge 0", "Knowledge 1", "Knowledge 2"]
    assert len({row.revision for row in names.values()}) == 3
