"""Who takes part: admitting an organisation, what it is called, becoming one with another, being helped."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Projection, Recorder, recording
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members import admission, packs
from lantern_site.members.lifecycle import GONE, NOT_ADMITTED, MemberKind
from lantern_site.members.models import Community, FormerName, Membership, Merger, Organisation, Staff, Support
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require

SUPPORT_DAYS = 365


def locked(*, organisation_id: int) -> Organisation:
    """The organisation (public id) for a change. Part of services. Raises Hidden."""
    organisation = Organisation.objects.select_for_update().filter(public_id=organisation_id).first()
    if organisation is None:
        raise unknown()
    return organisation


def unknown() -> Hidden:
    return Hidden(_("There is no such organisation."))


def note(
    record: Recorder,
    organisation: Organisation,
    action: str,
    facts: Mapping[str, Fact] | None = None,
    payload: Mapping[str, str] | None = None,
    *,
    then: Projection | None = None,
) -> None:
    """An entry about an organisation, which it may read itself."""
    record(
        action,
        subject_kind="member",
        subject=organisation.public_id,
        organisation=organisation.public_id,
        audience=f"organisation:{organisation.public_id}",
        facts=facts,
        payload=payload,
        then=then,
    )


def standing(organisation: Organisation) -> dict[str, Fact]:
    """The facts that every change of state carries; the report counts members by them."""
    return {"kind": str(organisation.kind), "state": str(organisation.state)}


def admit(
    *,
    name: str,
    kind: MemberKind,
    region: str,
    joined_on: date,
    probation_ends_on: date | None,
    identifiers_allowed_from: date | None,
    actor: Actor,
    now: datetime,
) -> Organisation:
    """Take an organisation in, among everyone unless it is the programme itself. A steward does; the clock may too.

    Raises NotAllowed, or Invalid when the name is taken.
    """
    with recording(actor, now) as record:
        if not actor.is_clock:
            require(actor, Permission.MANAGE_MEMBERS)
        name_is_free(name=name)
        organisation = Organisation.objects.create(
            name=name,
            kind=kind,
            region=region,
            joined_on=joined_on,
            probation_ends_on=probation_ends_on,
            identifiers_allowed_from=identifiers_allowed_from,
        )
        if not organisation.is_programme:
            join_everyone(organisation=organisation, at=datetime.combine(joined_on, time(tzinfo=UTC)))
        record(
            "member.admitted",
            subject_kind="member",
            subject=organisation.public_id,
            facts=standing(organisation),
        )
        return organisation


def join_everyone(*, organisation: Organisation, at: datetime) -> None:
    """Part of services: who is taken in directly stands among everyone and sees what its open past holds."""
    everyone, _created = Community.objects.get_or_create(is_everyone=True, defaults={"name": "Everyone"})
    Membership.objects.create(
        community=everyone, organisation=organisation, joined_at=at, sees_older=everyone.open_to_later_members
    )


def name_is_free(*, name: str, but: Organisation | None = None) -> None:
    """Raises Invalid when a member has the name. Applicants have none of their own yet."""
    others = Organisation.objects.admitted().filter(name__iexact=name)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise Invalid(_("An organisation has this name already."), "name")


def rename(*, organisation_id: int, name: str, actor: Actor, now: datetime) -> Organisation:
    """Give an organisation another name; the old one stays findable."""
    with recording(actor, now) as record:
        organisation = locked(organisation_id=organisation_id)
        admission.may_keep(actor)
        name, before = " ".join(name.split()), organisation.name
        if not name or name == before:
            raise Invalid(_("Write the new name."), "name")
        if organisation.state not in NOT_ADMITTED:
            name_is_free(name=name, but=organisation)
        FormerName.objects.create(
            organisation=organisation, name=before, until_on=now.date(), changed_by_id=actor.staff_id
        )
        organisation.name = name
        organisation.save(update_fields=["name"])
        note(record, organisation, "member.renamed", payload={"from": before, "to": name})
        return organisation


def merge(
    *, continuing_id: int, ending_id: int, effective_on: date, note_text: str, actor: Actor, now: datetime
) -> Merger:
    """Decide that `ending` goes on as part of `continuing`: its people move on the day, at once when that is today.

    Its signals and communities are dealt with when the programme parts from it.
    Raises Hidden, WrongState, NotAllowed, or Invalid with the field `ending` or `effective_on`.
    """
    with recording(actor, now) as record:
        pair = {each: locked(organisation_id=each) for each in sorted({continuing_id, ending_id})}
        continuing, ending = pair[continuing_id], pair[ending_id]
        _may_merge(continuing, ending)
        admission.may_keep(actor)
        if effective_on < now.date():
            raise Invalid(_("This day is over already."), "effective_on")
        merger = Merger.objects.create(
            continuing=continuing,
            ending=ending,
            effective_on=effective_on,
            note=note_text.strip(),
            decided_at=now,
            decided_by_id=actor.staff_id,
        )
        days = (effective_on - now.date()).days
        for one, other in ((continuing, ending), (ending, continuing)):
            facts: dict[str, Fact] = {"with": other.public_id, "continues": one == continuing, "in_days": days}
            note(record, one, "member.merger_decided", facts, {"note": merger.note})
        if not days:
            _carry_out(record, merger, now)
        return merger


def _may_merge(continuing: Organisation, ending: Organisation) -> None:
    if continuing == ending or continuing.is_programme or ending.is_programme:
        raise Invalid(_("Choose another member."), "ending")
    if {continuing.state, ending.state} & (GONE | NOT_ADMITTED):
        raise WrongState(_("Both organisations must take part, or be on their way in."))
    if Merger.objects.filter(ending__in=(continuing, ending)).exists():
        raise WrongState(_("A merger of one of them has been decided before."))


def carry_out_mergers(*, now: datetime) -> int:
    """The clock's: move the people whose merger is due. Returns how many mergers."""
    done = 0
    for pk in Merger.objects.waiting(now.date()).order_by("pk").values_list("pk", flat=True):
        with recording(Actor.clock(), now) as record:
            waiting = Merger.objects.waiting(now.date()).select_for_update(of=("self",), skip_locked=True)
            merger = waiting.select_related("continuing", "ending").filter(pk=pk).first()
            if merger is not None:
                _carry_out(record, merger, now)
                done += 1
    return done


