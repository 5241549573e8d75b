"""May this actor do this with an edition, or read the ledger? Each check raises a refusal fit for the screen."""

from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import concerns, require
from transparency import periods
from transparency.models import Edition

FIRST_YEAR = 2023
"""The year in which the programme began."""


def may_enter_studio(actor: Actor) -> None:
    if not concerns(actor, Permission.ENTER_STUDIO):
        raise Hidden(_("There is no such page."))


def may_freeze(actor: Actor, year: int, now: datetime) -> None:
    require(actor, Permission.EDIT_REPORT)
    if year < FIRST_YEAR:
        raise Invalid(_("The programme began in %(year)s.") % {"year": FIRST_YEAR}, "year")
    if not periods.of_year(year).has_ended(now):
        raise Invalid(_("%(year)s has not ended yet.") % {"year": year}, "year")


def may_compute(actor: Actor, edition: Edition) -> None:
    if edition.stage not in (Edition.Stage.FROZEN, Edition.Stage.COMPUTED):
        raise WrongState(_("The figures of this edition cannot change any more."))
    require(actor, Permission.EDIT_REPORT)


def may_explain(actor: Actor, edition: Edition) -> None:
    """Say why a figure differs from what was published."""
    if edition.is_published:
        raise WrongState(_("The figures of this edition cannot change any more."))
    require(actor, Permission.EDIT_REPORT)


def may_publish(actor: Actor, edition: Edition) -> None:
    """The one who publishes had no part in making the figures, nor in saying why they differ from earlier ones."""
    if edition.is_published:
        raise WrongState(_("This edition is published already."))
    if edition.computed_by is None:
        raise WrongState(_("The figures of this edition have not been computed yet."))
    restatements = list(edition.restatements.select_related("explained_by"))
    makers = {edition.frozen_by.public_id, edition.computed_by.public_id}
    makers |= {one.explained_by.public_id for one in restatements if one.explained_by is not None}
    if actor.people & makers:
        raise NotAllowed(_("You made the figures of this edition. Somebody else has to publish it."))
    require(actor, Permission.PUBLISH_REPORT)
    if edition.restates_id is not None and not restatements:
        raise WrongState(_("Nothing differs from the edition that is published. There is nothing to restate."))
    if any(not one.reason for one in restatements):
        raise WrongState(_("An editor has yet to say why each changed figure differs from the published edition."))


def may_read_ledger(actor: Actor) -> None:
    if not concerns(actor, Permission.READ_LEDGER):
        raise Hidden(_("There is no such page."))


def reads_whole_ledger(actor: Actor) -> bool:
    """Auditors and stewards do; a member admin reads what happened in the own organisation."""
    return concerns(actor, Permission.READ_WHOLE_LEDGER)
