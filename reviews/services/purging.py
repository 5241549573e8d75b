"""Forgetting values: 90 days after the last live signal the value goes; after two years that it was found wrong.

What was decided stays, without the value, and a dispute by reference still reaches everyone who received it.
"""

import secrets
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.errors import Invalid, WrongState
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require, staff_of
from reviews import clocks
from reviews.models import Dispute, Keep, Recall, Redress, SecondLook
from reviews.workflow import DisputeState
from signals import moves
from signals.models import Indicator, IndicatorAlias, IndicatorQuerySet, IndicatorValue, Signal, SignalVersion
from signals.services import sharing
from signals.workflow import LIVE, Status

AT_ONCE = 200
DIGEST_BYTES = 32


def purge_due(*, now: datetime) -> int:
    """Wipe the values, and the words beside them, of what has ended long ago and is asked about by nobody."""
    with recording(Actor.clock(), now) as record:
        ended = Indicator.objects.filter(~_live(), ~_kept(now), ~_at_issue(now), value__isnull=False)
        page = list(_ended_before(ended, now - clocks.PURGE_AFTER).order_by("pk")[:AT_ONCE])
        for indicator in page:
            _purge(record, indicator)
        return len(page)


def end_tombstones(*, now: datetime) -> int:
    """Forget the digest, too, of what was found wrong two years ago."""
    with recording(Actor.clock(), now) as record:
        wrong = Signal.objects.filter(indicator=OuterRef("pk"), status=Status.RETRACTED)
        due = Indicator.objects.filter(Exists(wrong), ~_live(), ~_kept(now), value__isnull=True, forgotten_at=None)
        page = list(_ended_before(due, now - clocks.TOMBSTONE_FOR).order_by("pk")[:AT_ONCE])
        for indicator in page:
            _forget_digest(record, indicator)
        return len(page)


def keep(*, signal_id: int, reason: str, ends_on: date, actor: Actor, now: datetime) -> Keep:
    """The law obliges the programme to keep what a signal is about until a day."""
    with recording(actor, now) as record:
        signal = sharing.locked(actor, signal_id)
        require(actor, Permission.KEEP_REGISTERS)
        if not reason.strip():
            raise Invalid(_("Say what obliges you to keep it."), "reason")
        if ends_on <= now.date():
            raise Invalid(_("Choose a day that is still to come."), "ends_on")
        if not IndicatorValue.objects.filter(indicator=signal.indicator_id).exists():
            raise WrongState(_("The value was wiped."))
        kept = Keep.objects.create(
            indicator=signal.indicator, reason=reason, since=now, by=staff_of(actor), ends_on=ends_on
        )
        _note(record, signal, "signal.kept", payload={"reason": reason})
        return kept


def _live() -> Exists:
    return Exists(Signal.objects.filter(indicator=OuterRef("pk"), status__in=sorted(LIVE)))


def _kept(now: datetime) -> Exists:
    return Exists(Keep.objects.filter(indicator=OuterRef("pk"), ends_on__gte=now.date()))


def _ended_before(found: IndicatorQuerySet, moment: datetime) -> IndicatorQuerySet:
    later = Signal.objects.filter(indicator=OuterRef("pk"), ended_at__gt=moment)
    return found.filter(~Exists(later), signals__isnull=False).distinct()


def _at_issue(now: datetime) -> Exists:
    """A dispute that runs or may be appealed, a recall that somebody has yet to acknowledge, a redress to be sent."""
    appealable = Q(state=DisputeState.DECIDED, decided_at__gt=now - clocks.APPEAL_WITHIN)
    disputes = Dispute.objects.filter(Q(pk__in=Dispute.objects.open().values("pk")) | appealable)
    disputed = Exists(disputes.filter(touches__signal=OuterRef("pk")))
    recalled = Exists(Recall.objects.filter(signal=OuterRef("pk"), closed_at__isnull=True))
    redressed = Exists(Redress.objects.drafts().filter(signal=OuterRef("pk")))
    on_it = Signal.objects.filter(indicator=OuterRef("pk"))
    return Exists(on_it.filter(disputed | recalled | redressed))


def _purge(record: Recorder, indicator: Indicator) -> None:
    signals = list(sharing.locked_together(record.actor, _ids(indicator)))
    IndicatorValue.objects.filter(indicator=indicator).delete()
    words = SignalVersion.objects.filter(signal__in=signals)
    words.update(meaning="", outward_note="", inward_note="", evidence_seen_by="")
    looks = SecondLook.objects.filter(signal__in=signals)
    looks.unanswered().delete()
    looks.update(reason="")
    for signal in signals:
        _note(record, signal, "signal.purged")
    if not any(signal.status == Status.RETRACTED for signal in signals):
        _scatter(indicator, record.now)


def _forget_digest(record: Recorder, indicator: Indicator) -> None:
    for signal in sharing.locked_together(record.actor, _ids(indicator)):
        _note(record, signal, "signal.tombstone_ended")
    _scatter(indicator, record.now)


def _scatter(indicator: Indicator, now: datetime) -> None:
    """Nothing finds it by its value any more."""
    IndicatorAlias.objects.filter(indicator=indicator).delete()
    indicator.digest, indicator.forgotten_at = secrets.token_bytes(DIGEST_BYTES), now
    indicator.save(update_fields=["digest", "forgotten_at"])


def _ids(indicator: Indicator) -> list[int]:
    return list(Signal.objects.filter(indicator=indicator).values_list("public_id", flat=True))


def _note(record: Recorder, signal: Signal, action: str, *, payload: dict[str, str] | None = None) -> None:
    """For its owner and the programme: machines have known for long that it ended."""
    record(
        action,
        subject_kind="signal",
        subject=signal.public_id,
        organisation=record.actor.organisation or signal.organisation.public_id,
        audience=f"organisation:{signal.organisation.public_id}",
        facts=moves.description(signal) | signal.state(),
        payload=payload,
    )