def _carry_out(record: Recorder, merger: Merger, now: datetime) -> None:
    moved = Staff.objects.filter(organisation=merger.ending).update(organisation=merger.continuing)
    merger.done_at = now
    merger.save(update_fields=["done_at"])
    for one, other in ((merger.continuing, merger.ending), (merger.ending, merger.continuing)):
        facts: dict[str, Fact] = {
            "with": other.public_id,
            "continues": one == merger.continuing,
            "people": moved,
        }
        note(record, one, "member.merged", facts)


def support(
    *,
    organisation_id: int,
    partner_id: int,
    office_hours: str,
    ask_before_sharing: bool,
    actor: Actor,
    now: datetime,
) -> Support:
    """Help a small member for a year: `partner_id` (public id) names the steward who is its second reviewer."""
    with recording(actor, now) as record:
        organisation = locked(organisation_id=organisation_id)
        if organisation.is_programme or organisation.state in GONE | NOT_ADMITTED:
            raise WrongState(_("Only members are supported."))
        if organisation.supports.filter(ended_at__isnull=True).exists():
            raise WrongState(_("This member is supported already."))
        admission.may_keep(actor)
        partner = Staff.objects.filter(public_id=partner_id, is_active=True, organisation__kind=MemberKind.PROGRAMME)
        found = partner.first()
        if found is None:
            raise Invalid(_("Choose a person of the programme."), "partner")
        begun = Support.objects.create(
            organisation=organisation,
            partner=found,
            begun_on=now.date(),
            until_on=now.date() + timedelta(days=SUPPORT_DAYS),
            office_hours=office_hours.strip(),
            ask_before_sharing=ask_before_sharing,
        )
        facts: dict[str, Fact] = {"partner": found.public_id, "days": SUPPORT_DAYS, "ask": ask_before_sharing}
        note(record, organisation, "member.support_begun", facts)
        return begun


def end_support(*, organisation_id: int, actor: Actor, now: datetime) -> Support:
    with recording(actor, now) as record:
        organisation = locked(organisation_id=organisation_id)
        begun = organisation.supports.filter(ended_at__isnull=True).first()
        if begun is None:
            raise WrongState(_("This member is not supported."))
        admission.may_keep(actor)
        begun.ended_at = now
        begun.save(update_fields=["ended_at"])
        note(record, organisation, "member.support_ended")
        return begun


def export_pack(*, organisation_id: int, actor: Actor, now: datetime) -> bytes:
    """The compliance pack as a zip archive; that it was taken is written down."""
    with recording(actor, now) as record:
        organisation = locked(organisation_id=organisation_id)
        admission.may_attest(actor, organisation)
        note(record, organisation, "member.pack_exported", standing(organisation))
        return packs.pack(organisation, now)
