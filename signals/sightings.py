"""Who else says the same: the facts behind `corroboration`, read for one actor."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Min, OuterRef
from django.db.models.functions import Coalesce, JSONObject

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


def beside(actor: Actor) -> dict[str, Coalesce | ArraySubquery]:
    """Columns to annotate signals with, for `confirming`: their house, and what others say as far as the actor sees."""
    others = Signal.objects.visible_to(actor).filter(indicator=OuterRef("indicator"), status=Status.ACTIVE)
    voice = JSONObject(house=house("organisation"), origin="current_version__origin", prompted="prompted")
    return {"house": house("organisation"), "voices": ArraySubquery(others.values(voice=voice))}


def confirming(signal: Signal) -> int:
    """How many other members say the same independently, of a signal that was fetched with the columns of `beside`."""
    known: Any = signal
    return corroboration.confirming([Voice(**voice) for voice in known.voices], known.house)


def confirmations(signals: Iterable[Signal], actor: Actor) -> dict[int, int]:
    """For each signal, by key, how many other members say the same independently. One query, however many signals."""
    page = Signal.objects.filter(pk__in={signal.pk for signal in signals}).annotate(**beside(actor))
    return {signal.pk: confirming(signal) for signal in page.only("pk")}


def is_prompted(organisation: Organisation, indicator: Indicator, now: datetime) -> bool:
    """Whether the organisation, or one that it has merged with, was given a signal of another on the indicator.

    Asked with the clock's eyes: it counts, too, where it cannot see that signal any more. Everything that is handed
    out leaves a receipt: the feed, look-ups, match jobs and pages alike.
    """
    with acting_as(Actor.clock()):
        given = Receipt.objects.filter(signal__indicator=indicator)
        if not given.exists():  # the usual case: a value that is new to everybody
            return False
        own = Organisation.objects.annotate(house=house()).values_list("house", flat=True).get(pk=organisation.pk)
        houses = given.annotate(receiver=house("organisation"), sharer=house("signal__organisation"))
        ours = houses.filter(receiver=own).values_list("sharer").annotate(first=Min("at"))
        received = [Given(sharer, at) for sharer, at in ours]
    return corroboration.is_prompted(own, now, received)
