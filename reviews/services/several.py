"""One judgement with one reason for signals chosen from the queue: each gets its own decision, or says why not."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.errors import Invalid, NotAllowed, WrongState
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require
from reviews import together
from reviews.services import decisions
from reviews.services.decisions import Judgement
from reviews.services.incidents import Judged, Left
from reviews.workflow import Verdict
from signals import history
from signals.kinds import IDENTIFIERS
from signals.models import Signal
from signals.policies import unknown_signal
from signals.services import sharing


def decide(*, seen: Mapping[int, int], judgement: Judgement, actor: Actor, now: datetime) -> Judged:
    """Approve, reject or return the signals that the reviewer has seen, each in that version and its own transaction.

    What cannot be decided is left as it is and named. Raises Invalid as one decision does, and for `seen` when they
    are too many; Hidden, before anything is decided, for a signal that the actor may not know of.
    """
    with acting_as(actor):
        require(actor, Permission.REVIEW)
        _few_enough(seen, actor)
    decided, left = [], []
    for signal_id in sorted(seen):
        with recording(actor, now) as record:
            signal = sharing.locked(actor, signal_id)
            try:
                _decide(record, signal, judgement, seen[signal_id])
                decided.append(signal)
            except (NotAllowed, WrongState) as refusal:
                left.append(Left(signal, str(refusal)))
    return Judged(decided, left)


def _few_enough(seen: Mapping[int, int], actor: Actor) -> None:
    kinds = list(Signal.objects.visible_to(actor).filter(public_id__in=seen).values_list("indicator__kind", flat=True))
    if len(kinds) < len(seen):
        raise unknown_signal()
    identifiers = sum(kind in IDENTIFIERS for kind in kinds)
    if len(kinds) > together.MOST:
        raise Invalid(_("Choose at most %(most)d signals at once.") % {"most": together.MOST}, "seen")
    if identifiers > together.MOST_IDENTIFIERS:
        said = _("Choose at most %(most)d identifiers at once: each of them is about a person.")
        raise Invalid(said % {"most": together.MOST_IDENTIFIERS}, "seen")


def _decide(record: Recorder, signal: Signal, judgement: Judgement, version: int) -> None:
    """Refuses before anything is written, so that the transaction of a refused one holds nothing."""
    if judgement.verdict == Verdict.APPROVE:
        history.look_back(signal)
    together.may_decide(record.actor, signal, judgement.verdict, record.now)
    decisions.judge(record, signal, judgement, version)
