"""What was known of a value before: signals on it that were found wrong, and match jobs that it swamped.

Whoever shares such a value again, it does not come back unseen: the programme looks first. A member is told that there
was something, and never whose signal it was.
"""

from django.db.models import Exists, OuterRef

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from signals.guards import WarningCode
from signals.models import BroadHit, Indicator, IndicatorAlias, Receipt, Signal, SignalQuerySet
from signals.workflow import Status


def warnings(organisation_id: int, indicator: Indicator) -> tuple[WarningCode, ...]:
    """Everything that the past says, for the signal of a member; asked with the eyes of the clock.

    Of its own signals and of those that it received the member knows anyway that they were retracted.
    """
    with acting_as(Actor.clock()):
        found_wrong = _on(indicator).filter(status=Status.RETRACTED)
        received = Receipt.objects.filter(signal=OuterRef("pk"), organisation=organisation_id)
        wrong = list(found_wrong.values_list("organisation_id", Exists(received)))
        broad = _is_broad(indicator)
    known = any(owner == organisation_id or is_received for owner, is_received in wrong)
    found = {
        WarningCode.RETRACTED_BEFORE: known,
        WarningCode.CORRECTED_BEFORE: bool(wrong) and not known,
        WarningCode.BROAD: broad,
    }
    return tuple(code for code, applies in found.items() if applies)


def known_to(actor: Actor, indicator: Indicator) -> tuple[WarningCode, ...]:
    """The part of it that a member may be told before it shares anything: what it sees of others' signals, no more."""
    seen = _on(indicator).visible_to(actor)
    is_retracted = seen.filter(status=Status.RETRACTED).exists()
    return (WarningCode.RETRACTED_BEFORE,) if is_retracted else ()


def _on(indicator: Indicator) -> SignalQuerySet:
    """Signals on the indicator, and on every other spelling of the same mailbox."""
    aliases = IndicatorAlias.objects.filter(indicator=indicator).values("digest")
    others = IndicatorAlias.objects.filter(digest__in=aliases).values("indicator")
    return Signal.objects.filter(indicator__in=others.union(Indicator.objects.filter(pk=indicator.pk).values("pk")))


def _is_broad(indicator: Indicator) -> bool:
    swamped = BroadHit.objects.filter(indicator=indicator)
    marked = Signal.objects.filter(indicator=indicator, warnings__contains=[WarningCode.BROAD])
    return swamped.exists() or marked.exists()
