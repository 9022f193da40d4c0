"""Make the tables."""

import sqlalchemy as sa
from alembic import op

from mentorhub.db import constructs, types
from mentorhub.db.migrations.first_faq import first_entries

revision = "0001"
down_revision = None


_IS_NOTIFICATION_KIND = """
    kind IN (
        'BOOKING_REQUESTED', 'BOOKING_CONFIRMED', 'BOOKING_DECLINED', 'BOOKING_CANCELLED', 'BOOKING_EXPIRED',
        'BOOKING_COMPLETED', 'BOOKING_RESCHEDULED', 'MEETING_URL_SET', 'SESSION_REMINDER', 'FEEDBACK_RECEIVED',
        'MENTOR_APPROVED', 'MENTOR_REJECTED', 'MENTOR_DEACTIVATED', 'WARNING_ISSUED', 'ANNOUNCEMENT', 'SUPPORT_REPLY',
        'SECURITY'
    )
"""


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index("ix_attempts_made_at", "attempts", ["made_at"], unique=False)
    op.create_index("ix_attempts_what_who_made_at", "attempts", ["what", "who", "made_at"], unique=False)
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset_microseconds", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_clock_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    op.create_table(
        "discarded_photos",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_discarded_photos")),
    )
    op.create_index("ix_discarded_photos_due_at", "discarded_photos", ["due_at"], unique=False)
    op.create_table(
        "expertise",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("slug", types.SortedText(), nullable=False),
        sa.Column("mentor_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expertise")),
        sa.UniqueConstraint("slug", name=op.f("uq_expertise_slug")),
    )
    op.create_table(
        "facts",
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=True),
            nullable=False,
        ),
        sa.Column(
            "transaction", sa.BigInteger(), server_default=constructs.current_transaction(), nullable=False
        ),
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor_id", types.KeyColumn(), nullable=True),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject_id", types.KeyColumn(), nullable=False),
        sa.Column("booking_id", types.KeyColumn(), nullable=True),
        sa.Column("mentor_id", types.KeyColumn(), nullable=True),
        sa.Column("user_id", types.KeyColumn(), nullable=True),
        sa.Column("data", types.Document(), nullable=False),
        sa.Column("occurred_at", types.Instant(), nullable=False),
        sa.Column("is_administrative", types.Flag(), server_default=sa.false(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_facts")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_facts_actor_id", "facts", ["actor_id", "transaction", "position"], unique=False)
    for name, columns in {
        "ix_facts_audit": [],
        "ix_facts_audit_actor": ["actor_id"],
        "ix_facts_audit_subject": ["subject_id"],
    }.items():
        op.create_index(
            name,
            "facts",
            [*columns, "transaction", "position"],
            unique=False,
            postgresql_where=sa.text("is_administrative"),
            sqlite_where=sa.text("is_administrative = 1"),
        )
    op.create_index(
        "ix_facts_booking_id",
        "facts",
        ["booking_id", "transaction", "position"],
        unique=False,
        postgresql_where=sa.text("booking_id IS NOT NULL"),
        sqlite_where=sa.text("booking_id IS NOT NULL"),
    )
    op.create_index("ix_facts_kind", "facts", ["kind", "transaction", "position"], unique=False)
    op.create_index("ix_facts_subject_id", "facts", ["subject_id", "transaction", "position"], unique=False)
    op.create_index("ix_facts_transaction_position", "facts", ["transaction", "position"], unique=False)
    op.create_table(
        "figures",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("shard BETWEEN 0 AND 15", name=op.f("ck_figures_shard_range")),
        sa.PrimaryKeyConstraint("name", "shard", name=op.f("pk_figures")),
    )
    op.create_table(
        "jobs",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=False),
        sa.Column("claimed_until", types.Instant(), nullable=False),
        sa.Column("claim", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_jobs")),
    )
    op.create_table(
        "mails",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("user_id", types.KeyColumn(), nullable=True),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("content", types.Document(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sent_at", types.Instant(), nullable=True),
        sa.Column("failed_at", types.Instant(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
    )
    op.create_index(
        "ix_mails_due_at",
        "mails",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
        sqlite_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
    )
    op.create_index("ix_mails_created_at", "mails", ["created_at"], unique=False)
    op.create_index("ix_mails_recipient", "mails", ["recipient"], unique=False)
    op.create_index("ix_mails_user_id", "mails", ["user_id"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("email_verified_at", types.Instant(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("photo", sa.String(), nullable=True),
        sa.Column("joined_at", types.Instant(), nullable=False),
        sa.Column("calendar_secret", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(status = 'DELETED') = (email IS NULL)", name=op.f("ck_users_deleted_has_no_email")
        ),
        sa.CheckConstraint("role IN ('MEMBER', 'ADMIN', 'SUPERADMIN')", name=op.f("ck_users_role_is_a_word")),
        sa.CheckConstraint(
            "status IN ('ACTIVE', 'SUSPENDED', 'DELETED')", name=op.f("ck_users_status_is_a_word")
        ),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 80", name=op.f("ck_users_name_length")),
        sa.CheckConstraint("region IS NULL OR length(region) = 2", name=op.f("ck_users_region_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_index("ix_users_joined_at", "users", ["joined_at", "id"], unique=False)
    op.create_index(
        "ix_users_superadmins",
        "users",
        ["id"],
        unique=False,
        postgresql_where=sa.text("role = 'SUPERADMIN'"),
        sqlite_where=sa.text("role = 'SUPERADMIN'"),
    )
    op.create_index(
        "ix_users_unverified",
        "users",
        ["joined_at"],
        unique=False,
        postgresql_where=sa.text("email_verified_at IS NULL AND status = 'ACTIVE'"),
        sqlite_where=sa.text("email_verified_at IS NULL AND status = 'ACTIVE'"),
    )
    op.create_table(
        "access_tokens",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("user_id", types.KeyColumn(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scopes", types.Texts(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("last_used_at", types.Instant(), nullable=True),
        sa.Column("expires_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_access_tokens_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_tokens_token_hash")),
    )
    op.create_index("ix_access_tokens_user_id", "access_tokens", ["user_id"], unique=False)
    op.create_table(
        "known_devices",
        sa.Column("user_id", types.KeyColumn(), nullable=False),
        sa.Column("device_hash", sa.String(), nullable=False),
        sa.Column("seen_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_known_devices_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "device_hash", name=op.f("pk_known_devices")),
    )
    op.create_index("ix_known_devices_seen_at", "known_devices", ["seen_at"], unique=False)
    op.create_table(
        "mailed_tokens",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("user_id", types.KeyColumn(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('VERIFY_EMAIL', 'CHANGE_EMAIL', 'RESET_PASSWORD')",
            name=op.f("ck_mailed_tokens_purpose_is_a_word"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_mailed_tokens_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mailed_tokens_token_hash")),
    )
    op.create_index("ix_mailed_tokens_expires_at", "mailed_tokens", ["expires_at"], unique=False)
    op.create_index("ix_mailed_tokens_user_id", "mailed_tokens", ["user_id"], unique=False)
    op.create_table(
        "mentors",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("user_id", types.KeyColumn(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("is_public", types.Flag(), server_default=sa.text("false"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sort_name", types.SortedText(), nullable=False),
        sa.Column("photo", sa.String(), nullable=True),
        sa.Column("bio", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=True),
        sa.Column("job_title", sa.String(), nullable=True),
        sa.Column("years_of_experience", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("linkedin", sa.String(), nullable=True),
        sa.Column("github", sa.String(), nullable=True),
        sa.Column("twitter", sa.String(), nullable=True),
        sa.Column("website", sa.String(), nullable=True),
        sa.Column("accepting_requests", types.Flag(), server_default=sa.text("true"), nullable=False),
        sa.Column("default_meeting_url", sa.String(), nullable=True),
        sa.Column("session_minutes", sa.Integer(), nullable=True),
        sa.Column("buffer_minutes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("minimum_notice_hours", sa.Integer(), server_default=sa.text("24"), nullable=False),
        sa.Column("horizon_days", sa.Integer(), server_default=sa.text("60"), nullable=False),
        sa.Column("applied_at", types.Instant(), nullable=False),
        sa.Column("approved_at", types.Instant(), nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.Column("decided_by", types.KeyColumn(), nullable=True),
        sa.Column("decision_reason", sa.String(), nullable=True),
        sa.Column("decision_note", sa.String(), nullable=True),
        sa.Column("rating_sum", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rating_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("stars", sa.String(), server_default="0 0 0 0 0", nullable=False),
        sa.Column("rating_average", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("score", sa.Float(), server_default=sa.text("4.0"), nullable=False),
        sa.Column("completed_session_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("completed_minutes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("answered_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("expired_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("is_open", types.Flag(), server_default=sa.text("false"), nullable=False),
        sa.Column("next_slot_at", types.Instant(), nullable=False),
        sa.Column("next_slot_until", types.Instant(), nullable=True),
        sa.Column("cut_until", types.Instant(), nullable=True),
        sa.Column("cut_again_at", types.Instant(), nullable=True),
        sa.Column("search", types.SearchWords(), nullable=True),
        sa.CheckConstraint(
            "decision_reason IN ('INCOMPLETE_PROFILE', 'INAPPROPRIATE_CONTENT', 'LACK_OF_EXPERIENCE', 'DUPLICATE', 'TERMS_VIOLATION', 'OTHER')",
            name=op.f("ck_mentors_decision_reason_is_a_word"),
        ),
        sa.CheckConstraint(
            "status IN ('PENDING', 'APPROVED', 'REJECTED', 'INACTIVE')",
            name=op.f("ck_mentors_status_is_a_word"),
        ),
        sa.CheckConstraint("buffer_minutes BETWEEN 0 AND 120", name=op.f("ck_mentors_buffer_minutes_range")),
        sa.CheckConstraint("horizon_days BETWEEN 1 AND 180", name=op.f("ck_mentors_horizon_days_range")),
        sa.CheckConstraint("length(bio) BETWEEN 50 AND 500", name=op.f("ck_mentors_bio_length")),
        sa.CheckConstraint(
            "minimum_notice_hours BETWEEN 0 AND 336", name=op.f("ck_mentors_minimum_notice_hours_range")
        ),
        sa.CheckConstraint(
            "session_minutes IS NULL OR session_minutes BETWEEN 15 AND 240",
            name=op.f("ck_mentors_session_minutes_range"),
        ),
        sa.CheckConstraint(
            "years_of_experience BETWEEN 0 AND 70", name=op.f("ck_mentors_years_of_experience_range")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_mentors_decided_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_mentors_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentors")),
        sa.UniqueConstraint("user_id", name=op.f("uq_mentors_user_id")),
    )
    op.create_index("ix_mentors_cut_again_at", "mentors", ["cut_again_at"], unique=False)
    op.create_index(
        "ix_mentors_name",
        "mentors",
        ["sort_name", "id"],
        unique=False,
        postgresql_where=sa.text("is_public"),
        sqlite_where=sa.text("is_public = 1"),
    )
    op.create_index(
        "ix_mentors_newest",
        "mentors",
        ["approved_at", "id"],
        unique=False,
        postgresql_where=sa.text("is_public"),
        sqlite_where=sa.text("is_public = 1"),
    )
    op.create_index("ix_mentors_next_slot_until", "mentors", ["next_slot_until"], unique=False)
    op.create_index(
        "ix_mentors_rating",
        "mentors",
        ["rating_average", "id"],
        unique=False,
        postgresql_where=sa.text("is_public"),
        sqlite_where=sa.text("is_public = 1"),
    )
    op.create_index(
        "ix_mentors_recommended",
        "mentors",
        ["is_open", "score", "id"],
        unique=False,
        postgresql_where=sa.text("is_public"),
        sqlite_where=sa.text("is_public = 1"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_mentors_search", "mentors", ["search"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_mentors_sessions",
        "mentors",
        ["completed_session_count", "id"],
        unique=False,
        postgresql_where=sa.text("is_public"),
        sqlite_where=sa.text("is_public = 1"),
    )
    op.create_index(
        "ix_mentors_soonest",
        "mentors",
        ["next_slot_at", "id"],
        unique=False,
        postgresql_where=sa.text("is_public"),
        sqlite_where=sa.text("is_public = 1"),
    )
    op.create_index("ix_mentors_status", "mentors", ["status", "applied_at", "id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("user_id", types.KeyColumn(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("last_used_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=True),
        sa.Column("ip_address", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"], unique=False)
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"], unique=False)
    op.create_table(
        "availability",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("mentor_id", types.KeyColumn(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("day", types.Day(), nullable=True),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.Column("valid_from", types.Day(), nullable=True),
        sa.Column("valid_until", types.Day(), nullable=True),
        sa.CheckConstraint(
            "(valid_from IS NULL) = (weekday IS NULL)", name=op.f("ck_availability_weekly_is_valid_from")
        ),
        sa.CheckConstraint(
            "(weekday IS NULL) <> (day IS NULL)", name=op.f("ck_availability_weekly_or_dated")
        ),
        sa.CheckConstraint(
            "end_minute - start_minute >= 15", name=op.f("ck_availability_at_least_15_minutes")
        ),
        sa.CheckConstraint(
            "start_minute BETWEEN 0 AND 1425 AND end_minute <= 1440",
            name=op.f("ck_availability_minute_range"),
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from",
            name=op.f("ck_availability_valid_until_after_from"),
        ),
        sa.CheckConstraint(
            "weekday IS NULL OR weekday BETWEEN 0 AND 6", name=op.f("ck_availability_weekday_range")
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["mentors.id"], name=op.f("fk_availability_mentor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability")),
    )
    op.create_index("ix_availability_mentor_id", "availability", ["mentor_id"], unique=False)
    op.create_table(
        "mentor_expertise",
        sa.Column("mentor_id", types.KeyColumn(), nullable=False),
        sa.Column("expertise_id", types.KeyColumn(), nullable=False),
        sa.ForeignKeyConstraint(
            ["expertise_id"],
            ["expertise.id"],
            name=op.f("fk_mentor_expertise_expertise_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["mentors.id"], name=op.f("fk_mentor_expertise_mentor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mentor_id", "expertise_id", name=op.f("pk_mentor_expertise")),
    )
    op.create_index(
        "ix_mentor_expertise_expertise_id", "mentor_expertise", ["expertise_id", "mentor_id"], unique=False
    )
    op.create_table(
        "slots",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("mentor_id", types.KeyColumn(), nullable=False),
        sa.Column("starts_at", types.Instant(), nullable=False),
        sa.Column("ends_at", types.Instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("offered_from", types.Instant(), nullable=False),
        sa.Column("offered_until", types.Instant(), nullable=False),
        sa.Column("terms", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('OPEN', 'HELD', 'BOOKED', 'CLOSED')", name=op.f("ck_slots_status_is_a_word")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_slots_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["mentors.id"], name=op.f("fk_slots_mentor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint(
            "mentor_id", "starts_at", "ends_at", name=op.f("uq_slots_mentor_id_starts_at_ends_at")
        ),
    )
    op.create_index(
        "ix_slots_offered",
        "slots",
        ["terms", "starts_at", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('OPEN', 'HELD')"),
        sqlite_where=sa.text("status IN ('OPEN', 'HELD')"),
    )
    op.create_table(
        "time_off",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("mentor_id", types.KeyColumn(), nullable=False),
        sa.Column("starts_at", types.Instant(), nullable=False),
        sa.Column("ends_at", types.Instant(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_time_off_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["mentors.id"], name=op.f("fk_time_off_mentor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_off")),
    )
    op.create_index("ix_time_off_mentor_id", "time_off", ["mentor_id", "ends_at"], unique=False)
    op.create_table(
        "bookings",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("mentor_id", types.KeyColumn(), nullable=False),
        sa.Column("mentee_id", types.KeyColumn(), nullable=False),
        sa.Column("slot_id", types.KeyColumn(), nullable=True),
        sa.Column("starts_at", types.Instant(), nullable=False),
        sa.Column("ends_at", types.Instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("questions", sa.String(), nullable=True),
        sa.Column("meeting_url", sa.String(), nullable=True),
        sa.Column("mentor_notes", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("ended_by", types.KeyColumn(), nullable=True),
        sa.Column("requested_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.Column("moved_at", types.Instant(), nullable=True),
        sa.Column("respond_by", types.Instant(), nullable=True),
        sa.Column("answered_at", types.Instant(), nullable=True),
        sa.Column("sequence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("search", types.SearchWords(), nullable=True),
        sa.CheckConstraint(
            "status <> 'PENDING' OR respond_by IS NOT NULL", name=op.f("ck_bookings_pending_has_respond_by")
        ),
        sa.CheckConstraint(
            "status IN ('PENDING', 'CONFIRMED', 'COMPLETED', 'DECLINED', 'CANCELLED', 'EXPIRED')",
            name=op.f("ck_bookings_status_is_a_word"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_bookings_ends_after_start")),
        sa.CheckConstraint("length(topic) BETWEEN 3 AND 120", name=op.f("ck_bookings_topic_length")),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["users.id"], name=op.f("fk_bookings_ended_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["mentee_id"], ["users.id"], name=op.f("fk_bookings_mentee_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["mentors.id"], name=op.f("fk_bookings_mentor_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["slots.id"], name=op.f("fk_bookings_slot_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
    )
    op.create_index(
        "ix_bookings_mentee_active",
        "bookings",
        ["mentee_id", "starts_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('PENDING', 'CONFIRMED')"),
        sqlite_where=sa.text("status IN ('PENDING', 'CONFIRMED')"),
    )
    op.create_index(
        "ix_bookings_mentee_requested", "bookings", ["mentee_id", "requested_at", "id"], unique=False
    )
    op.create_index("ix_bookings_mentee_starts", "bookings", ["mentee_id", "starts_at", "id"], unique=False)
    op.create_index(
        "ix_bookings_mentor_active",
        "bookings",
        ["mentor_id", "starts_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('PENDING', 'CONFIRMED')"),
        sqlite_where=sa.text("status IN ('PENDING', 'CONFIRMED')"),
    )
    op.create_index(
        "ix_bookings_mentor_requested", "bookings", ["mentor_id", "requested_at", "id"], unique=False
    )
    op.create_index("ix_bookings_mentor_starts", "bookings", ["mentor_id", "starts_at", "id"], unique=False)
    op.create_index("ix_bookings_requested", "bookings", ["requested_at", "id"], unique=False)
    op.create_index(
        "ix_bookings_respond_by",
        "bookings",
        ["respond_by"],
        unique=False,
        postgresql_where=sa.text("status = 'PENDING'"),
        sqlite_where=sa.text("status = 'PENDING'"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_bookings_search", "bookings", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_bookings_slot_id", "bookings", ["slot_id"], unique=False)
    op.create_index("ix_bookings_starts", "bookings", ["starts_at", "id"], unique=False)
    op.create_index(
        "uq_bookings_active_slot",
        "bookings",
        ["slot_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('PENDING', 'CONFIRMED')"),
        sqlite_where=sa.text("status IN ('PENDING', 'CONFIRMED')"),
    )
    op.create_table(
        "feedback",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("booking_id", types.KeyColumn(), nullable=False),
        sa.Column("mentor_id", types.KeyColumn(), nullable=False),
        sa.Column("author_id", types.KeyColumn(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("reply", sa.String(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("hidden_at", types.Instant(), nullable=True),
        sa.CheckConstraint("length(comment) BETWEEN 10 AND 2000", name=op.f("ck_feedback_comment_length")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_feedback_rating_range")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_feedback_author_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_feedback_booking_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["mentors.id"], name=op.f("fk_feedback_mentor_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_feedback_booking_id")),
    )
    op.create_index("ix_feedback_author_id", "feedback", ["author_id"], unique=False)
    op.create_index("ix_feedback_created_at", "feedback", ["created_at", "id"], unique=False)
    op.create_index("ix_feedback_mentor_id", "feedback", ["mentor_id", "created_at", "id"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("user_id", types.KeyColumn(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("input_hash", sa.String(), nullable=False),
        sa.Column("booking_id", types.KeyColumn(), nullable=False),
        sa.Column("used_at", types.Instant(), nullable=False),
        sa.CheckConstraint("length(key) BETWEEN 1 AND 64", name=op.f("ck_idempotency_keys_key_length")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_idempotency_keys_booking_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_idempotency_keys_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_idempotency_keys_user_id_key")),
    )
    op.create_index("ix_idempotency_keys_used_at", "idempotency_keys", ["used_at"], unique=False)
    op.create_table(
        "incidents",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("booking_id", types.KeyColumn(), nullable=True),
        sa.Column("reporter_id", types.KeyColumn(), nullable=True),
        sa.Column("subject_id", types.KeyColumn(), nullable=True),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("resolution", sa.String(), nullable=True),
        sa.Column("reported_at", types.Instant(), nullable=False),
        sa.Column("resolved_at", types.Instant(), nullable=True),
        sa.CheckConstraint(
            "(resolved_at IS NULL) = (status IN ('OPEN', 'INVESTIGATING'))",
            name=op.f("ck_incidents_closed_has_resolved_at"),
        ),
        sa.CheckConstraint(
            "kind IN ('NO_SHOW', 'MISCONDUCT', 'INAPPROPRIATE_CONTENT', 'POLICY_VIOLATION', 'DATA_BREACH', "
            "'DOWNTIME', 'OTHER')",
            name=op.f("ck_incidents_kind_is_a_word"),
        ),
        sa.CheckConstraint(
            "status IN ('OPEN', 'INVESTIGATING', 'RESOLVED', 'DISMISSED')",
            name=op.f("ck_incidents_status_is_a_word"),
        ),
        sa.CheckConstraint("length(details) BETWEEN 1 AND 2000", name=op.f("ck_incidents_details_length")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_incidents_booking_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["users.id"], name=op.f("fk_incidents_reporter_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["users.id"], name=op.f("fk_incidents_subject_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index("ix_incidents_booking_id", "incidents", ["booking_id"], unique=False)
    op.create_index("ix_incidents_reported_at", "incidents", ["reported_at", "id"], unique=False)
    op.create_index("ix_incidents_status", "incidents", ["status", "reported_at", "id"], unique=False)
    op.create_table(
        "incident_notes",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("incident_id", types.KeyColumn(), nullable=False),
        sa.Column("author_id", types.KeyColumn(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("written_at", types.Instant(), nullable=False),
        sa.CheckConstraint("length(body) BETWEEN 1 AND 2000", name=op.f("ck_incident_notes_body_length")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_incident_notes_author_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_incident_notes_incident_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_notes")),
    )
    op.create_index(
        "ix_incident_notes_incident_id", "incident_notes", ["incident_id", "written_at", "id"], unique=False
    )
    op.create_table(
        "support_tickets",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("author_id", types.KeyColumn(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.CheckConstraint(
            "status IN ('OPEN', 'ANSWERED', 'CLOSED')", name=op.f("ck_support_tickets_status_is_a_word")
        ),
        sa.CheckConstraint(
            "length(subject) BETWEEN 3 AND 120", name=op.f("ck_support_tickets_subject_length")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_support_tickets_author_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_tickets")),
    )
    op.create_index("ix_support_tickets_created_at", "support_tickets", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_support_tickets_status", "support_tickets", ["status", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_support_tickets_author_id", "support_tickets", ["author_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "ticket_messages",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("ticket_id", types.KeyColumn(), nullable=False),
        sa.Column("author_id", types.KeyColumn(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("sent_at", types.Instant(), nullable=False),
        sa.CheckConstraint("length(body) BETWEEN 1 AND 2000", name=op.f("ck_ticket_messages_body_length")),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["support_tickets.id"],
            name=op.f("fk_ticket_messages_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_ticket_messages_author_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_messages")),
    )
    op.create_index(
        "ix_ticket_messages_ticket_id", "ticket_messages", ["ticket_id", "sent_at", "id"], unique=False
    )
    faq_entries = op.create_table(
        "faq_entries",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.CheckConstraint(
            "audience IN ('EVERYONE', 'MENTEES', 'MENTORS', 'ADMINS')",
            name=op.f("ck_faq_entries_audience_is_a_word"),
        ),
        sa.CheckConstraint("length(question) BETWEEN 3 AND 200", name=op.f("ck_faq_entries_question_length")),
        sa.CheckConstraint("length(answer) BETWEEN 1 AND 2000", name=op.f("ck_faq_entries_answer_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_entries")),
    )
    op.create_table(
        "announcements",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("posted_by", types.KeyColumn(), nullable=False),
        sa.Column("posted_at", types.Instant(), nullable=False),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.Column("notifies_everyone", types.Flag(), server_default=sa.false(), nullable=False),
        sa.Column("notified_through", types.KeyColumn(), nullable=True),
        sa.Column("notified_at", types.Instant(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('NEWS', 'DOWNTIME', 'SECURITY', 'POLICY')", name=op.f("ck_announcements_kind_is_a_word")
        ),
        sa.CheckConstraint("length(title) BETWEEN 3 AND 120", name=op.f("ck_announcements_title_length")),
        sa.CheckConstraint("length(body) BETWEEN 1 AND 2000", name=op.f("ck_announcements_body_length")),
        sa.ForeignKeyConstraint(
            ["posted_by"], ["users.id"], name=op.f("fk_announcements_posted_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
    )
    op.create_index("ix_announcements_posted_at", "announcements", ["posted_at", "id"], unique=False)
    op.create_table(
        "warnings",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("user_id", types.KeyColumn(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("issued_by", types.KeyColumn(), nullable=False),
        sa.Column("issued_at", types.Instant(), nullable=False),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 2000", name=op.f("ck_warnings_reason_length")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_warnings_user_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["users.id"], name=op.f("fk_warnings_issued_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warnings")),
    )
    op.create_index("ix_warnings_user_id", "warnings", ["user_id", "issued_at", "id"], unique=False)
    op.create_table(
        "log_readers",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("transaction", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_log_readers")),
    )
    op.create_table(
        "notification_preferences",
        sa.Column("user_id", types.KeyColumn(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("email", types.Flag(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint(_IS_NOTIFICATION_KIND, name=op.f("ck_notification_preferences_kind_is_a_word")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_notification_preferences_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "kind", name=op.f("pk_notification_preferences")),
    )
    op.create_table(
        "notifications",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("user_id", types.KeyColumn(), nullable=False),
        sa.Column("fact_id", types.KeyColumn(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("booking_id", types.KeyColumn(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("read_at", types.Instant(), nullable=True),
        sa.CheckConstraint(_IS_NOTIFICATION_KIND, name=op.f("ck_notifications_kind_is_a_word")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_notifications_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("user_id", "fact_id", name=op.f("uq_notifications_user_id_fact_id")),
    )
    op.create_index("ix_notifications_fact_id", "notifications", ["fact_id"], unique=False)
    op.create_index(
        "ix_notifications_user_created", "notifications", ["user_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_notifications_unread",
        "notifications",
        ["user_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
        sqlite_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "reminders",
        sa.Column("booking_id", types.KeyColumn(), nullable=False),
        sa.Column("starts_at", types.Instant(), nullable=False),
        sa.Column("hours", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_reminders_booking_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("booking_id", "starts_at", "hours", name=op.f("pk_reminders")),
    )
    op.bulk_insert(faq_entries, list(first_entries()))
    _hold()


def downgrade() -> None:
    for name in ("reminders", "notifications", "notification_preferences", "log_readers"):
        op.drop_table(name)
    for name in ("warnings", "announcements", "faq_entries", "ticket_messages", "support_tickets"):
        op.drop_table(name)
    op.drop_table("incident_notes")
    op.drop_table("incidents")
    op.drop_table("idempotency_keys")
    op.drop_table("feedback")
    op.drop_table("bookings")
    op.drop_table("time_off")
    op.drop_table("slots")
    op.drop_table("mentor_expertise")
    op.drop_table("availability")
    op.drop_table("sessions")
    op.drop_table("mentors")
    op.drop_table("mailed_tokens")
    op.drop_table("known_devices")
    op.drop_table("access_tokens")
    op.drop_table("users")
    op.drop_table("mails")
    op.drop_table("jobs")
    op.drop_table("discarded_photos")
    op.drop_table("figures")
    op.drop_table("facts")
    op.drop_table("expertise")
    op.drop_table("clock")
    op.drop_table("attempts")
    _let_go()


# ── What the database itself refuses, and what SQLAlchemy has no words for ──────────────────────────

_ACTIVE = "status IN ('PENDING', 'CONFIRMED')"


def _no_overlap(of: str) -> str:
    """Elements of an exclusion constraint: two rows of the same *of* whose times overlap.

    The ranges decide. The box, of a hash of the key and of the time, only leads the index: over ranges of keys alone,
    which have no distance, its pages overlap so much that building it takes minutes where this takes seconds.
    """
    hashed = f"uuid_hash_extended({of}, 0)::float8"
    corners = ", ".join(
        f"point({hashed}, extract(epoch FROM {end} - timestamptz '2000-01-01 00:00Z'))"
        for end in ("starts_at", "ends_at")
    )
    return (
        f"box({corners}) WITH &&, keyrange({of}, {of}, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&"
    )


_POSTGRESQL = (
    # A range over a key makes "the same mentor" something that an exclusion constraint can say without extensions.
    "CREATE TYPE keyrange AS RANGE (subtype = uuid)",
    f"""
    ALTER TABLE slots ADD CONSTRAINT ex_slots_mentor_overlap
    EXCLUDE USING gist ({_no_overlap("mentor_id")}) WHERE (status <> 'CLOSED')
    """,
    f"""
    ALTER TABLE bookings ADD CONSTRAINT ex_bookings_mentor_overlap
    EXCLUDE USING gist ({_no_overlap("mentor_id")}) WHERE ({_ACTIVE})
    """,
    f"""
    ALTER TABLE bookings ADD CONSTRAINT ex_bookings_mentee_overlap
    EXCLUDE USING gist ({_no_overlap("mentee_id")}) WHERE ({_ACTIVE})
    """,
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'facts are never changed' USING ERRCODE = '23514', CONSTRAINT = TG_NAME; END $$
    """,
    """
    CREATE TRIGGER ck_facts_never_changed BEFORE UPDATE OR DELETE ON facts
    FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
)
_POSTGRESQL_DOWN = (
    "DROP FUNCTION refuse_change",
    "DROP TYPE keyrange",
)


def _overlap_triggers(table: str, owner: str, name: str, counts: str) -> list[str]:
    """Triggers that refuse a row of *table* overlapping another of the same *owner*, of those that *count*.

    Where none overlap, the one that starts last before the new one ends is the only one that can.
    """
    others = counts.replace("status", "other.status")
    overlaps = f"""
        {counts.replace("status", "NEW.status")} AND NEW.starts_at < (
            SELECT other.ends_at FROM {table} AS other
            WHERE other.{owner} = NEW.{owner} AND other.starts_at < NEW.ends_at AND other.id <> NEW.id AND {others}
            ORDER BY other.starts_at DESC LIMIT 1
        )
    """
    return [
        f"CREATE TRIGGER {name}_{word} BEFORE {event} ON {table} WHEN {overlaps} "
        f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
        for word, event in (
            ("insert", "INSERT"),
            ("update", f"UPDATE OF {owner}, starts_at, ends_at, status"),
        )
    ]


def _search_triggers(table: str, one: str) -> list[str]:
    """An FTS5 index `{one}_search` of the words in *table*'s column `search`, and what keeps it.

    FTS5 knows rows by a whole number that must outlive a VACUUM: a table of its own gives it.
    """
    rows, search = f"{one}_search_rows", f"{one}_search"
    return [
        f"CREATE TABLE {rows} (number INTEGER PRIMARY KEY, {one}_id CHAR(36) NOT NULL UNIQUE)",
        f"CREATE VIRTUAL TABLE {search} USING fts5(words, tokenize = 'ascii', prefix = '1 2 3')",
        f"""
        CREATE TRIGGER {search}_insert AFTER INSERT ON {table} WHEN NEW.search IS NOT NULL BEGIN
            INSERT INTO {rows} ({one}_id) VALUES (NEW.id);
            INSERT INTO {search} (rowid, words)
                VALUES ((SELECT number FROM {rows} WHERE {one}_id = NEW.id), NEW.search);
        END
        """,
        f"""
        CREATE TRIGGER {search}_update AFTER UPDATE OF search ON {table} WHEN NEW.search IS NOT OLD.search BEGIN
            DELETE FROM {search} WHERE rowid = (SELECT number FROM {rows} WHERE {one}_id = NEW.id);
            INSERT INTO {rows} ({one}_id) SELECT NEW.id
                WHERE NOT EXISTS (SELECT 1 FROM {rows} WHERE {one}_id = NEW.id);
            INSERT INTO {search} (rowid, words)
                SELECT number, NEW.search FROM {rows} WHERE {one}_id = NEW.id AND NEW.search IS NOT NULL;
        END
        """,
        f"""
        CREATE TRIGGER {search}_delete AFTER DELETE ON {table} BEGIN
            DELETE FROM {search} WHERE rowid = (SELECT number FROM {rows} WHERE {one}_id = OLD.id);
            DELETE FROM {rows} WHERE {one}_id = OLD.id;
        END
        """,
    ]


_SQLITE = (
    *_overlap_triggers("slots", "mentor_id", "ex_slots_mentor_overlap", "status <> 'CLOSED'"),
    *_overlap_triggers("bookings", "mentor_id", "ex_bookings_mentor_overlap", _ACTIVE),
    *_overlap_triggers("bookings", "mentee_id", "ex_bookings_mentee_overlap", _ACTIVE),
    *(
        f"CREATE TRIGGER ck_facts_never_{word} BEFORE {event} ON facts "
        "BEGIN SELECT RAISE(ABORT, 'ck_facts_never_changed'); END"
        for word, event in (("changed", "UPDATE"), ("deleted", "DELETE"))
    ),
    *_search_triggers("mentors", "mentor"),
    *_search_triggers("bookings", "booking"),
)
_SQLITE_DOWN = tuple(
    f"DROP TABLE IF EXISTS {name}"
    for name in ("mentor_search", "mentor_search_rows", "booking_search", "booking_search_rows")
)


def _hold() -> None:
    for statement in _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)


def _let_go() -> None:
    for statement in _POSTGRESQL_DOWN if op.get_bind().dialect.name == "postgresql" else _SQLITE_DOWN:
        op.execute(statement)
