"""Practice: cases with an agreed answer that a member keeps for its own people.

What somebody answers is theirs alone: it leaves no trace, and no page shows it to anybody else.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members.policies import organisation_id_of, staff_of
from reviews import policies
from reviews.models import PracticeAnswer, PracticeItem, QualityRule
from reviews.workflow import Verdict
from signals.kinds import AccountHolder, Confidence, HarmTerm, Kind, Origin, ReviewMethod

MASKS = ("•••", "***")


@dataclass(frozen=True)
class Lesson:
    """A case as its author writes it: what a statement says, the value behind its mask, and the agreed answer."""

    kind: Kind
    masked: str
    harm: HarmTerm
    clause: str
    review_method: ReviewMethod
    origin: Origin
    confidence: Confidence
    account_holder: AccountHolder
    described: str
    agreed: Verdict
    because: str


def add(*, lesson: Lesson, actor: Actor, now: datetime) -> PracticeItem:
    """Keep a case to practise on. Its value is masked, so that nobody's real one ever stands here."""
    with recording(actor, now) as record:
        policies.may_keep_quality(actor)
        if not any(mask in lesson.masked for mask in MASKS):
            raise Invalid(
                _("Write the value masked, with three dots or stars in it, such as “li•••@e•••.org”."), "masked"
            )
        item = PracticeItem.objects.create(
            **asdict(lesson), organisation_id=organisation_id_of(actor), added_at=now, added_by=staff_of(actor)
        )
        _note(record, item, "practice.added")
        return item


def end(*, item_id: int, actor: Actor, now: datetime) -> None:
    """Take a case out of use; those who answered it keep their answers."""
    with recording(actor, now) as record:
        item = PracticeItem.objects.of(actor.organisation_id).select_for_update().filter(public_id=item_id).first()
        if item is None:
            raise unknown()
        if item.ended_at is not None:
            raise WrongState(_("This case is out of use already."))
        policies.may_keep_quality(actor)
        item.ended_at, item.ended_by = now, staff_of(actor)
        item.save(update_fields=["ended_at", "ended_by"])
        _note(record, item, "practice.ended")


def answer(*, item_id: int, verdict: Verdict, actor: Actor, now: datetime) -> PracticeAnswer:
    """Answer a case, once. What was agreed is shown from then on."""
    with acting_as(actor):
        item = PracticeItem.objects.of(actor.organisation_id).in_use().filter(public_id=item_id).first()
        if item is None:
            raise unknown()
        policies.may_look_twice(actor)
        if not QualityRule.objects.filter(organisation=actor.organisation_id, practice=True).exists():
            raise WrongState(_("Your organisation does not practise at present."))
        given, created = PracticeAnswer.objects.get_or_create(
            item=item,
            staff=staff_of(actor),
            defaults={"verdict": verdict, "organisation_id": item.organisation_id, "answered_at": now},
        )
        if not created:
            raise WrongState(_("You have answered this one."))
        return given


def unknown() -> Hidden:
    return Hidden(_("There is no such case to practise on."))


def _note(record: Recorder, item: PracticeItem, action: str) -> None:
    record(
        action,
        subject_kind="practice",
        subject=item.public_id,
        audience=f"organisation:{record.actor.organisation}",
        facts={"kind": item.kind, "harm": item.harm},
    )
