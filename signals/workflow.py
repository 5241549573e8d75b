"""The life of a signal as a table: which move is open in which status, where it leads, and who makes it.

The README's diagram is drawn from it; the services ask it; a test compares every pair with a flat copy.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantern_site.errors import WrongState


class Status(TextChoices):
    SUBMITTED = "submitted", gettext_lazy("Submitted")
    RETURNED = "returned", gettext_lazy("Returned")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")
    REJECTED = "rejected", gettext_lazy("Rejected")
    ACTIVE = "active", gettext_lazy("Active")
    HELD = "held", gettext_lazy("Held")
    WITHDRAWN = "withdrawn", gettext_lazy("Withdrawn")
    RETRACTED = "retracted", gettext_lazy("Retracted")
    EXPIRED = "expired", gettext_lazy("Expired")


LIVE = frozenset({Status.SUBMITTED, Status.RETURNED, Status.ACTIVE, Status.HELD})
ENDED = frozenset(Status) - LIVE
SHOWN_TO_OTHERS = frozenset({Status.ACTIVE, Status.HELD, Status.WITHDRAWN, Status.RETRACTED, Status.EXPIRED})


NO_LONGER_USED = SHOWN_TO_OTHERS - {Status.ACTIVE}


class Move(StrEnum):
    RETURN = "return"
    RESUBMIT = "resubmit"
    REOPEN = "reopen"
    CANCEL = "cancel"
    REJECT = "reject"
    APPROVE = "approve"
    WITHDRAW = "withdraw"
    HOLD = "hold"
    RELEASE = "release"
    RETRACT = "retract"
    REINSTATE = "reinstate"
    EXPIRE = "expire"
    RENEW = "renew"


class Mover(StrEnum):
    """On whose behalf a move is made; policies say which person may stand in."""

    SUBMITTER = "submitter"
    REVIEWER = "reviewer"
    OWNER = "owner"
    HOLDING = "holding dispute or steward"
    DECISION = "decision of a dispute, owner's admission"
    APPEAL = "appeal"
    CLOCK = "clock"


@dataclass(frozen=True)
class Step:
    sources: frozenset[Status]
    target: Status
    mover: Mover


def _from(*sources: Status) -> frozenset[Status]:
    return frozenset(sources)


STEPS: dict[Move, Step] = {
    Move.RETURN: Step(_from(Status.SUBMITTED), Status.RETURNED, Mover.REVIEWER),
    Move.RESUBMIT: Step(_from(Status.RETURNED), Status.SUBMITTED, Mover.SUBMITTER),
    Move.REOPEN: Step(_from(Status.RETURNED, Status.REJECTED), Status.SUBMITTED, Mover.REVIEWER),
    Move.CANCEL: Step(_from(Status.SUBMITTED, Status.RETURNED), Status.CANCELLED, Mover.OWNER),
    Move.REJECT: Step(_from(Status.SUBMITTED), Status.REJECTED, Mover.REVIEWER),
    Move.APPROVE: Step(_from(Status.SUBMITTED), Status.ACTIVE, Mover.REVIEWER),
    Move.WITHDRAW: Step(_from(Status.ACTIVE), Status.WITHDRAWN, Mover.OWNER),
    Move.HOLD: Step(_from(Status.ACTIVE), Status.HELD, Mover.HOLDING),
    Move.RELEASE: Step(_from(Status.HELD), Status.ACTIVE, Mover.HOLDING),
    Move.RETRACT: Step(_from(Status.ACTIVE, Status.HELD), Status.RETRACTED, Mover.DECISION),
    Move.REINSTATE: Step(_from(Status.RETRACTED), Status.ACTIVE, Mover.APPEAL),
    Move.EXPIRE: Step(_from(Status.ACTIVE, Status.HELD), Status.EXPIRED, Mover.CLOCK),
    Move.RENEW: Step(_from(Status.ACTIVE, Status.EXPIRED), Status.ACTIVE, Mover.OWNER),
}


def is_open(status: str, move: Move) -> bool:
    """Whether the move may be made from this status at all."""
    return status in STEPS[move].sources


def target(status: str, move: Move) -> Status:
    """The status that the move leads to. Raises WrongState when the move is not open."""
    if not is_open(status, move):
        raise WrongState(_("This is not open: the signal is %(status)s.") % {"status": Status(status).label.lower()})
    return STEPS[move].target


class RevealReason(TextChoices):
    """Why somebody needs to see a plain value."""

    REVIEW = "review", gettext_lazy("To review this signal")
    LEAD = "lead", gettext_lazy("To examine a lead on our service")
    DISPUTE = "dispute", gettext_lazy("To judge a dispute")
    AUTHORITY = "authority", gettext_lazy("To report to the authorities")
