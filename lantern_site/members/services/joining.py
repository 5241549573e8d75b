"""What a new person of an organisation begins with, whichever way they came."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.errors import Hidden
from lantern_site.members.models import Organisation, Staff
from lantern_site.members.roles import Role
from lantern_site.members.services import grants


def create(
    *,
    organisation: Organisation,
    email: str,
    name: str,
    roles: Mapping[Role, datetime | None],
    granted_by: int,
    password: str,
    now: datetime,
) -> Staff:
    """The person with a fresh pseudonym and their roles, without an entry. `password` is a hash, or "!" for none."""
    person = Staff.objects.create(
        organisation=organisation,
        email=email.lower(),
        name=name.strip(),
        pseudonym=_free_pseudonym(organisation),
        password=password,
        access_confirmed_on=now.date(),
        joined_at=now,
    )
    for role in sorted(roles):
        grants.begin(person=person, role=role, ends_at=roles[role], by=granted_by, now=now)
    return person


def organisation_for(*, organisation_id: int) -> Organisation:
    """The organisation with this public id. Raises Hidden when there is none."""
    organisation = Organisation.objects.filter(public_id=organisation_id).first()
    if organisation is None:
        raise Hidden(_("There is no such organisation."))
    return organisation


def _free_pseudonym(organisation: Organisation) -> str:
    """A name that says the organisation and nothing of the person."""
    taken = set(Staff.objects.filter(organisation=organisation).values_list("pseudonym", flat=True))
    while (pseudonym := f"{organisation.name[:32]} {100 + secrets.randbelow(900)}") in taken:
        continue
    return pseudonym
