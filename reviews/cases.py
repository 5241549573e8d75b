"""Disputes and recalls as their pages show them.

Row-level security may hide a signal from a party of its dispute (another owner's, or one of a community that was left),
so signals are always fetched by themselves: joined, a hidden signal would take its dispute with it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Staff
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import Answer, concerns, permits
from reviews import clocks, disputing, timeline
from reviews.models import Delivery, Dispute, DisputedSignal, Recall
from reviews.workflow import DeliveryState, DisputeState, RecallCause
from signals import rows
from signals.models import Signal

Words = str | Promise


@dataclass(frozen=True)
class Line:
    """A dispute in a list."""

    reference: str
    url: str
    reason: Words
    state: str
    opener: str
    owners: str
    opened_at: datetime
    due_at: datetime | None
    holding: bool
    signals: list[rows.Row]


def lines_of(disputes: Iterable[Dispute], actor: Actor) -> list[Line]:
    """Lines of one page of disputes (with their openers), with one more query for all their signals."""
    page = list(disputes)
    touched = touched_signals(page)
    return [_line(dispute, touched.get(dispute.pk, []), actor) for dispute in page]


def touched_signals(page: list[Dispute]) -> dict[int, list[Signal]]:
    """The signals of each dispute that the reader may see."""
    touches = DisputedSignal.objects.filter(dispute__in=page).select_related(
        "signal__indicator__value",
        "signal__organisation",
        "signal__community",
        "signal__current_version",
        "signal__submitted_by",
    )
    found: dict[int, list[Signal]] = {}
    for touch in touches.order_by("pk"):
        found.setdefault(touch.dispute_id, []).append(touch.signal)
    return found


def opener_of(dispute: Dispute, actor: Actor) -> str:
    """The opener's name, unless it asked not to be named to the owner."""
    named = dispute.opener_named or actor.programme or dispute.opener_id == actor.organisation_id
    return dispute.opener.name if named else _("A member that is not named")


def owners_of(signals: list[Signal], actor: Actor) -> str:
    """Those who shared the signals, as far as they are named."""
    return ", ".join(dict.fromkeys(_owner(signal, actor) for signal in signals))


def _owner(signal: Signal, actor: Actor) -> str:
    named = actor.programme or signal.organisation_id == actor.organisation_id or signal.version.owner_named
    return signal.organisation.name if named else _("A platform member")


def _line(dispute: Dispute, signals: list[Signal], actor: Actor) -> Line:
    return Line(
        reference=dispute.reference,
        url=reverse("reviews:dispute", args=[dispute.public_id]),
        reason=dispute.get_reason_display(),
        state=state_word(dispute),
        opener=opener_of(dispute, actor),
        owners=owners_of(signals, actor),
        opened_at=dispute.opened_at,
        due_at=due_at(dispute),
        holding=dispute.is_holding,
        signals=[rows.row_of(signal, actor) for signal in signals],
    )


def state_word(dispute: Dispute) -> str:
    """What the pill says: the result, once there is one that stands."""
    return dispute.final_result if dispute.final_result and not dispute.is_open else dispute.state


def due_at(dispute: Dispute) -> datetime | None:
    """The clock that runs: the owner's answer first, then the decision."""
    if dispute.state == DisputeState.OPENED:
        return dispute.answer_due_at
    return dispute.decide_due_at if dispute.is_open else None


