"""Every mutation for administrators is an act: the audit log has it, once, with actor, subject, reason and traces."""

from collections.abc import Mapping
from typing import Any, Final

from mentorhub.db.tables.feedback import feedback
from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.vocabulary import BookingStatus, Role
from tests import given, rows
from tests.administration.test_roles import MUTATIONS, Level
from tests.administration.test_support import SUBMIT
from tests.api import MONDAY, Api

LOG: Final = """{ admin { auditLog(first: 100) { nodes {
  kind actor { name } reason requestId address subject { __typename }
} } } }"""

# Each mutation, what it is asked ($name is the id that was made last under that name), the act and its reason.
ACTS: Final[tuple[tuple[str, Mapping[str, Any], str, str | None, str | None], ...]] = (
    ("approveMentor", {"mentorId": "$one"}, "MENTOR_APPROVED", "Mentor", None),
    ("approveMentors", {"mentorIds": ["$two"]}, "MENTOR_APPROVED", "Mentor", None),
    ("rejectMentor", {"mentorId": "$three", "reason": "OTHER", "note": "Why."}, "MENTOR_REJECTED", "Mentor", "OTHER"),
    ("deactivateMentor", {"mentorId": "$one", "note": "Gone."}, "MENTOR_DEACTIVATED", "Mentor", None),
    ("reactivateMentor", {"mentorId": "$one"}, "MENTOR_REACTIVATED", "Mentor", None),
    ("createExpertise", {"name": "Sailing"}, "EXPERTISE_CREATED", "Expertise", None),
    ("renameExpertise", {"expertiseId": "$expertise", "name": "Boats"}, "EXPERTISE_RENAMED", "Expertise", None),
    ("exportBookings", {}, "DATA_EXPORTED", "User", None),
    ("warnUser", {"userId": "$user", "reason": "Sold courses."}, "USER_WARNED", "User", "Sold courses."),
    ("suspendUser", {"userId": "$user", "reason": "Harm."}, "USER_SUSPENDED", "User", "Harm."),
    ("reinstateUser", {"userId": "$user"}, "USER_REINSTATED", "User", None),
    ("setUserRole", {"userId": "$user", "role": "ADMIN"}, "ROLE_CHANGED", "User", None),
    ("revokeAccess", {"userId": "$user"}, "ACCESS_REVOKED", "User", None),
    ("revokeAccess", {}, "ACCESS_REVOKED", "User", None),
    ("hideFeedback", {"feedbackId": "$feedback", "reason": "Rude."}, "FEEDBACK_HIDDEN", "Feedback", "Rude."),
    ("restoreFeedback", {"feedbackId": "$feedback"}, "FEEDBACK_RESTORED", "Feedback", None),
    ("openIncident", {"kind": "OTHER", "details": "Seen."}, "INCIDENT_REPORTED", "Incident", None),
    ("addIncidentNote", {"incidentId": "$incident", "body": "More."}, "INCIDENT_CHANGED", "Incident", None),
    ("setIncidentStatus", {"incidentId": "$incident", "status": "RESOLVED", "resolution": "Done."},
     "INCIDENT_RESOLVED", "Incident", "Done."),
    ("closeSupportTicket", {"ticketId": "$ticket"}, "TICKET_CLOSED", "SupportTicket", None),
    ("postAnnouncement", {"kind": "NEWS", "title": "New", "body": "Now."}, "ANNOUNCEMENT_POSTED", "Announcement", None),
    ("endAnnouncement", {"announcementId": "$announcement"}, "ANNOUNCEMENT_ENDED", "Announcement", None),
    ("saveFaqEntry", {"audience": "EVERYONE", "question": "Why not?", "answer": "So."}, "FAQ_SAVED", "FaqEntry", None),
    ("deleteFaqEntry", {"faqEntryId": "$faqEntry"}, "FAQ_DELETED", None, None),
)  # fmt: skip
MADE: Final = {
    "createExpertise": "expertise", "openIncident": "incident", "postAnnouncement": "announcement",
    "saveFaqEntry": "faqEntry",
}  # fmt: skip


def filled(asked: Any, known: Mapping[str, str]) -> Any:
    if isinstance(asked, dict):
        return {name: filled(value, known) for name, value in asked.items()}
    if isinstance(asked, list):
        return [filled(value, known) for value in asked]
    return known[asked[1:]] if isinstance(asked, str) and asked.startswith("$") else asked


async def known_things(api: Api) -> dict[str, str]:
    database = api.house.doors.database
    one, two, three = [await given.applicant(api, name=f"Mentor {number}") for number in range(3)]
    member = await given.user(api)
    booking = await rows.booking(
        database,
        mentor_id=await rows.mentor(database),
        starts_at=MONDAY,
        ends_at=MONDAY.replace(hour=10),
        status=BookingStatus.COMPLETED,
        mentee_id=member.user_id,
    )
    said = {
        "mentor_id": one.mentor_id,
        "author_id": member.user_id,
        "rating": 1,
        "comment": "Not what was said.",
    }
    [feedback_id] = await rows.add(database, feedback, {**said, "booking_id": booking, "created_at": MONDAY})
    ticket = await api.do(SUBMIT, member, input={"subject": "Help me", "body": "Please."})
    return {
        "one": f"mentor_{one.mentor_id}",
        "two": f"mentor_{two.mentor_id}",
        "three": f"mentor_{three.mentor_id}",
        "user": f"user_{member.user_id}",
        "feedback": f"feedback_{feedback_id}",
        "ticket": ticket["ticket"]["id"],
    }


def test_every_mutation_for_administrators_is_tried() -> None:
    administrative = {name for name, needs in MUTATIONS.items() if needs.level >= Level.ADMIN}

    assert {mutation for mutation, *_ in ACTS} == administrative


async def test_the_log_has_each_act_once_with_who_why_and_from_where(api: Api) -> None:
    above = await given.user(api, name="Sol Prime", role=Role.SUPERADMIN)
    known = await known_things(api)
    logged = len(await log(api, above))
    wrong = []
    for mutation, asked, kind, subject, reason in ACTS:
        api.clock.forward(seconds=1)
        made = MADE.get(mutation)
        kind_of_input = mutation[0].upper() + mutation[1:]
        text = (
            f"mutation ($input: {kind_of_input}Input!) {{ {mutation}(input: $input) "
            f"{{ userErrors {{ code }} {made + ' { id }' if made else ''} }} }}"
        )
        payload = await api.do(text, above, input=filled(asked, known), address="198.51.100.7")
        if made:
            known[made] = payload[made]["id"]
        logged += 1
        found = await log(api, above)
        expected = {
            "kind": kind,
            "actor": {"name": "Sol Prime"},
            "reason": reason,
            "requestId": "request",
            "address": "198.51.100.7",
            "subject": {"__typename": subject} if subject else None,
        }
        if len(found) != logged or found[0] != expected:
            wrong.append((mutation, len(found) - logged, found[0]))

    assert wrong == []


async def log(api: Api, viewer: Viewer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.ask(LOG, viewer))["admin"]["auditLog"]["nodes"]
    return found
