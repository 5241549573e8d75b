"""Who takes part: admitting an organisation."""

from datetime import UTC, date, datetime, time

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.errors import Invalid
from lantern_site.members.lifecycle import MemberKind
from lantern_site.members.models import Community, Membership, Organisation
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require


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
        if Organisation.objects.filter(name__iexact=name).exists():
            raise Invalid(_("An organisation has this name already."), "name")
        organisation = Organisation.objects.create(
            name=name,
            kind=kind,
            region=region,
            joined_on=joined_on,
            probation_ends_on=probation_ends_on,
            identifiers_allowed_from=identifiers_allowed_from,
        )
        if not organisation.is_programme:
            everyone, _created = Community.objects.get_or_create(is_everyone=True, defaults={"name": "Everyone"})
            joined_at = datetime.combine(joined_on, time(tzinfo=UTC))
            Membership.objects.create(
                community=everyone,
                organisation=organisation,
                joined_at=joined_at,
                sees_older=everyone.open_to_later_members,
            )
        record(
            "member.admitted",
            subject_kind="member",
            subject=organisation.public_id,
            facts={"kind": str(organisation.kind), "state": str(organisation.state)},
        )
        return organisation
