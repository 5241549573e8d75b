"""Telling members' machines what they may see now and what not any more, where no signal itself has changed.

Joining or leaving a community, a suspension and its end, a departure: each asks for `tell`, which compares what an
organisation may see with what its machines hold, and writes `signal.shown` and `signal.hidden` until both agree.
"""

from datetime import datetime
from functools import partial

from django.db.models import Exists, Max, OuterRef, QuerySet

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.members.models import Organisation
from lantern_site.work import outbox
from signals.models import Poll, Receipt, Showing, Signal
from signals.workflow import Status

TOLD_AT_ONCE = 200

Found = QuerySet[Signal, tuple[int, int]]
"""Primary keys and public ids."""


def tell(*, organisation_id: int, now: datetime) -> int:
    """Tell a page of differences for the organisation (primary key), and ask for the next. Returns how many.

    Running it again changes nothing once everything has been told.
    """
    with recording(Actor.clock(), now) as record:
        organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
        hidden = list(_to_hide(organisation.pk)[:TOLD_AT_ONCE])
        shown = list(_to_show(organisation.pk)[: TOLD_AT_ONCE - len(hidden)])
        for pk, public_id in hidden:
            _note(record, organisation, pk, public_id, is_shown=False)
        for pk, public_id in shown:
            _note(record, organisation, pk, public_id, is_shown=True)
        told = len(hidden) + len(shown)
        if told == TOLD_AT_ONCE:
            outbox.ask("signals.tell_showings", organisation.pk)
    return told


def _to_hide(organisation_id: int) -> Found:
    """What the organisation has received, is in use, and is not shared with it any more."""
    received = Receipt.objects.filter(signal=OuterRef("pk"), organisation=organisation_id)
    hidden = Showing.objects.filter(signal=OuterRef("pk"), organisation=organisation_id, is_shown=False)
    found = Signal.objects.filter(Exists(received), ~Exists(hidden), status__in=[Status.ACTIVE, Status.HELD])
    found = found.exclude(organisation=organisation_id)
    found = found.exclude(pk__in=Signal.objects.shared_with(organisation_id).values("pk"))
    return found.order_by("pk").values_list("pk", "public_id")


def _to_show(organisation_id: int) -> Found:
    """What is shared with the organisation and its machines lack: it was hidden from them, or they have read past it.

    A member without machines needs no telling: pages and look-ups ask what is true now.
    """
    upto = Poll.objects.filter(key__organisation=organisation_id).aggregate(upto=Max("upto"))["upto"]
    told = Showing.objects.filter(signal=OuterRef("pk"), organisation=organisation_id)
    received = Receipt.objects.filter(signal=OuterRef("pk"), organisation=organisation_id, way=Receipt.Way.FEED)
    active = Signal.objects.shared_with(organisation_id).filter(status=Status.ACTIVE)
    passed_by = ~Exists(received) & ~Exists(told.filter(is_shown=True))
    lacking = Exists(told.filter(is_shown=False)) | passed_by
    found = active.filter(lacking, position__lte=upto or 0)
    return found.order_by("pk").values_list("pk", "public_id")


def _note(record: Recorder, organisation: Organisation, pk: int, public_id: int, *, is_shown: bool) -> None:
    record(
        "signal.shown" if is_shown else "signal.hidden",
        subject_kind="signal",
        subject=public_id,
        organisation=organisation.public_id,
        audience=f"organisation:{organisation.public_id}",
        then=partial(_keep, organisation.pk, pk, is_shown),
    )


def _keep(organisation_id: int, signal_id: int, is_shown: bool, position: int) -> None:
    with acting_as(Actor.clock()):
        Showing.objects.update_or_create(
            organisation_id=organisation_id,
            signal_id=signal_id,
            defaults={"is_shown": is_shown, "position": position},
        )
