"""Editions at their stages, by the services."""

from datetime import datetime

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Grant, Organisation
from lantern_site.members.roles import Role
from tests import builders
from tests.builders import NOW
from transparency import services
from transparency.models import Attestation, Edition
from transparency.statements import Section


def asked(editor: Actor, *, year: int = 2025, now: datetime = NOW) -> Edition:
    """Frozen, and every member sees its own figures."""
    frozen = services.freeze(year=year, actor=editor, now=now)
    return services.ask(edition_id=frozen.public_id, actor=editor, now=now)


def attested(editor: Actor, *, year: int = 2025, now: datetime = NOW) -> Edition:
    """Every member of the ledger that is one here has confirmed its own figures."""
    edition = asked(editor, year=year, now=now)
    confirmed(edition, now=now)
    return services.close(edition_id=edition.public_id, actor=editor, now=now)


def confirmed(edition: Edition, *, now: datetime = NOW) -> None:
    """Everybody who was asked says that the figures are right."""
    with acting_as(Actor.clock()):
        members = [
            one.organisation for one in Attestation.objects.filter(edition=edition).select_related("organisation")
        ]
    for member in members:
        for section in Section:
            confirms(edition, member, section, now=now)


def closed_by_the_clock(edition: Edition) -> Edition:
    """The time of the members has passed."""
    assert edition.attest_before is not None
    services.close_due(now=edition.attest_before)
    return Edition.objects.get(pk=edition.pk)


def confirms(edition: Edition, member: Organisation, section: Section, *, now: datetime = NOW) -> None:
    services.state(
        edition_id=edition.public_id, section=section, corrected={}, reason="", actor=admin(member, now), now=now
    )


def admin(member: Organisation, now: datetime = NOW) -> Actor:
    grant = Grant.objects.filter(staff__organisation=member, role=Role.MEMBER_ADMIN).select_related("staff").first()
    return grant.staff.actor(now, is_proven=True) if grant else builders.actor(member, Role.MEMBER_ADMIN, now=now)


def computed(editor: Actor, *, year: int = 2025, now: datetime = NOW) -> Edition:
    edition = attested(editor, year=year, now=now)
    return services.compute(edition_id=edition.public_id, actor=editor, now=now)


def published(edition: Edition, publisher: Actor, *, now: datetime = NOW) -> Edition:
    """Approved and published by somebody who did not make it."""
    services.approve(edition_id=edition.public_id, actor=publisher, now=now)
    return services.publish(edition_id=edition.public_id, actor=publisher, now=now)
