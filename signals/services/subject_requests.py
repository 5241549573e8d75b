"""Looking for a value on behalf of the person whose data it is."""

from datetime import datetime

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.members.models import SubjectRequest
from lantern_site.members.services.registers import subject_requests
from signals import normalise
from signals.intake import Item
from signals.models import Indicator, IndicatorQuerySet, Signal
from signals.normalise import Normal


def search(*, case_id: int, item: Item, actor: Actor, now: datetime) -> SubjectRequest:
    """Find the signals on a value, and on the possible aliases of an e-mail address, and note them at the request.

    The value is brought into normal form, digested and forgotten; only its kind and what was found are kept.
    Raises Hidden, WrongState, NotAllowed, or Invalid for a value that has no normal form.
    """
    with recording(actor, now):
        normal = normalise.normal_form(item.kind, item.raw, service=item.service, quality=item.quality)
        found = Signal.objects.visible_to(actor).filter(indicator__in=_same(normal).values("pk"))
        return subject_requests.note_search(
            case_id=case_id,
            kind=normal.kind.value,
            signals=list(found.values_list("public_id", flat=True)),
            actor=actor,
            now=now,
        )


def _same(normal: Normal) -> IndicatorQuerySet:
    """Indicators of this value, or of an address at the same mailbox."""
    same = Indicator.objects.of(normal.kind, normalise.public_digest(normal))
    alias = normalise.alias_digest(normal)
    return same if alias is None else same | Indicator.objects.possibly_of(alias)
