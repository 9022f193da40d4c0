"""Let passing facts go: of all others the database itself refuses that they are deleted."""

from alembic import op

revision = "0002"
down_revision = "0001"

_PASSING = """
    'SESSION_REMINDER', 'MEETING_URL_MISSING', 'SLOTS_CHANGED', 'PROFILE_CHANGED', 'SECURITY_CHANGED', 'NOTIFIED'
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER ck_facts_never_changed ON facts")
        op.execute(_refused_postgresql("ck_facts_never_changed", "UPDATE"))
        stays = f"OLD.is_administrative OR OLD.kind NOT IN ({_PASSING})"
        op.execute(_refused_postgresql("ck_facts_never_deleted", "DELETE", when=f"WHEN ({stays})"))
    else:
        op.execute("DROP TRIGGER ck_facts_never_deleted")
        stays = f"OLD.is_administrative = 1 OR OLD.kind NOT IN ({_PASSING})"
        op.execute(_deletion_refused_sqlite("ck_facts_never_deleted", when=f"WHEN {stays}"))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER ck_facts_never_deleted ON facts")
        op.execute("DROP TRIGGER ck_facts_never_changed ON facts")
        op.execute(_refused_postgresql("ck_facts_never_changed", "UPDATE OR DELETE"))
    else:
        op.execute("DROP TRIGGER ck_facts_never_deleted")
        op.execute(_deletion_refused_sqlite("ck_facts_never_changed"))


def _refused_postgresql(name: str, event: str, *, when: str = "") -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE {event} ON facts FOR EACH ROW {when} EXECUTE FUNCTION refuse_change()"
    )


def _deletion_refused_sqlite(constraint: str, *, when: str = "") -> str:
    return (
        f"CREATE TRIGGER ck_facts_never_deleted BEFORE DELETE ON facts {when} "
        f"BEGIN SELECT RAISE(ABORT, '{constraint}'); END"
    )
