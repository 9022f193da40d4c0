"""Who may see each field of the API, and who may ask for each mutation and subscription.

A new field is added here, to the line of those who see it; `test_visibility` fails until it is, and until it is so.
The viewers are those of `world`: the sample of each type concerns the mentor, whose booking with the mentee is
confirmed.
"""

from collections.abc import Iterator, Mapping
from typing import Final

ADMINS: Final = frozenset({"admin", "superadmin", "admin's own program", "superadmin's own program"})
"""A program of an administrator without the scope ADMIN is one of theirs that is none of these."""
MEMBERS: Final = frozenset({"stranger", "mentee", "mentor"})
PROGRAMS: Final = frozenset({"mentor's program", "admin's program"})
"""With the scopes READ and WRITE."""
READER: Final = "mentor's reader"
"""With the scope READ alone."""
OWN_PROGRAMS: Final = frozenset({"mentor's program", READER})

SIGNED_IN: Final = ADMINS | MEMBERS | PROGRAMS | {READER}
EVERYBODY: Final = SIGNED_IN | {"nobody"}
PARTIES: Final = frozenset({"mentor", "mentee"}) | OWN_PROGRAMS | ADMINS
OWN: Final = frozenset({"mentor"}) | OWN_PROGRAMS | ADMINS
OWNER: Final = frozenset({"mentor"}) | OWN_PROGRAMS
IN_PERSON: Final = frozenset({"mentor"})

# ── Things with an id: who sees them, and which of their fields only some of those see ────────────

NODES: Final[Mapping[str, tuple[frozenset[str], Mapping[frozenset[str], str]]]] = {
    "AccessToken": (IN_PERSON, {IN_PERSON: "id name scopes createdAt lastUsedAt expiresAt"}),
    "Activity": (
        ADMINS,
        {ADMINS: "id cursor kind actor subject summary occurredAt reason requestId address"},
    ),
    "Announcement": (EVERYBODY, {EVERYBODY: "id kind title body postedAt endedAt"}),
    "Booking": (
        PARTIES,
        {
            PARTIES: (
                "id mentor mentee slot startsAt endsAt durationMinutes status topic description questions meetingUrl "
                "reason endedBy feedback requestedAt updatedAt respondBy history viewerCan"
            ),
            OWN: "mentorNotes",
        },
    ),
    "DateAvailability": (OWN, {OWN: "id startTime endTime date"}),
    "Expertise": (EVERYBODY, {EVERYBODY: "id name slug mentorCount"}),
    "FaqEntry": (EVERYBODY, {EVERYBODY: "id audience question answer"}),
    "Feedback": (
        EVERYBODY,
        {
            EVERYBODY: "id mentor author rating comment reply createdAt",
            PARTIES: "booking",
            ADMINS: "hiddenAt",
        },
    ),
    "Incident": (
        OWN,
        {
            OWN: "id kind status booking reporter subject details resolution reportedAt resolvedAt notes",
        },
    ),
    "Mentor": (
        EVERYBODY,
        {
            EVERYBODY: (
                "id user name photo bio company jobTitle yearsOfExperience timezone expertise socialLinks "
                "acceptingRequests rating completedSessionCount responseRate feedback slots nextSlot availabilityAt "
                "availabilityStatus bookingRules"
            ),
            OWN: "status appliedAt decidedAt decision availability timeOff defaultMeetingUrl",
        },
    ),
    "Notification": (OWNER, {OWNER: "id kind title body booking createdAt readAt cursor"}),
    "Session": (IN_PERSON, {IN_PERSON: "id createdAt lastUsedAt expiresAt userAgent ipAddress isCurrent"}),
    "Slot": (EVERYBODY, {EVERYBODY: "id mentor startsAt endsAt durationMinutes status", PARTIES: "booking"}),
    "SupportTicket": (OWN, {OWN: "id author subject status messages createdAt"}),
    "TimeOff": (OWN, {OWN: "id startsAt endsAt note"}),
    "User": (
        EVERYBODY,
        {
            EVERYBODY: "id name photo joinedAt mentor",
            PARTIES: "timezone region",
            OWN: "email role status warnings",
        },
    ),
    "Webhook": (OWNER, {OWNER: "id url topics isActive deliveries"}),
    "WeeklyAvailability": (OWN, {OWN: "id startTime endTime weekday validFrom validUntil"}),
}
MAY_BE_NULL: Final = frozenset({"Feedback.hiddenAt", "Mentor.decision"})
"""Whose sample is null for those who see it too."""

