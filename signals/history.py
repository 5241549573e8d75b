"""What was known of a value before: signals on it that were found wrong, and match jobs that it swamped.

Whoever shares such a value again, it does not come back unseen: the programme looks first. A member is told that there
was something, and never whose signal it was.
"""

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from signals.guards import WarningCode
from signals.models import BroadHit, Indicator, IndicatorAlias, Signal, SignalQuerySet
from signals.workflow import Status


def warnings(organisation_id: int, indicator: Indicator) -> tuple[WarningCode, ...]:
    """Everything that the past says, for the signal of a member; asked with the eyes of the clock.

    Of what the member may see it knows anyway that it was retracted; the rest it does not learn more of than that.
    """
    with acting_as(Actor.clock()):
        wrong = _on(indicator).filter(status=Status.RETRACTED)
        is_wrong = wrong.exists()
        is_known = is_wrong and (
            wrong.owned_by(organisation_id).exists()
            or wrong.shared_with(organisation_id).exists()
            or wrong.corrected_for(organisation_id).exists()
        )
        is_broad = _is_broad(indicator)
    found = {
        WarningCode.RETRACTED_BEFORE: is_known,
        WarningCode.CORRECTED_BEFORE: is_wrong and not is_known,
        WarningCode.BROAD: is_broad,
    }
    return tuple(code for code, applies in found.items() if applies)


def look_back(signal: Signal) -> None:
    """Add to the warnings of a locked signal what has been found about its value since it was submitted."""
    found = warnings(signal.organisation_id, signal.indicator)
    if new := [code.value for code in found if code not in signal.warnings]:
        signal.warnings = [*signal.warnings, *new]
        signal.save(update_fields=["warnings"])


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
