"""What the page of a signal offers to one actor: each action with its consequence, or the sentence that refuses it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lantern_site.members.lifecycle import Suspension
from lantern_site.members.models import Organisation
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import Answer, concerns, permits, require
from reviews import disputing, policies
from reviews.approvals import Approvals, Why
from reviews.dossier import Dossier
from reviews.models import StewardHold
from reviews.workflow import Attestation, Verdict
from signals import policies as sharing_policies
from signals import workflow
from signals.services import sharing
from signals.workflow import Move, Status

WHY: Mapping[Why, str | Promise] = {
    Why.DANGER: gettext_lazy("a child may be in danger"),
    Why.KEYWORD: gettext_lazy("it is a keyword"),
    Why.WARNING: gettext_lazy("the value is on a warning list"),
    Why.RETRACTED_BEFORE: gettext_lazy("a signal on this value, or on one very much like it, was found wrong before"),
    Why.BROAD: gettext_lazy("the value hit an unusual share of a member's list"),
    Why.POSSIBLY_CHILD: gettext_lazy("the account holder is possibly a child"),
    Why.VOLUME: gettext_lazy("the member shares unusually many identifiers"),
    Why.SUPPORTED: gettext_lazy("the member is supported, and asks before it shares"),
    Why.PROBATION: gettext_lazy("the member is on probation"),
    Why.CRITICAL: gettext_lazy("it is a critical identifier"),
    Why.SAMPLE: gettext_lazy("it was drawn for the sample"),
}


def audience_of(community: int, owner: int | None, not_to_regions: Collection[str]) -> int:
    """How many members of a community, other than the owner, receive what is shared with it now."""
    others = Organisation.objects.taking_part().filter(
        memberships__community=community, memberships__left_at__isnull=True
    )
    receiving = others.filter(suspended__in=[Suspension.NONE, Suspension.SUBMIT])
    return receiving.exclude(pk=owner or 0).exclude(region__in=not_to_regions).count()


@dataclass(frozen=True)
class Option:
    """A verdict as `components/option.html` shows it. None is ever preselected; `checked` repeats what was sent."""

    value: str
    title: str | Promise
    consequence: str
    key: str
    refused: str = ""
    checked: bool = False
    name: str = "verdict"


class Offers:
    """Asked for by the template, one by one; use it inside `acting_as` only."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier, self.signal = dossier, dossier.signal
        self.actor, self.now = dossier.actor, dossier.now

    # Deciding

    @cached_property
    def reviews(self) -> bool:
        """Whether the actor has a reviewing role and the signal, or a correction of it, waits for a review."""
        waits = self.signal.status == Status.SUBMITTED or self.corrects
        return waits and concerns(self.actor, Permission.REVIEW)

    @cached_property
    def corrects(self) -> bool:
        """Whether it is a correction that waits; other members do not learn of it."""
        is_open = self.signal.status == Status.ACTIVE and not self.signal.contested
        return self.dossier.sees_reach and self.signal.correction_id is not None and is_open

    @cached_property
    def approving(self) -> Answer:
        given = {attestation: one.decided_by_id for attestation, one in self.dossier.given.items()}
        return permits(policies.may_approve, self.actor, self.signal, given, self.now)

    @cached_property
    def reviewing(self) -> Answer:
        """May reject and return; whoever may approve may do that too."""
        return self.approving or permits(policies.may_review, self.actor, self.signal, self.now)

    @cached_property
    def claiming(self) -> bool:
        """The programme claims what the own reviewer has seen, or what it has to check."""
        seen = not self.actor.programme or Attestation.EVIDENCE in self.dossier.given
        return bool(self.reviewing) and (seen or self.signal.check_due_at is not None)

    @cached_property
    def plan(self) -> Approvals:
        return policies.approvals_needed(self.signal, self.now)

    @cached_property
    def attestation(self) -> Attestation:
        return policies.attestation_of(self.actor)

    def options(self, chosen: str = "") -> list[Option]:
        """Approve, reject, return, each with what will happen."""
        refused = self.approving.sentence
        unshared = _("Not shared. The submitter reads your reason.")
        unchanged = _("The version in use stays. Whoever proposed it reads your reason.")
        judged = [
            Option("approve", Verdict.APPROVE.label, self.after_approval(), "1", refused, chosen == "approve"),
            Option(
                "reject",
                Verdict.REJECT.label,
                unchanged if self.corrects else unshared,
                "2",
                checked=chosen == "reject",
            ),
        ]
        if self.corrects:
            return judged
        return [
            *judged,
            Option(
                "return",
                Verdict.RETURN.label,
                _("Back to the submitter to be corrected."),
                "3",
                checked=chosen == "return",
            ),
        ]

    def after_approval(self) -> str:
        """What an approval by this actor leads to."""
        if self.plan.first - set(self.dossier.given) - {self.attestation}:
            if self.corrects:
                return _("The programme checks it before it takes effect: %(why)s.") % {"why": self.why}
            return _("The programme checks completeness before it is shared: %(why)s.") % {"why": self.why}
        told = self._told()
        if self.plan.provisional:
            return told + " " + _("Provisional until the programme has checked it: %(why)s.") % {"why": self.why}
        if self.plan.check_within_hours is not None:
            facts = {"hours": self.plan.check_within_hours, "why": self.why}
            return told + " " + _("The programme checks it within %(hours)d h: %(why)s.") % facts
        return told

    def _told(self) -> str:
        if self.corrects:
            return _("It takes effect at once. The feed tells everyone who has the signal.")
        return ngettext(
            "Shared with %(count)d member at once.", "Shared with %(count)d members at once.", self.audience
        ) % {"count": self.audience}

    @property
    def why(self) -> str:
        return str(WHY[self.plan.why]) if self.plan.why is not None else ""

    @cached_property
    def audience(self) -> int:
        """How many other members would receive it now."""
        signal = self.signal
        return audience_of(signal.community_id, signal.organisation_id, signal.version.not_to_regions)

    # The programme

    @cached_property
    def checking(self) -> Answer:
        return permits(policies.may_check, self.actor, self.signal, self.now)

    @cached_property
    def holding(self) -> Answer:
        """A steward may take it out of the feed."""
        if not concerns(self.actor, Permission.HOLD) or self.held_by_programme:
            return Answer(False)
        return permits(disputing.may_hold_as_programme, self.actor, self.signal)

    @cached_property
    def held_by_programme(self) -> bool:
        """Looked up for those who could end the hold, of what was ever in the feed."""
        if not concerns(self.actor, Permission.HOLD) or self.signal.activated_at is None:
            return False
        return StewardHold.objects.open().filter(signal=self.signal).exists()

    @cached_property
    def releasing(self) -> Answer:
        return permits(require, self.actor, Permission.HOLD) if self.held_by_programme else Answer(False)

    # The owner

    def _own(self, move: Move) -> bool:
        return self.dossier.is_own and workflow.is_open(self.signal.status, move)

    @cached_property
    def cancelling(self) -> bool:
        return self._own(Move.CANCEL) and bool(permits(sharing_policies.may_cancel, self.actor, self.signal))

    @cached_property
    def cancelling_correction(self) -> bool:
        waits = self.dossier.is_own and self.signal.correction_id is not None
        return waits and bool(permits(sharing_policies.may_cancel, self.actor, self.signal))

    @cached_property
    def resubmitting(self) -> bool:
        may = permits(sharing_policies.may_share, self.actor, danger=self.signal.danger)
        return self._own(Move.RESUBMIT) and bool(may)

    @cached_property
    def correcting(self) -> Answer | None:
        """What is shared is corrected by proposing a version; its value is retracted and replaced."""
        if not self.dossier.is_own or self.signal.status != Status.ACTIVE or self.signal.correction_id is not None:
            return None
        if not concerns(self.actor, Permission.SHARE):
            return None
        return permits(sharing_policies.may_correct, self.actor, self.signal)

    @cached_property
    def withdrawing(self) -> Answer | None:
        if not self._own(Move.WITHDRAW) or not concerns(self.actor, Permission.WITHDRAW):
            return None
        return permits(sharing_policies.may_withdraw, self.actor, self.signal)

    @cached_property
    def renewing(self) -> Answer | None:
        """Offered in the last days, and after them."""
        late = self.signal.status == Status.EXPIRED or self.signal.expires_at - self.now <= sharing.RENEWABLE_BEFORE
        if not late or not self._own(Move.RENEW) or not concerns(self.actor, Permission.RENEW):
            return None
        seen = self.dossier.row.corroborations > 0
        return permits(sharing_policies.may_renew, self.actor, self.signal, seen_by_another=seen)

    # Other members

    @cached_property
    def disputing(self) -> Answer | None:
        if self.dossier.is_own or self.actor.programme or not concerns(self.actor, Permission.DISPUTE):
            return None
        if self.signal.status not in disputing.DISPUTABLE:
            return None
        return permits(disputing.may_dispute, self.actor, self.signal)

    @cached_property
    def revealing(self) -> Answer:
        return permits(sharing_policies.may_reveal, self.actor)

    @property
    def needs_proof(self) -> bool:
        """Whether something would be offered if the actor showed a second factor now."""
        return any(answer.needs_proof for answer in (self.checking, self.holding, self.releasing, self.revealing))

    @property
    def nothing(self) -> bool:
        """Whether there is no action at all: the card then says why."""
        return not any(
            (
                self.reviews and self.reviewing,
                self.checking,
                self.holding,
                self.releasing,
                self.cancelling,
                self.cancelling_correction,
                self.resubmitting,
                self.correcting is not None,
                self.withdrawing is not None,
                self.renewing is not None,
                self.disputing is not None,
            )
        )
