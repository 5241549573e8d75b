"""One judgement for signals of an incident: each gets its own decision and entry, all in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.errors import NotAllowed, WrongState
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require
from reviews import together
from reviews.services import decisions
from reviews.services.decisions import Judgement
from reviews.workflow import Verdict
from signals import history
from signals.models import Incident, Signal
from signals.policies import unknown_signal
from signals.services import sharing


@dataclass(frozen=True)
class Left:
    """A signal that was not decided with the others, and why."""

    signal: Signal
    sentence: str


@dataclass(frozen=True)
class Judged:
    decided: list[Signal]
    left: list[Left]


def decide(*, incident_id: int, seen: Mapping[int, int], judgement: Judgement, actor: Actor, now: datetime) -> Judged:
    """Approve, reject or return the signals of an incident that the reviewer has seen, each in that version.

    What cannot be decided with the others is left as it is and named. Raises WrongState when that is all of them (or
    none was chosen), Hidden for a signal that is not of this incident, Invalid as one decision does.
    """
    with recording(actor, now) as record:
        incident = Incident.objects.select_for_update().filter(public_id=incident_id).first()
        signals = sharing.locked_together(actor, seen)
        if incident is None or any(signal.incident_id != incident.pk for signal in signals):
            raise unknown_signal()
        require(actor, Permission.REVIEW)
        decided, left = [], []
        for signal in signals:
            if judgement.verdict == Verdict.APPROVE:
                history.look_back(signal)
            try:
                together.may_decide(actor, signal, judgement.verdict, now)
                decisions.judge(record, signal, judgement, seen[signal.public_id])
                decided.append(signal)
            except (NotAllowed, WrongState) as refusal:
                left.append(Left(signal, str(refusal)))
        if not decided:
            raise WrongState(_("None of them can be decided together: each says why."))
        return Judged(decided, left)
