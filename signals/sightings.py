"""Who else says the same: the facts behind `corroboration`, read for one actor."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import Min, Q
from django.db.models.functions import Coalesce

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Organisation
from signals import corroboration
from signals.corroboration import Given, Voice
from signals.models import Indicator, Receipt, Signal
from signals.workflow import Status


def house(path: str = "") -> Coalesce:
    """The member that an organisation (with the path to it) has become a part of, or itself.

    Two mergers one after the other are followed: whoever ended before has been parted from, and shares nothing more.
    """
    merged = f"{path}__merger__continuing".removeprefix("__")
    return Coalesce(f"{merged}__merger__continuing", merged, path or "pk")


def confirmations(signals: Collection[Signal], actor: Actor) -> dict[int, int]:
    """For each signal, by key, how many other members say the same independently, as far as the actor may see.

    One query, however many signals.
    """
    pks = {signal.pk for signal in signals}
    same = Q(indicator__in={signal.indicator_id for signal in signals}, status=Status.ACTIVE)
    found = Signal.objects.visible_to(actor).filter(same | Q(pk__in=pks)).annotate(house=house("organisation"))
    houses: dict[int, int] = {}
    voices: dict[int, list[Voice]] = defaultdict(list)
    for pk, indicator, status, member, origin, prompted in found.values_list(
        "pk", "indicator", "status", "house", "current_version__origin", "prompted"
    ):
        houses[pk] = member
        if status == Status.ACTIVE:
            voices[indicator].append(Voice(member, origin, prompted))
    return {
        signal.pk: corroboration.confirming(voices[signal.indicator_id], houses[signal.pk])
        for signal in signals
        if signal.pk in houses
    }


def confirmations_of(signal: Signal, actor: Actor) -> int:
    return confirmations([signal], actor).get(signal.pk, 0)


def is_prompted(organisation: Organisation, indicator: Indicator, now: datetime) -> bool:
    """Whether the organisation, or one that it has merged with, was given a signal of another on the indicator.

    Asked with the clock's eyes: it counts, too, where it cannot see that signal any more. Everything that is handed
    out leaves a receipt: the feed, look-ups, match jobs and pages alike.
    """
    own = Organisation.objects.annotate(house=house()).values_list("house", flat=True).get(pk=organisation.pk)
    with acting_as(Actor.clock()):
        given = Receipt.objects.filter(signal__indicator=indicator).annotate(
            receiver=house("organisation"), sharer=house("signal__organisation")
        )
        ours = given.filter(receiver=own).values_list("sharer").annotate(first=Min("at"))
        received = [Given(sharer, at) for sharer, at in ours]
    return corroboration.is_prompted(own, now, received)
