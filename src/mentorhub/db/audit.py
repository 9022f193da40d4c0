"""The audit log: the facts that are administrative acts, newest first."""

from sqlalchemy import bindparam, or_, select

from mentorhub.db.constructs import holds
from mentorhub.db.facts import COLUMNS, IS_SETTLED, FactRow, NewestFacts
from mentorhub.db.paging import Listing
from mentorhub.db.tables.facts import facts
from mentorhub.db.types import KeyColumn

_ACTS = select(*COLUMNS).where(holds(facts.c.is_administrative), IS_SETTLED)
_BY_ACTOR = facts.c.actor_id == bindparam("actor", type_=KeyColumn())
_SUBJECT = bindparam("subject", type_=KeyColumn())
_ON_SUBJECT = or_(facts.c.subject_id == _SUBJECT, facts.c.user_id == _SUBJECT)


def _listing(*conditions: object) -> Listing[FactRow]:
    return NewestFacts(_ACTS.where(*conditions), FactRow)  # type: ignore[arg-type]  # SQL


ALL = _listing()
OF_ACTOR = _listing(_BY_ACTOR)
ON_SUBJECT = _listing(_ON_SUBJECT)
OF_ACTOR_ON_SUBJECT = _listing(_BY_ACTOR, _ON_SUBJECT)
