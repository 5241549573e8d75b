"""What a member has chosen for the quality of its reviews, what the clock draws for it, and what it forgets."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.errors import Invalid
from lantern_site.members.models import Organisation
from lantern_site.members.policies import organisation_id_of
from reviews import approvals, policies
from reviews.models import Decision, PracticeAnswer, QualityRule, SecondLook
from reviews.models.quality import MOST_PERCENT
from reviews.workflow import Verdict

SETTLED_AFTER = timedelta(minutes=5)
"""A decision may be taken back for a minute, and its transaction ends a moment after it was made."""
WAITS_FOR = timedelta(days=30)
KEPT_FOR = timedelta(days=730)
"""As long as decisions are."""


def keep(*, percent: int, practice: bool, actor: Actor, now: datetime) -> QualityRule:
    """Choose how many of the decided signals of the actor's member are looked at twice, and whether people practise.

    What was decided before it is switched on is not drawn; what waits when it is switched off goes.
    """
    with recording(actor, now) as record:
        organisation = Organisation.objects.select_for_update().get(pk=organisation_id_of(actor))
        policies.may_keep_quality(actor)
        if not 0 <= percent <= MOST_PERCENT:
            raise Invalid(_("Choose at most %(most)d in a hundred.") % {"most": MOST_PERCENT}, "percent")
        rule, _created = QualityRule.objects.get_or_create(organisation=organisation, defaults={"drawn_until": now})
        if not rule.percent:
            rule.drawn_until = now
        rule.percent, rule.practice = percent, practice
        rule.save(update_fields=["percent", "practice", "drawn_until"])
        if not percent:
            SecondLook.objects.filter(organisation=organisation).unanswered().delete()
        record(
            "quality.kept",
            subject_kind="organisation",
            subject=organisation.public_id,
            audience=f"organisation:{organisation.public_id}",
            facts={"percent": percent, "practice": practice},
        )
        return rule


def draw(*, now: datetime) -> int:
    """Draw from what reviewers have approved or rejected since the last time. Returns how many were drawn."""
    with recording(Actor.clock(), now) as record:
        rules = QualityRule.objects.filter(percent__gt=0).select_for_update(of=("self",)).order_by("pk")
        return sum(_draw(record, rule) for rule in rules.select_related("organisation"))


def _draw(record: Recorder, rule: QualityRule) -> int:
    until = record.now - SETTLED_AFTER
    if until <= rule.drawn_until:
        return 0
    decided = Decision.objects.filter(
        organisation=rule.organisation_id,
        decided_at__gt=rule.drawn_until,
        decided_at__lte=until,
        verdict__in=[Verdict.APPROVE, Verdict.REJECT],
        signal__organisation=rule.organisation_id,
        signal__second_look__isnull=True,
    )
    drawn: dict[int, Decision] = {}
    for decision in decided.select_related("signal").order_by("decided_at", "pk"):
        if approvals.is_looked_at_twice(decision.signal.public_id, rule.percent):
            drawn.setdefault(decision.signal_id, decision)
    for decision in drawn.values():
        look = SecondLook.objects.create(
            organisation=rule.organisation, signal=decision.signal, decision=decision, drawn_at=record.now
        )
        record(
            "look.drawn",
            subject_kind="look",
            subject=look.public_id,
            organisation=rule.organisation.public_id,
            audience=f"organisation:{rule.organisation.public_id}",
            facts={"signal": decision.signal.public_id, "percent": rule.percent},
        )
    rule.drawn_until = until
    rule.save(update_fields=["drawn_until"])
    return len(drawn)


def forget(*, now: datetime) -> int:
    """Let go of second looks for which nobody found the time, and of answers when they are as old as decisions are
    kept. Returns how many."""
    with recording(Actor.clock(), now):
        stale = SecondLook.objects.unanswered().filter(drawn_at__lt=now - WAITS_FOR)
        old = SecondLook.objects.filter(answered_at__lt=now - KEPT_FOR)
        practised = PracticeAnswer.objects.filter(answered_at__lt=now - KEPT_FOR)
        return sum(rows.delete()[0] for rows in (stale, old, practised))