# ── The roots ─────────────────────────────────────────────────────────────────────────────────────

ROOTS: Final[Mapping[str, Mapping[frozenset[str], str]]] = {
    "Query": {
        EVERYBODY: (
            "node nodes viewer announcements expertise mentor booking faq guides mentors rateLimit slots"
        ),
        ADMINS: "admin",
    },
    "Viewer": {
        SIGNED_IN: (
            "user emailVerified mentor mentorDashboard bookings bookingCounts notifications unreadNotificationCount "
            "cursor notificationPreferences supportTickets webhooks"
        ),
        SIGNED_IN
        - PROGRAMS
        - {READER, "admin's own program", "superadmin's own program"}: "sessions accessTokens calendarUrl",
    },
    "Admin": {
        ADMINS: (
            "dashboard activity mentors bookings users feedback incidents supportTickets auditLog analytics "
            "systemHealth"
        ),
    },
    "Subscription": {
        EVERYBODY: "announcementPosted slotChanged",
        SIGNED_IN: "bookingStatusChanged notificationReceived",
        ADMINS: "activityFeed",
    },
    "Mutation": {
        EVERYBODY - {READER}: (
            "signIn signUp verifyEmail resendVerification requestPasswordReset resetPassword"
        ),
        SIGNED_IN - {READER}: (
            "updateAccount uploadPhoto removePhoto leaveFeedback replyToFeedback reportBooking submitSupportTicket "
            "replyToSupportTicket requestBooking confirmBooking declineBooking cancelBooking rescheduleBooking "
            "setMeetingUrl completeBooking setMentorNotes applyAsMentor markNotificationsRead "
            "setNotificationPreference createWebhook deleteWebhook rotateWebhookSecret resumeWebhook redeliverWebhook"
        ),
        frozenset({"mentor", "mentor's program"}): (
            "addWeeklyAvailability addDateAvailability removeAvailability addTimeOff removeTimeOff "
            "updateMentorProfile setAcceptingRequests updateBookingRules"
        ),
        MEMBERS | {"admin", "superadmin"}: (
            "signOut revokeSession revokeOtherSessions changePassword changeEmail deleteAccount createAccessToken "
            "revokeAccessToken resetCalendarUrl"
        ),
        ADMINS: (
            "postAnnouncement endAnnouncement createExpertise renameExpertise saveFaqEntry deleteFaqEntry "
            "closeSupportTicket exportBookings hideFeedback restoreFeedback openIncident addIncidentNote "
            "setIncidentStatus approveMentor approveMentors rejectMentor deactivateMentor reactivateMentor warnUser "
            "suspendUser reinstateUser"
        ),
        frozenset({"superadmin"}): "setUserRole revokeAccess",
    },
}

# ── Parts: whoever sees what they are part of sees them whole ─────────────────────────────────────

_CONNECTION: Final = "edges nodes pageInfo totalCount"
_EDGE: Final = "cursor node"
_LISTED: Final = (
    "Activity", "Announcement", "Booking", "Feedback", "Incident", "Mentor", "Notification", "Slot", "SupportTicket",
    "User", "WebhookDelivery",
)  # fmt: skip