class Room:
    """A dispute for one reader: parties, clocks, arguments, and what the reader may do. Inside `acting_as` only."""

    def __init__(self, dispute: Dispute, actor: Actor, now: datetime) -> None:
        self.dispute, self.actor, self.now = dispute, actor, now

    @cached_property
    def line(self) -> Line:
        return _line(self.dispute, self._signals, self.actor)

    @cached_property
    def _signals(self) -> list[Signal]:
        return touched_signals([self.dispute]).get(self.dispute.pk, [])

    @cached_property
    def hidden_signals(self) -> int:
        """How many of the signals the reader may not see; only the programme learns that there are others."""
        if not self.actor.oversees:
            return 0
        return self.dispute.touches.count() - len(self._signals)

    @cached_property
    def timeline(self) -> list[timeline.Told]:
        return timeline.of_dispute(self.dispute, self.actor)

    @cached_property
    def assigning(self) -> Answer:
        return self._may(disputing.may_assign)

    @cached_property
    def candidates(self) -> list[Staff]:
        """Who may be given the case."""
        return list(Staff.objects.filter(pk__in=disputing.candidates(self.dispute, self.now)).order_by("name", "pk"))

    @cached_property
    def asking(self) -> Answer:
        return self._may(disputing.may_ask)

    @cached_property
    def replying(self) -> Answer:
        return self._may(disputing.may_reply)

    @cached_property
    def standing(self) -> Answer:
        return self._may(disputing.may_stand, self.now)

    @cached_property
    def confirming_stand(self) -> Answer:
        return self._may(disputing.may_confirm_stand, self.now)

    @cached_property
    def standing_evidence(self) -> list[DisputedSignal]:
        """What other owners say of their own evidence, as far as the reader sees their signals."""
        said = self.dispute.touches.filter(stands_at__isnull=False, signal__in=self._signals)
        return list(said.order_by("organisation", "pk").distinct("organisation"))

    @property
    def hold_due_at(self) -> datetime | None:
        """By when the steward has looked at a hold that was asked for and that nobody has confirmed."""
        if not self.dispute.hold_asked or self.dispute.held_at is not None or not self.dispute.is_open:
            return None
        if any(signal.danger for signal in self._signals):
            return self.dispute.opened_at + clocks.HOLD_IN_DANGER
        return clock.working_days(self.dispute.opened_at, clocks.STEWARD_DAYS)

    def _may(self, check: object, *more: object) -> Answer:
        return permits(check, self.actor, self.dispute, *more)  # type: ignore[arg-type]

    @cached_property
    def answering(self) -> Answer:
        return self._may(disputing.may_answer)

    @cached_property
    def accepting(self) -> Answer:
        return self._may(disputing.may_accept)

    @cached_property
    def withdrawing(self) -> Answer:
        return self._may(disputing.may_withdraw)

    @cached_property
    def deciding(self) -> Answer:
        return self._may(disputing.may_decide)

    @cached_property
    def appealing(self) -> Answer:
        return self._may(disputing.may_appeal, self.now)

    @cached_property
    def deciding_appeal(self) -> Answer:
        return self._may(disputing.may_decide_appeal)

    @cached_property
    def holding(self) -> Answer:
        return self._may(disputing.may_hold, self.now)

    @cached_property
    def extending(self) -> Answer:
        return self._may(disputing.may_extend_hold)

    @cached_property
    def ending_hold(self) -> Answer:
        return self._may(disputing.may_steer_hold)

    @property
    def nothing(self) -> bool:
        return not any(
            (
                self.answering,
                self.accepting,
                self.withdrawing,
                self.deciding,
                self.appealing,
                self.deciding_appeal,
                self.holding,
                self.extending,
                self.ending_hold,
                self.assigning,
                self.replying,
                self.standing,
                self.confirming_stand,
            )
        )

    @property
    def needs_proof(self) -> bool:
        """Whether something would be offered if the actor showed a second factor now."""
        return any(answer.needs_proof for answer in (self.holding, self.extending, self.ending_hold))

    @property
    def explanations(self) -> list[str]:
        """Why somebody who might act on this kind of case may not act on this one."""
        found = []
        appealed = self.dispute.state == DisputeState.APPEALED
        if self.dispute.is_open and not appealed and concerns(self.actor, Permission.DECIDE) and not self.deciding:
            found.append(self.deciding.sentence)
        asked = self.dispute.hold_asked and self.dispute.held_at is None and self.dispute.is_open
        if asked and self.dispute.opener_id == self.actor.organisation_id and not self.holding:
            found.append(self.holding.sentence)
        return found


MEANS: Mapping[RecallCause, Words] = {
    RecallCause.HELD: gettext_lazy("It is out of the feed until a decision. Do not act on it now; be ready to undo."),
    RecallCause.RELEASED: gettext_lazy("It is back in the feed. Nothing has to be undone."),
    RecallCause.CORRECTED: gettext_lazy("What it says was corrected. Look again at what you did because of it."),
    RecallCause.RETRACTED: gettext_lazy(
        "It was wrong, or could have been. Remove it, undo what you did because of it, and keep what the law obliges "
        "you to preserve."
    ),
}
"""What each recall asks of those who received the signal."""


