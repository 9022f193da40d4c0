"""Search: words or their beginnings, case and accents ignored, each word must match, everything literal."""

from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from mentorhub.db.database import Database
from mentorhub.db.tables.mentors import expertise as expertise_table
from mentorhub.resolvers.desk import Desk, Viewer
from mentorhub.resolvers.mentor_lists import Filter, browse
from mentorhub.resolvers.paging import Paging
from mentorhub.rules.mentors import MentorOrder
from mentorhub.rules.search_words import of_profile, words_of
from mentorhub.schema.nodes import id_of
from tests import given, rows
from tests.api import Api

SEARCH = "query($search: String) { mentors(filter: {search: $search}, orderBy: NAME) { nodes { name } } }"
UPDATE = """
mutation($input: UpdateMentorProfileInput!) { updateMentorProfile(input: $input) { userErrors { code } } }
"""
CREATE = """
mutation($name: String!) { createExpertise(input: {name: $name}) {
  expertise { id name slug mentorCount } userErrors { code field } } }
"""
RENAME = """
mutation($id: ID!, $name: String!) { renameExpertise(input: {expertiseId: $id, name: $name}) {
  expertise { id name slug mentorCount } userErrors { code field } } }
"""


async def found(api: Api, search: str | None) -> list[str]:
    return [node["name"] for node in (await api.ask(SEARCH, search=search))["mentors"]["nodes"]]


FOUND: list[tuple[str | None, list[str]]] = [
    ("jose", ["José Nuñez"]),
    ("NUÑ", ["José Nuñez"]),
    ("nunez josé", ["José Nuñez"]),
    ("adeyemi", ["Noor Adeyemi"]),
    ("ade noo", ["Noor Adeyemi"]),
    ("noor jose", []),
    ("oor", []),
    ("machine learn", ["José Nuñez"]),
    ("learning build", ["José Nuñez"]),
    ("analytical eng", ["Noor Adeyemi"]),
    ("strasse", ["Noor Adeyemi"]),
    ("relies", ["José Nuñez", "Noor Adeyemi"]),
    ("", ["José Nuñez", "Noor Adeyemi"]),
    (" \t ", ["José Nuñez", "Noor Adeyemi"]),
    (None, ["José Nuñez", "Noor Adeyemi"]),
    ("%", []),
    ("_", []),
    ("*", []),
    ("no%x", []),
    ("noo*", ["Noor Adeyemi"]),
    ("noor NEAR", []),
    ("noor OR jose", []),
    ('"noor"', ["Noor Adeyemi"]),
    ("noor'; --", ["Noor Adeyemi"]),
    ("c++", ["José Nuñez"]),
    ("noor:*", ["Noor Adeyemi"]),
    ("(noor", ["Noor Adeyemi"]),
    ("n" * 5_000, []),
]


async def test_each_word_is_found_wherever_it_stands(api: Api) -> None:
    learning = await given.expertise(api, "Machine Learning")
    await given.mentor(api, name="José Nuñez", expertise_ids=[learning], company="C++ GmbH", job_title="Builder",
                       bio="Has written what everybody relies on, and likes to talk about it.")  # fmt: skip
    await given.mentor(api, name="Noor Adeyemi", company="Analytical Engines, Lange Straße",
                       expertise_ids=[await given.expertise(api, "Rust")],
                       bio="Knows what everybody relies on, and likes to talk about why.")  # fmt: skip
    await given.applicant(api, name="José Pending")

    for search, names in FOUND:
        assert await found(api, search) == names, search


async def test_what_changes_is_found_by_its_new_words_at_once(api: Api) -> None:
    rust = await given.expertise(api, "Rust")
    mentor = await given.mentor(api, name="Noor Adeyemi", company="Bits", expertise_ids=[rust])
    admin = await given.admin(api)

    await api.do(UPDATE, mentor, input={"company": "Gardens"})
    await api.do(RENAME, admin, id=id_of("Expertise", rust), name="Systems Programming")

    assert await found(api, "bits") == await found(api, "rust") == []
    assert await found(api, "garden") == await found(api, "program sys") == ["Noor Adeyemi"]


async def test_expertise_is_kept_by_administrators(api: Api) -> None:
    admin, other = await given.admin(api), await given.user(api)

    made = (await api.do(CREATE, admin, name="  C++ "))["expertise"]
    renamed = (await api.do(RENAME, admin, id=made["id"], name="C#"))["expertise"]

    assert made == {"id": made["id"], "name": "C++", "slug": "c-plus-plus", "mentorCount": 0}
    assert renamed == {"id": made["id"], "name": "C#", "slug": "c-sharp", "mentorCount": 0}
    assert (
        await api.ask("query($id: ID!) { node(id: $id) { id ... on Expertise { name } } }", id=made["id"])
    )["node"] == {"id": made["id"], "name": "C#"}
    assert await api.refused(CREATE, admin, name="c#") == ["ALREADY_EXISTS"]
    assert await api.refused(CREATE, admin, name="  ") == ["INVALID"]
    assert await api.refused(CREATE, admin, name="!?") == ["INVALID"]
    assert await api.refused(CREATE, admin, name="x" * 61) == ["INVALID"]
    assert await api.refused(CREATE, other, name="Rust") == ["FORBIDDEN"]
    assert await api.refused(RENAME, other, id=made["id"], name="Rust") == ["FORBIDDEN"]
    assert await api.refused(RENAME, admin, id="nonsense", name="Rust") == ["NOT_FOUND"]
    await api.do(CREATE, admin, name="Rust")
    assert await api.refused(RENAME, admin, id=made["id"], name="RUST") == ["ALREADY_EXISTS"]


# Letters of one and of several code points, signs that mean something to full-text search, and marks.
letters = st.text("aAbBéÉe\u0301ßſøłıİñ中文ⅷ²٣𞤀 '\"*:&|!()<>%_-+\\\u00ad\u200b", max_size=12)


@hypothesis_given(
    texts=st.lists(st.tuples(letters, letters), min_size=1, max_size=4),
    knowledge=letters,
    searches=st.lists(letters, min_size=1, max_size=6),
)
async def test_search_finds_what_reading_finds(
    database: Database, api: Api, texts: list[tuple[str, str]], knowledge: str, searches: list[str]
) -> None:
    [known] = await rows.add(database, expertise_table, {"name": knowledge, "slug": rows.unique("slug")})
    users = await rows.users(database, len(texts))
    keys = await rows.mentors(
        database,
        [
            {
                "user_id": user,
                "company": company,
                "job_title": title,
                "search": of_profile(
                    name="", company=company, job_title=title, bio="", expertise=[known] if index == 0 else []
                ),
            }
            for index, (user, (company, title)) in enumerate(zip(users, texts, strict=True))
        ],
    )
    await rows.knowing(database, {keys[0]: [known]})
    spoken: dict[str, list[str]] = {
        key: words_of(f"{company} {title}") for key, (company, title) in zip(keys, texts, strict=True)
    }
    spoken[keys[0]] += words_of(knowledge)

    for search in searches:
        page = await browse(
            _desk(api, None), Filter(search=search), order=MentorOrder.NEWEST, paging=Paging(first=100)
        )
        sought = words_of(search)
        read = {
            key
            for key, words in spoken.items()
            if all(any(word.startswith(beginning) for word in words) for beginning in sought)
        }
        if not sought and search.strip():
            read = set()
        assert {row.id for row in page.nodes} & set(keys) == read, search


def _desk(api: Api, viewer: Viewer | None) -> Desk:
    return api.context(viewer).desk
