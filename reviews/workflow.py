"""The life of a dispute and of a recall's delivery, as tables; and the closed words of judgement."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lantern_site.errors import WrongState


class Verdict(TextChoices):
    """What a reviewer says of a submitted signal."""

    APPROVE = "approve", gettext_lazy("Approve")
    REJECT = "reject", gettext_lazy("Reject")
    RETURN = "return", gettext_lazy("Return")


class Settlement(TextChoices):
    """How two people who judged one signal differently have come to see it."""

    AS_DECIDED = "as_decided", gettext_lazy("We both see it now as it was decided")
    AS_SEEN = "as_seen", gettext_lazy("We both see it now as the second look said")
    RULE_UNCLEAR = "rule_unclear", gettext_lazy("Our rule leaves room for both")


class Attestation(TextChoices):
    """What an approval vouches for."""

    EVIDENCE = "evidence", gettext_lazy("I saw the evidence at our service")
    COMPLETENESS = "completeness", gettext_lazy("Form, basis, necessity and breadth are complete")


class DisputeState(TextChoices):
    OPENED = "opened", gettext_lazy("Opened")
    ANSWERED = "answered", gettext_lazy("Answered")
    ACCEPTED = "accepted", gettext_lazy("Accepted")
    DECIDED = "decided", gettext_lazy("Decided")
    APPEALED = "appealed", gettext_lazy("Appealed")
    CLOSED = "closed", gettext_lazy("Decided on appeal")
    WITHDRAWN = "withdrawn", pgettext_lazy("dispute", "Withdrawn")


OPEN = frozenset({DisputeState.OPENED, DisputeState.ANSWERED, DisputeState.APPEALED})


class DisputeMove(StrEnum):
    ANSWER = "answer"
    ACCEPT = "accept"
    DECIDE = "decide"
    APPEAL = "appeal"
    DECIDE_APPEAL = "decide appeal"
    WITHDRAW = "withdraw"


class Party(StrEnum):
    OWNER = "owner"
    OPENER = "opener"
    ADJUDICATOR = "adjudicator"
    EITHER = "owner or opener"
    EXTERNAL = "external adjudicator"


@dataclass(frozen=True)
class Step:
    sources: frozenset[DisputeState]
    target: DisputeState
    party: Party


STEPS: dict[DisputeMove, Step] = {
    DisputeMove.ANSWER: Step(frozenset({DisputeState.OPENED}), DisputeState.ANSWERED, Party.OWNER),
    DisputeMove.ACCEPT: Step(
        frozenset({DisputeState.OPENED, DisputeState.ANSWERED}), DisputeState.ACCEPTED, Party.OWNER
    ),
    DisputeMove.DECIDE: Step(
        frozenset({DisputeState.OPENED, DisputeState.ANSWERED}), DisputeState.DECIDED, Party.ADJUDICATOR
    ),
    DisputeMove.APPEAL: Step(frozenset({DisputeState.DECIDED}), DisputeState.APPEALED, Party.EITHER),
    DisputeMove.DECIDE_APPEAL: Step(frozenset({DisputeState.APPEALED}), DisputeState.CLOSED, Party.EXTERNAL),
    DisputeMove.WITHDRAW: Step(
        frozenset({DisputeState.OPENED, DisputeState.ANSWERED}), DisputeState.WITHDRAWN, Party.OPENER
    ),
}


def is_open(state: str, move: DisputeMove) -> bool:
    return state in STEPS[move].sources


def target(state: str, move: DisputeMove) -> DisputeState:
    """Where the move leads. Raises WrongState when it is not open."""
    if not is_open(state, move):
        label = DisputeState(state).label.lower()
        raise WrongState(_("This is not open: the dispute is %(state)s.") % {"state": label})
    return STEPS[move].target


class Result(TextChoices):
    UPHELD = "upheld", gettext_lazy("Upheld")
    AMENDED = "amended", gettext_lazy("Amended")
    NOT_UPHELD = "not_upheld", gettext_lazy("Not upheld")


class Scope(TextChoices):
    SIGNAL = "signal", gettext_lazy("This signal")
    INDICATOR = "indicator", gettext_lazy("Every signal on this indicator")
    INCIDENT = "incident", gettext_lazy("Every signal of this incident")


class Reason(TextChoices):
    CHILD = "child", gettext_lazy("A child or a victim")
    WRONG_PERSON = "wrong_person", gettext_lazy("Wrong person")
    WRONG_VALUE = "wrong_value", gettext_lazy("Wrong value")
    RECYCLED = "recycled", gettext_lazy("Recycled or shared")
    COMPROMISED = "compromised", gettext_lazy("Compromised account")
    IMPERSONATED = "impersonated", gettext_lazy("Impersonated")
    CLEARED = "cleared", gettext_lazy("Cleared by an authority")
    REDRESS = "redress", gettext_lazy("A complaint was upheld")
    BROAD = "broad", gettext_lazy("Over-broad")
    CONTEXT = "context", gettext_lazy("Educational or reporting context")
    HARM_TERM = "harm_term", gettext_lazy("Wrong harm term")
    STALE = "stale", gettext_lazy("Stale")
    DUPLICATE = "duplicate", gettext_lazy("Duplicate")
    POLICY = "policy", gettext_lazy("Outside policy")
    BASIS = "basis", gettext_lazy("Insufficient basis")
    LEGAL_ORDER = "legal_order", gettext_lazy("Legal order")
    OTHER = "other", gettext_lazy("Other")


PERSON_HARM = frozenset(
    {
        Reason.CHILD,
        Reason.WRONG_PERSON,
        Reason.WRONG_VALUE,
        Reason.RECYCLED,
        Reason.COMPROMISED,
        Reason.IMPERSONATED,
        Reason.CLEARED,
        Reason.REDRESS,
    }
)


class Side(TextChoices):
    """Whom the one who decides asks a question."""

    OPENER = "opener", gettext_lazy("The opener")
    OWNER = "owner", gettext_lazy("The owner")


class HoldReason(TextChoices):
    """Why the programme itself holds a signal."""

    CHECK_OVERDUE = "check_overdue", gettext_lazy("The completeness check is overdue")
    PERSON = "person", gettext_lazy("A person may be harmed")
    UNCLEAR = "unclear", gettext_lazy("The basis is unclear")
    SECURITY = "security", gettext_lazy("A security incident at the owner")
    EXAMINED = "examined", gettext_lazy("The programme examines it")
    OTHER = "other", gettext_lazy("Other")


class RecallCause(TextChoices):
    HELD = "held", gettext_lazy("Held")
    RELEASED = "released", gettext_lazy("Released")
    CORRECTED = "corrected", gettext_lazy("Corrected")
    RETRACTED = "retracted", gettext_lazy("Retracted")


class DeliveryState(TextChoices):
    DUE = "due", gettext_lazy("Due")
    DELIVERED = "delivered", gettext_lazy("Delivered")
    ACKNOWLEDGED = "acknowledged", gettext_lazy("Acknowledged")


class RecallAnswer(TextChoices):
    NOTHING_FOUND = "nothing_found", gettext_lazy("Nothing found")
    NOT_ACTED = "not_acted", gettext_lazy("Found, not acted")
    UNDONE = "undone", gettext_lazy("Acted and undone")
    KEPT = "kept", gettext_lazy("Kept for own reasons")


class ReportCorrected(TextChoices):
    YES = "yes", gettext_lazy("Yes")
    NO = "no", gettext_lazy("No")
    NONE_MADE = "none_made", gettext_lazy("None made")


class Outcome(TextChoices):
    """What a member found when it looked at a lead under its own policy."""

    NO_VIOLATION = "no_violation", gettext_lazy("No violation")
    FALSE_MATCH = "false_match", gettext_lazy("False match")
    INSUFFICIENT = "insufficient", gettext_lazy("Insufficient information")
    NOT_EXAMINED = "not_examined", gettext_lazy("Not examined")
    ALREADY_KNOWN = "already_known", gettext_lazy("Already known and actioned")
    POSSIBLE_VICTIM = "possible_victim", gettext_lazy("Possible victim or child: support given, no penalty")
    VIOLATION = "violation", gettext_lazy("Violation")


class Feedback(TextChoices):
    """What the owner of a signal learns of a finding."""

    USEFUL = "useful", gettext_lazy("Useful")
    NOT_USEFUL = "not_useful", gettext_lazy("Not useful")
    KNOWN = "known", gettext_lazy("Known already")


FEEDBACK: dict[Outcome, Feedback] = {
    Outcome.VIOLATION: Feedback.USEFUL,
    Outcome.POSSIBLE_VICTIM: Feedback.USEFUL,
    Outcome.ALREADY_KNOWN: Feedback.KNOWN,
    Outcome.NO_VIOLATION: Feedback.NOT_USEFUL,
    Outcome.FALSE_MATCH: Feedback.NOT_USEFUL,
}
"""The others say nothing about the signal."""


class NotExamined(TextChoices):
    """Why nobody looked."""

    NO_CAPACITY = "no_capacity", gettext_lazy("No capacity")
    BARRED = "barred", gettext_lazy("Legally barred")
    OUT_OF_SCOPE = "out_of_scope", gettext_lazy("Out of scope")


class RedressState(TextChoices):
    DRAFT = "draft", gettext_lazy("Draft")
    SENT = "sent", gettext_lazy("Sent")
    DECLINED = "declined", gettext_lazy("Declined")


class Action(TextChoices):
    ACCOUNT_ACTIONED = "account_actioned", gettext_lazy("Account actioned")
    CONTENT_REMOVED = "content_removed", gettext_lazy("Content removed")
    UPLOADS_PREVENTED = "uploads_prevented", gettext_lazy("Uploads prevented")
    URL_BLOCKED = "url_blocked", gettext_lazy("URL blocked")
    NETWORK_DISRUPTED = "network_disrupted", gettext_lazy("Network disrupted")
    INVESTIGATION_OPENED = "investigation_opened", gettext_lazy("Investigation opened")
    AUTHORITY_REPORT = "authority_report", gettext_lazy("Report to the authorities")


class Attribution(TextChoices):
    DECISIVE = "decisive", gettext_lazy("Decisive")
    PARTLY = "partly", gettext_lazy("Partly")
    NOT = "not", gettext_lazy("Not")


class LooksWrong(TextChoices):
    NO = "no", gettext_lazy("No")
    CANNOT_TELL = "cannot_tell", gettext_lazy("Cannot tell")
    YES = "yes", gettext_lazy("Yes")


class NoticeKind(TextChoices):
    """Of what somebody is told in their inbox."""

    HANDED_OVER = "handed_over", gettext_lazy("A colleague handed you a signal to review")
    SHARED = "shared", gettext_lazy("A signal that you submitted is shared")
    RETURNED = "returned", gettext_lazy("A signal that you submitted came back to be corrected")
    REJECTED = "rejected", gettext_lazy("A signal that you submitted is rejected")
    CHECK_FAILED = "check_failed", gettext_lazy("A signal of yours did not pass its completeness check")
    HELD = "held", gettext_lazy("The programme holds a signal of yours")
    DISPUTED = "disputed", gettext_lazy("A signal of yours is disputed")
    ANSWERED = "answered", gettext_lazy("A dispute that you opened is answered")
    DECIDED = "decided", gettext_lazy("A dispute is decided")
    APPEALED = "appealed", gettext_lazy("The decision of a dispute is appealed")
    RECALLED = "recalled", gettext_lazy("Something that you received is recalled")
    OVERDUE = "overdue", gettext_lazy("A recall waits for you past its time")
    FIGURES = "figures", gettext_lazy("Confirm your organisation's numbers of the year")
    FIGURES_DUE = "figures_due", gettext_lazy("Your organisation's numbers of the year are due soon")
    SEEN_OTHERWISE = "seen_otherwise", gettext_lazy("A colleague saw a signal differently from you: talk about it")


class NoticeSubject(TextChoices):
    """What a notice leads to."""

    SIGNAL = "signal"
    DISPUTE = "dispute"
    RECALL = "recall"
    EDITION = "edition"
    LOOK = "look"
