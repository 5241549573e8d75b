"""Drafts: what was typed survives the end of a session and a broken browser, for its author alone.

A draft leaves no entry in the ledger: nothing has been said yet. The clock wipes what nobody came back to.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.errors import Invalid, WrongState
from lantern_site.members.models import Staff
from lantern_site.members.policies import staff_of
from signals import policies
from signals.intake import Item, Statement
from signals.kinds import OFFERED
from signals.models import Draft, Signal
from signals.models.drafts import Content
from signals.services import sharing

KEPT = timedelta(days=5)
MOST = 10
LONGEST = 100_000


def save(*, draft_id: int | None, kind: str, content: Content, actor: Actor, now: datetime) -> Draft:
    """Keep what was typed: in the draft with this public id, or in a new one.

    Raises NotAllowed, Invalid, or WrongState for a draft that is gone: what was sent or discarded does not come back.
    """
    with acting_as(actor):
        policies.may_share(actor, danger=True)
        if kind not in OFFERED:
            raise Invalid(_("Choose a kind."), "kind")
        if sum(len(answer) for answers in content.values() for answer in answers) > LONGEST:
            raise Invalid(_("This is too long to be kept as a draft. Share it in parts."), "values")
        draft = _new(actor) if draft_id is None else _own(actor, draft_id)
        draft.kind, draft.saved_at = kind, now
        draft.keep(content)
        draft.save()
        return draft


def _new(actor: Actor) -> Draft:
    person = Staff.objects.select_for_update(of=("self",)).get(pk=staff_of(actor).pk)
    if Draft.objects.of(actor).count() >= MOST:
        raise Invalid(_("You have %(most)d drafts. Send or discard one first.") % {"most": MOST})
    return Draft(organisation_id=person.organisation_id, person=person)


def _own(actor: Actor, draft_id: int) -> Draft:
    draft = Draft.objects.of(actor).select_for_update().filter(public_id=draft_id).first()
    if draft is None:
        raise WrongState(_("This draft is gone: it was sent, discarded or too old."))
    return draft


def discard(*, draft_id: int, actor: Actor, now: datetime) -> None:
    """Wipe a draft; one that is gone is no mistake."""
    with acting_as(actor):
        Draft.objects.of(actor).filter(public_id=draft_id).delete()


def submit(
    *,
    draft_id: int | None,
    items: Sequence[Item],
    statement: Statement,
    community_id: int,
    actor: Actor,
    now: datetime,
    replaces: int | None = None,
) -> list[Signal]:
    """Share, and wipe the draft that it was written in. Raises what `sharing.submit` raises; the draft stays then."""
    with recording(actor, now):
        signals = sharing.submit(
            items=items, statement=statement, community_id=community_id, replaces=replaces, actor=actor, now=now
        )
        Draft.objects.of(actor).filter(public_id=draft_id or 0).delete()
        return signals


def wipe(*, person_id: int, now: datetime) -> int:
    """Wipe every draft of a person (primary key) who has left. Returns how many."""
    with acting_as(Actor.clock()):
        return Draft.objects.filter(person=person_id, person__is_active=False).delete()[0]


def forget(*, now: datetime) -> int:
    """Wipe what nobody came back to, and what belongs to people who have left. Returns how many."""
    with acting_as(Actor.clock()):
        over = Q(saved_at__lte=now - KEPT) | Q(person__is_active=False)
        return Draft.objects.filter(over).delete()[0]
