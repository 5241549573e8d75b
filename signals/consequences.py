"""What a step about a member would do to signals, in numbers, before it is taken."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lantern_site.members.lifecycle import Suspension
from lantern_site.members.models import ApiKey, Community, Organisation, SignalsRule
from signals.models import MatchJob, Receipt, Signal, SignalQuerySet
from signals.workflow import Status

WAITING = (Status.SUBMITTED, Status.RETURNED)


@dataclass(frozen=True)
class Stock:
    """What a member shares, has received and runs."""

    active: int
    held: int
    waiting: int
    received: int
    """Signals of others in use that it has received: its machines are told to hide them."""
    keys: int
    jobs: int


def stock(organisation: Organisation, now: datetime) -> Stock:
    """Counted now, inside `acting_as` somebody who sees the member's signals."""
    own = Signal.objects.owned_by(organisation.pk)
    return Stock(
        active=own.filter(status=Status.ACTIVE).count(),
        held=own.filter(status=Status.HELD).count(),
        waiting=own.filter(status__in=WAITING).count(),
        received=received(organisation).count(),
        keys=ApiKey.objects.filter(organisation=organisation).usable_at(now).count(),
        jobs=MatchJob.objects.filter(
            organisation=organisation, state__in=[MatchJob.State.QUEUED, MatchJob.State.RUNNING]
        ).count(),
    )


def received(organisation: Organisation) -> SignalQuerySet:
    """Signals of others in use that the member has received in any way."""
    receipts = Receipt.objects.filter(signal=OuterRef("pk"), organisation=organisation)
    in_use = Signal.objects.filter(Exists(receipts), status__in=[Status.ACTIVE, Status.HELD])
    return in_use.exclude(organisation=organisation)


def of_suspension(what: Suspension, has: Stock) -> str:
    """One line for each thing that a member can be kept from."""
    own = _("It shares nothing now.")
    if has.active or has.waiting:
        own = ngettext(
            "%(active)d signal that it shares stays in use; %(waiting)d that wait are not shared.",
            "%(active)d signals that it shares stay in use; %(waiting)d that wait are not shared.",
            has.active,
        ) % {"active": has.active, "waiting": has.waiting}
    others = ngettext(
        "Pages and machines hide %(received)d signal that it has received; corrections still reach it.",
        "Pages and machines hide %(received)d signals that it has received; corrections still reach it.",
        has.received,
    ) % {"received": has.received}
    keys = ngettext("%(keys)d key is told corrections only.", "%(keys)d keys are told corrections only.", has.keys) % {
        "keys": has.keys
    }
    both = [own, others, keys] if has.keys else [own, others]
    parts = {Suspension.SUBMIT: [own], Suspension.RECEIVE: [others], Suspension.ALL: both}
    return " ".join(parts[what])


def of_departure(rule: SignalsRule, has: Stock) -> str:
    """One line for each rule about the signals of a member that leaves."""
    words = {
        SignalsRule.EXPIRE: ngettext(
            "%(count)d signal expires, also what is held.", "%(count)d signals expire, also what is held.", has.active
        ),
        SignalsRule.WITHDRAW: ngettext(
            "%(count)d signal is withdrawn; what is held waits for its decision.",
            "%(count)d signals are withdrawn; what is held waits for its decision.",
            has.active,
        ),
        SignalsRule.HAND_OVER: ngettext(
            "%(count)d signal stays in use; the programme answers for it.",
            "%(count)d signals stay in use; the programme answers for them.",
            has.active,
        ),
    }
    return words[rule] % {"count": has.active}


def in_community(community: Community) -> SignalQuerySet:
    """What is shared with the community and in use: what a newcomer would see, what somebody who leaves would lose."""
    return Signal.objects.filter(community=community, status=Status.ACTIVE)


def losses(community: Community) -> dict[int, int]:
    """For each member inside, how many received signals its machines would be told to hide if it left."""
    shared = in_community(community).values("pk")
    held = Receipt.objects.filter(Q(signal__in=shared))
    found: dict[int, set[int]] = {}
    for organisation_id, signal_id in held.values_list("organisation_id", "signal_id").distinct():
        found.setdefault(organisation_id, set()).add(signal_id)
    return {organisation_id: len(signals) for organisation_id, signals in found.items()}
