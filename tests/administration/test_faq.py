"""The FAQ and the guides: read by all, the administrators' part by them alone."""

from mentorhub.rules.vocabulary import Audience
from tests.api import Api
from tests.given import admin, user

FAQ = "query ($search: String) { faq(search: $search) { id audience question answer } }"
GUIDES = "query ($audience: Audience) { guides(audience: $audience) { slug audience title body updatedOn } }"
SAVE = """mutation ($input: SaveFaqEntryInput!) {
  saveFaqEntry(input: $input) { faqEntry { id question answer audience } userErrors { code field } }
}"""
DELETE = """mutation ($input: DeleteFaqEntryInput!) {
  deleteFaqEntry(input: $input) { deletedFaqEntryId userErrors { code } }
}"""
NODE = "query ($id: ID!) { node(id: $id) { ... on FaqEntry { question } } }"


async def test_a_new_platform_answers_what_is_often_asked(api: Api) -> None:
    found = (await api.ask(FAQ))["faq"]

    assert found[0]["question"] == "Is MentorHub free to use?"
    assert {entry["audience"] for entry in found} == {"EVERYONE", "MENTEES", "MENTORS"}


async def test_administrators_read_every_question_of_the_user_guide(api: Api) -> None:
    found = (await api.ask(FAQ, await admin(api)))["faq"]

    asked = {(entry["audience"], entry["question"]) for entry in found}
    assert asked >= {
        ("EVERYONE", "Is MentorHub free to use?"),
        ("EVERYONE", "How long are typical sessions?"),
        ("EVERYONE", "Can I book multiple sessions with the same mentor?"),
        ("MENTEES", "How far in advance should I book?"),
        ("MENTEES", "Can I reschedule a booking?"),
        ("MENTEES", "What if my mentor doesn't show up?"),
        ("MENTORS", "How long does approval take?"),
        ("MENTORS", "Can I set different rates for different sessions?"),
        ("MENTORS", "Can I mentor multiple expertise areas?"),
        ("ADMINS", "How do I add new expertise categories?"),
        ("ADMINS", "Can I bulk-approve mentors?"),
        ("ADMINS", "How do I export platform data?"),
    }
    assert "Django" not in str(found)
    assert "support@mentorhub.com" in str(found)


async def test_search_finds_beginnings_of_words_without_case_and_accents(api: Api) -> None:
    editor = await admin(api)
    await api.do(
        SAVE, editor, input={"audience": "EVERYONE", "question": "What is a résumé?", "answer": "A CV."}
    )

    by_beginning = (await api.ask(FAQ, search="RESUM cv"))["faq"]
    by_some_words = (await api.ask(FAQ, search="resume zebra"))["faq"]
    by_no_word = (await api.ask(FAQ, search="?!"))["faq"]
    by_nothing = (await api.ask(FAQ, search=" "))["faq"]

    assert [entry["question"] for entry in by_beginning] == ["What is a résumé?"]
    assert by_some_words == by_no_word == []
    assert len(by_nothing) > 5


async def test_an_entry_is_written_changed_and_deleted(api: Api) -> None:
    editor = await admin(api)
    written = await api.do(
        SAVE, editor, input={"audience": "MENTORS", "question": " May  I? ", "answer": "Yes.\r\nDo."}
    )
    key = written["faqEntry"]["id"]

    changed = await api.do(
        SAVE, editor, input={"faqEntryId": key, "audience": "ADMINS", "question": "May I?", "answer": "No."}
    )
    to_all = (await api.ask(NODE, id=key))["node"]
    to_editor = (await api.ask(NODE, editor, id=key))["node"]
    deleted = await api.do(DELETE, editor, input={"faqEntryId": key})
    again = await api.refused(DELETE, editor, input={"faqEntryId": key})

    assert written["faqEntry"]["answer"] == "Yes.\nDo."
    assert changed["faqEntry"] == {"id": key, "question": "May I?", "answer": "No.", "audience": "ADMINS"}
    assert (to_all, to_editor) == (None, {"question": "May I?"})
    assert deleted["deletedFaqEntryId"] == key
    assert again == ["NOT_FOUND"]


async def test_only_administrators_write_the_faq(api: Api) -> None:
    member = await user(api)
    entry = {"audience": "EVERYONE", "question": "Who am I?", "answer": "Nobody."}

    assert await api.refused(SAVE, member, input=entry) == ["FORBIDDEN"]
    assert await api.refused(SAVE, None, input=entry) == ["UNAUTHENTICATED"]
    assert await api.refused(DELETE, member, input={"faqEntryId": "x"}) == ["FORBIDDEN"]


async def test_every_guide_is_read_by_those_it_is_for(api: Api) -> None:
    member, editor = await user(api), await admin(api)

    to_member = (await api.ask(GUIDES, member))["guides"]
    to_editor = (await api.ask(GUIDES, editor))["guides"]
    for_admins = (await api.ask(GUIDES, member, audience="ADMINS"))["guides"]
    for_mentors = (await api.ask(GUIDES, None, audience="MENTORS"))["guides"]

    assert {guide["audience"] for guide in to_editor} == {audience.value for audience in Audience}
    assert [guide for guide in to_editor if guide["audience"] != "ADMINS"] == to_member
    assert for_admins == []
    assert "mentor-guidelines" in [guide["slug"] for guide in for_mentors]
    assert {guide["slug"] for guide in to_editor if guide["audience"] == "ADMINS"} == {
        "administering-the-platform",
        "emergency-procedures",
        "handling-disputes",
        "reading-the-analytics",
        "reviewing-applications",
    }
    assert all(guide["title"] and not guide["body"].startswith("# ") for guide in to_editor)