@dataclass(frozen=True)
class Notice:
    """A recall that was sent to the reader's organisation."""

    reference: str
    url: str
    cause: Words
    state: str
    due_at: datetime
    overdue_at: datetime
    signal: str
    row: rows.Row | None


@dataclass(frozen=True)
class Sent:
    """A recall that went out, with how far it has come."""

    reference: str
    url: str
    cause: Words
    opened_at: datetime
    signal: str
    members: int
    acknowledged: int
    overdue: int
    closed: bool


@dataclass(frozen=True)
class Reached:
    """How far a recall is with one member."""

    member: str
    state: str
    due_at: datetime
    delivered_at: datetime | None
    acknowledged_at: datetime | None
    answer: Words
    report_corrected: Words
    local_hits: int | None


def notices_of(deliveries: Iterable[Delivery], actor: Actor, now: datetime) -> list[Notice]:
    """Lines of one page of deliveries (with their recalls) to the reader's own organisation."""
    page = list(deliveries)
    pks = {delivery.recall.signal_id for delivery in page}
    visible = Signal.objects.visible_to(actor).with_context().filter(pk__in=pks)
    seen = {signal.pk: rows.row_of(signal, actor) for signal in visible}
    references = references_of(pks)
    return [
        Notice(
            reference=delivery.recall.reference,
            url=reverse("reviews:recall", args=[delivery.recall.public_id]),
            cause=delivery.recall.get_cause_display(),
            state=delivery_state(delivery, now),
            due_at=delivery.due_at,
            overdue_at=delivery.overdue_at,
            signal=references[delivery.recall.signal_id],
            row=seen.get(delivery.recall.signal_id),
        )
        for delivery in page
    ]


def with_signals(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """These deliveries (with their recalls), each with the public id of its signal as `recalled`."""
    page = list(deliveries)
    with acting_as(Actor.clock()):
        known = dict(
            Signal.objects.filter(pk__in={one.recall.signal_id for one in page}).values_list("pk", "public_id")
        )
    for one in page:
        one.recalled = known[one.recall.signal_id]  # type: ignore[attr-defined]
    return page


def references_of(pks: Iterable[int]) -> dict[int, str]:
    """The references of signals that were received once, also where they cannot be seen any more."""
    with acting_as(Actor.clock()):
        return {signal.pk: signal.reference for signal in Signal.objects.filter(pk__in=pks).only("public_id")}


def sent(recalls: QuerySet[Recall], now: datetime) -> list[Sent]:
    """Lines of one page of recalls that went out."""
    waiting = ~Q(deliveries__state=DeliveryState.ACKNOWLEDGED)
    page = list(
        recalls.annotate(
            members=Count("deliveries"),
            done=Count("deliveries", filter=~waiting),
            late=Count("deliveries", filter=waiting & Q(deliveries__overdue_at__lte=now)),
        )
    )
    references = references_of({recall.signal_id for recall in page})
    return [
        Sent(
            reference=recall.reference,
            url=reverse("reviews:recall", args=[recall.public_id]),
            cause=recall.get_cause_display(),
            opened_at=recall.opened_at,
            signal=references[recall.signal_id],
            members=recall.members,
            acknowledged=recall.done,
            overdue=recall.late,
            closed=recall.closed_at is not None,
        )
        for recall in page
    ]


def reach_of(recall: Recall, now: datetime) -> list[Reached]:
    """Every member that the recall concerns, those who are late first."""
    deliveries = recall.deliveries.select_related("organisation").order_by("organisation__name", "pk")
    reached = [
        Reached(
            member=delivery.organisation.name,
            state=delivery_state(delivery, now),
            due_at=delivery.due_at,
            delivered_at=delivery.delivered_at,
            acknowledged_at=delivery.confirmed_at or (delivery.acknowledged_at if delivery.is_acknowledged else None),
            answer=delivery.get_answer_display(),
            report_corrected=delivery.get_report_corrected_display(),
            local_hits=delivery.local_hits,
        )
        for delivery in deliveries
    ]
    return sorted(reached, key=lambda one: one.state != "overdue")


def delivery_state(delivery: Delivery, now: datetime) -> str:
    """The state of a delivery as a pill shows it."""
    late = not delivery.is_acknowledged and delivery.overdue_at <= now
    return "overdue" if late else str(delivery.state)
