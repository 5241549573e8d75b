"""Attestations about government requests: the clock asks for them and reminds, each organisation makes its own.

The duties of the clock make the rows agree with the time; running one again changes nothing. The number that a duty
returns says how many rows it changed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members import legal_deadlines
from lantern_site.members.legal_deadlines import Cadence, Period
from lantern_site.members.lifecycle import MemberKind, MemberState
from lantern_site.members.models import Attestation, Grant, Organisation
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require, staff_of
from lantern_site.members.roles import Role

ATTESTING = (MemberState.ACTIVE, MemberState.LEAVING)
"""States in which a member attests; a suspended one does, too."""


def attest(*, attestation_id: int, count: int, actor: Actor, now: datetime) -> Attestation:
    """Say how many requests the own organisation received in a period; none is 0 and is said as well.

    Raises Hidden, WrongState when it is attested, NotAllowed, or Invalid with the field `count`.
    """
    with recording(actor, now) as record:
        attestation = _own(actor, attestation_id)
        if attestation.is_attested:
            raise WrongState(_("This period is attested already."))
        _may_attest(actor, attestation)
        _check(count)
        _keep(attestation, count, actor, now)
        late = attestation.due_on < now.date()
        _note(record, attestation, "made", {"count": count, "late": late})
        return attestation


def correct(*, attestation_id: int, count: int, actor: Actor, now: datetime) -> Attestation:
    """Put another number in place of the one that was attested. The ledger keeps both."""
    with recording(actor, now) as record:
        attestation = _own(actor, attestation_id)
        if not attestation.is_attested:
            raise WrongState(_("This period is not attested yet."))
        _may_attest(actor, attestation)
        _check(count)
        before = attestation.requests
        if count == before:
            raise Invalid(_("This is the number that was attested."), "count")
        _keep(attestation, count, actor, now)
        _note(record, attestation, "corrected", {"count": count, "before": before})
        return attestation


def _own(actor: Actor, attestation_id: int) -> Attestation:
    visible = Attestation.objects.visible_to(actor).select_for_update(of=("self",)).select_related("organisation")
    attestation = visible.filter(public_id=attestation_id).first()
    if attestation is None:
        raise Hidden(_("There is no such attestation."))
    return attestation


def _may_attest(actor: Actor, attestation: Attestation) -> None:
    require(actor, Permission.KEEP_REGISTERS if actor.programme else Permission.ATTEST)
    if attestation.organisation_id != actor.organisation_id:
        raise NotAllowed(_("Each organisation attests for itself."))


def _check(count: int) -> None:
    if count < 0:
        raise Invalid(_("A number of requests is not negative."), "count")


def _keep(attestation: Attestation, count: int, actor: Actor, now: datetime) -> None:
    attestation.requests, attestation.attested_at, attestation.attested_by = count, now, staff_of(actor)
    attestation.save(update_fields=["requests", "attested_at", "attested_by"])


def _note(record: Recorder, attestation: Attestation, what: str, facts: dict[str, Fact]) -> None:
    organisation = attestation.organisation
    record(
        f"attestation.{what}",
        subject_kind="attestation",
        subject=attestation.public_id,
        organisation=organisation.public_id,
        audience=f"organisation:{organisation.public_id}",
        facts={"period": attestation.period.code, "kind": str(organisation.kind), **facts},
    )


# What the clock does


def ask(*, now: datetime) -> int:
    """Ask every organisation for the periods that have ended: the programme by month, members by quarter."""
    with recording(Actor.clock(), now) as record:
        taking_part = Organisation.objects.filter(Q(kind=MemberKind.PROGRAMME) | Q(state__in=ATTESTING))
        owed = {(one.pk, period.starts_on): (one, period) for one in taking_part for period in _owed(one, now)}
        known = Attestation.objects.filter(starts_on__in={starts_on for _pk, starts_on in owed})
        for key in known.values_list("organisation_id", "starts_on"):
            owed.pop(key, None)
        made = Attestation.objects.bulk_create(_row(one, period, now) for one, period in owed.values())
        _note_each(record, made, "asked")
        return len(made)


def _owed(organisation: Organisation, now: datetime) -> Iterable[Period]:
    cadence = Cadence.MONTHLY if organisation.is_programme else Cadence.QUARTERLY
    since = max(organisation.joined_on or now.date(), (now - legal_deadlines.LOOK_BACK).date())
    return legal_deadlines.ended(cadence, since=since, today=now.date())


def _row(organisation: Organisation, period: Period, now: datetime) -> Attestation:
    return Attestation(
        organisation=organisation,
        starts_on=period.starts_on,
        ends_before=period.ends_before,
        due_on=period.due_on,
        asked_at=now,
    )


def remind(*, now: datetime) -> int:
    """Remind once, some days before an attestation is due."""
    soon = Q(due_on__lte=(now + legal_deadlines.REMIND_BEFORE).date(), due_on__gte=now.date())
    return _mark(soon, "reminded_at", "reminded", now)


def note_overdue(*, now: datetime) -> int:
    """Record once that an attestation was not made in time. It stays *not attested*: that is no number."""
    return _mark(Q(due_on__lt=now.date()), "overdue_noted_at", "overdue", now)


def _mark(condition: Q, field: str, what: str, now: datetime) -> int:
    with recording(Actor.clock(), now) as record:
        unmarked = Attestation.objects.open().filter(condition, **{f"{field}__isnull": True})
        found = list(unmarked.select_for_update(of=("self",)).select_related("organisation").order_by("pk"))
        Attestation.objects.filter(pk__in=[one.pk for one in found]).update(**{field: now})
        _note_each(record, found, what)
        return len(found)


def _note_each(record: Recorder, attestations: Sequence[Attestation], what: str) -> None:
    for one in attestations:
        _note(record, one, what, {})


def mail(*, now: datetime) -> int:
    """Write to those who can attest: when they are asked, reminded and late. Returns how many attestations.

    What cannot be sent is tried again at the next run; a message names the period and nobody.
    """
    with acting_as(Actor.clock()):
        said = Q(mailed_at__isnull=True) | Q(reminded_at__gt=F("mailed_at")) | Q(overdue_noted_at__gt=F("mailed_at"))
        owed = list(Attestation.objects.open().filter(said).order_by("pk"))
        who = {one.organisation_id: _addresses(one.organisation_id, now) for one in owed}
    sent = 0
    for one in owed:
        messages = [EmailMessage(*_letter(one, now), to=[address]) for address in who[one.organisation_id]]
        try:
            get_connection().send_messages(messages)
        except (SMTPException, OSError):
            continue
        with acting_as(Actor.clock()):
            Attestation.objects.filter(pk=one.pk).update(mailed_at=now)
        sent += 1
    return sent


def _addresses(organisation_id: int, now: datetime) -> list[str]:
    """Members have admins and no stewards, the programme has stewards and no admins."""
    held = Grant.objects.valid_at(now).filter(role__in=[Role.MEMBER_ADMIN, Role.STEWARD], staff__is_active=True)
    found = held.filter(staff__organisation=organisation_id).order_by("staff_id")
    return list(found.values_list("staff__email", flat=True).distinct())


def _letter(attestation: Attestation, now: datetime) -> tuple[str, str]:
    """Subject and text."""
    overdue = attestation.due_on < now.date()
    subject = _("An attestation is overdue") if overdue else _("An attestation is due")
    text = _(
        "Please say how many requests of public authorities your organisation received about data of the programme "
        "in the period %(period)s; none is an answer, too.\n\nLast day: %(day)s\n%(address)s\n\n"
        "Until then the period stands as not attested, which says nothing."
    ) % {
        "period": attestation.period.code,
        "day": attestation.due_on.isoformat(),
        "address": settings.SITE_URL.rstrip("/") + reverse("members:attestations"),
    }
    return subject, text
