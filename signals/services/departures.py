"""What becomes of the signals of a member that has left."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.errors import WrongState
from lantern_site.members.lifecycle import MemberKind, MemberState
from lantern_site.members.models import Departure, Organisation, SignalsRule
from lantern_site.work import outbox
from signals import moves
from signals.models import Signal
from signals.services import sharing
from signals.workflow import LIVE, Move, Status

AT_ONCE = 200


def part_with(*, organisation_id: int, now: datetime) -> int:
    """Carry out the departure's rule for a page of live signals of the organisation (primary key); ask for the next.

    What was never shared is cancelled. What is held stays with its dispute under every rule but *expire*: the decision
    ends it. Returns how many signals changed; running it again changes nothing more.
    """
    with recording(Actor.clock(), now) as record:
        organisation = Organisation.objects.get(pk=organisation_id)
        if organisation.state != MemberState.LEFT:
            raise WrongState(_("The member has not left."))
        rule = SignalsRule(Departure.objects.get(organisation=organisation).rule)
        page = list(_waiting(organisation, rule)[:AT_ONCE])
        for public_id in page:
            _end(record, sharing.locked(record.actor, public_id), rule)
        if len(page) == AT_ONCE:
            outbox.ask("signals.part_with", organisation.pk)
    return len(page)


def _waiting(organisation: Organisation, rule: SignalsRule) -> QuerySet[Signal, int]:
    live = Signal.objects.owned_by(organisation.pk).filter(status__in=LIVE)
    if rule == SignalsRule.WITHDRAW:
        live = live.exclude(status=Status.HELD)
    return live.order_by("pk").values_list("public_id", flat=True)


def _end(record: Recorder, signal: Signal, rule: SignalsRule) -> None:
    if signal.status in (Status.SUBMITTED, Status.RETURNED):
        moves.apply(record, signal, Move.CANCEL, facts={"reason": "left"})
    elif rule == SignalsRule.EXPIRE or (rule == SignalsRule.HAND_OVER and _has_own(signal)):
        signal.expires_at = record.now
        moves.apply(record, signal, Move.EXPIRE, facts={"reason": "left"})
    elif rule == SignalsRule.WITHDRAW:
        moves.apply(record, signal, Move.WITHDRAW, facts={"reason": "left"})
    else:
        _hand_over(record, signal)


def _programme() -> Organisation:
    return Organisation.objects.get(kind=MemberKind.PROGRAMME)


def _has_own(signal: Signal) -> bool:
    """Whether the programme shares the indicator itself: one live signal each."""
    own = Signal.objects.owned_by(_programme().pk)
    return own.filter(indicator=signal.indicator_id, status__in=LIVE).exists()


def _hand_over(record: Recorder, signal: Signal) -> None:
    """The programme answers for it from now on; that it came from somebody else stays in the ledger."""
    before = signal.organisation
    signal.organisation = _programme()
    signal.save(update_fields=["organisation"])
    moves.note(record, signal, "signal.handed_over", facts={"from": before.public_id})