PARTS: Final[Mapping[str, str]] = {
    **{f"{name}Connection": _CONNECTION for name in _LISTED},
    **{f"{name}Edge": _EDGE for name in _LISTED},
    "AdminDashboard": (
        "totalMentors approvedMentors pendingMentors totalUsers totalBookings pendingBookings openIncidents "
        "openTickets averageRating"
    ),
    "Analytics": (
        "growth retentionRate completionRate averageRating mentorResponseHours cancellationRate feedbackRate expertise "
        "mentorsByTimezone menteesByRegion popularTimes"
    ),
    "AnnouncementPayload": "announcement userErrors",
    "AvailabilityPayload": "availability mentor userErrors",
    "BookingCounts": "all pending confirmed completed declined cancelled expired",
    "BookingEvent": "id cursor booking previousStatus status startsAt actor reason occurredAt",
    "BookingPayload": "booking userErrors",
    "BookingRules": "sessionMinutes bufferMinutes minimumNoticeHours horizonDays",
    "ChangeEmailPayload": "sentTo userErrors",
    "ChangePasswordPayload": "viewer userErrors",
    "ComponentHealth": "status latencyMilliseconds backlog detail",
    "CreateAccessTokenPayload": "accessToken secret userErrors",
    "CreateWebhookPayload": "webhook secret userErrors",
    "DeleteAccountPayload": "deletedUserId userErrors",
    "DeleteFaqEntryPayload": "deletedFaqEntryId userErrors",
    "DeleteWebhookPayload": "deletedWebhookId userErrors",
    "ExpertiseDemand": "expertise bookings mentors averageRating isUnderserved",
    "ExpertisePayload": "expertise userErrors",
    "ExportBookingsPayload": "url expiresAt userErrors",
    "FaqEntryPayload": "faqEntry userErrors",
    "FeedbackPayload": "feedback userErrors",
    "GrowthPoint": "from newUsers newMentors newBookings completedSessions",
    "Guide": "slug audience title body updatedOn",
    "IncidentNote": "author body writtenAt",
    "IncidentPayload": "incident userErrors",
    "InputError": "code message field",
    "MarkNotificationsReadPayload": "markedCount viewer userErrors",
    "MentorDashboard": (
        "totalSessions completedSessions totalMentees averageRating pendingRequests upcomingSessions responseRate "
        "completionRate averageSessionMinutes responseHours"
    ),
    "MentorDecision": "reason note decidedBy decidedAt",
    "MentorPayload": "mentor userErrors",
    "MentorsPayload": "mentors userErrors",
    "NotificationPreference": "kind email",
    "NotificationPreferencePayload": "preference userErrors",
    "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
    "Percentiles": "p50 p95 p99",
    "Photo": "url",
    "RateLimit": "limit cost remaining restorePerSecond resetAt",
    "Rating": "average count distribution",
    "RedeliverWebhookPayload": "delivery userErrors",
    "RegionCount": "region mentees",
    "RemoveAvailabilityPayload": "removedAvailabilityId mentor userErrors",
    "RemovePhotoPayload": "user userErrors",
    "RemoveTimeOffPayload": "removedTimeOffId userErrors",
    "RequestPasswordResetPayload": "sentTo userErrors",
    "ResendVerificationPayload": "sentTo userErrors",
    "ResetCalendarUrlPayload": "calendarUrl userErrors",
    "ResumeWebhookPayload": "webhook userErrors",
    "RevokeAccessPayload": "revokedCount userErrors",
    "RevokeAccessTokenPayload": "revokedAccessTokenId userErrors",
    "RevokeOtherSessionsPayload": "revokedCount userErrors",
    "RevokeSessionPayload": "revokedSessionId userErrors",
    "RotateWebhookSecretPayload": "webhook secret userErrors",
    "SessionPayload": "viewer token session userErrors",
    "SignOutPayload": "userErrors",
    "SignUpPayload": "sentTo userErrors",
    "SlotError": "code message field alternatives",
    "SocialLinks": "linkedin github twitter website",
    "StateError": "code message field currentStatus viewerCan",
    "SupportTicketPayload": "ticket userErrors",
    "SystemHealth": (
        "status version uptimeSeconds requestsPerSecond errorRate responseMilliseconds database eventDelivery "
        "outgoingMail"
    ),
    "ThrottleError": "code message field retryAfterSeconds",
    "TicketMessage": "author body sentAt",
    "TimeCount": "weekday hour sessions",
    "TimeOffPayload": "timeOff affectedBookings userErrors",
    "TimeVerdict": "isBookable reasons slot alternatives",
    "TimezoneCount": "timezone mentors",
    "UpdateAccountPayload": "viewer userErrors",
    "UploadPhotoPayload": "user userErrors",
    "UserPayload": "user userErrors",
    "WebhookDelivery": "id topic attempts statusCode error createdAt deliveredAt nextAttemptAt",
    "Warning": "reason issuedBy issuedAt",
}


def listed() -> Iterator[str]:
    """Every field that this table says something of, as Type.field."""
    for name, (_, groups) in NODES.items():
        yield from _fields(name, groups)
    for name, groups in ROOTS.items():
        yield from _fields(name, groups)
    for name, fields in PARTS.items():
        yield from (f"{name}.{field}" for field in fields.split())


def _fields(name: str, groups: Mapping[frozenset[str], str]) -> Iterator[str]:
    for fields in groups.values():
        yield from (f"{name}.{field}" for field in fields.split())
