"""May this actor do this with an edition or its own figures in it, or read the ledger? Each check raises a refusal fit
for the screen."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lantern_site.audit.actors import Actor
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members import deadlines
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import concerns, require
from transparency import periods
from transparency.models import Attestation, Edition, Restatement

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


def may_ask(actor: Actor, edition: Edition) -> None:
    """Let members confirm or correct their own figures."""
    if edition.asked_at is not None:
        raise WrongState(_("The members have been asked already."))
    require(actor, Permission.EDIT_REPORT)


def may_attest(actor: Actor, attestation: Attestation, now: datetime) -> None:
    """Say something of the own organisation's figures."""
    if not attestation.edition.is_open_to_members(now):
        raise WrongState(_("The numbers of this edition are closed. What nobody said is not reported."))
    require(actor, Permission.ATTEST)


def may_close(actor: Actor, edition: Edition, now: datetime) -> None:
    """An editor does once every member has answered; when the date has passed, the clock or an editor."""
    if edition.attest_before is None:
        raise WrongState(_("The members have not been asked yet."))
    if edition.attested_at is not None:
        raise WrongState(_("The numbers of the members are closed already."))
    if not actor.is_clock:
        require(actor, Permission.EDIT_REPORT)
    if now < edition.attest_before and (silent := Attestation.objects.silent().filter(edition=edition).count()):
        raise WrongState(
            ngettext(
                "%(n)d member has yet to answer. It has time until %(day)s.",
                "%(n)d members have yet to answer. They have time until %(day)s.",
                silent,
            )
            % {"n": silent, "day": date_format(deadlines.last_day(edition.attest_before))}
        )


def may_compute(actor: Actor, edition: Edition) -> None:
    if edition.is_published:
        raise WrongState(_("The figures of this edition cannot change any more."))
    if edition.attested_at is None:
        raise WrongState(_("The members have yet to confirm their own numbers."))
    require(actor, Permission.EDIT_REPORT)


def may_explain(actor: Actor, edition: Edition) -> None:
    """Say why a figure differs from what was published."""
    if edition.is_published:
        raise WrongState(_("The figures of this edition cannot change any more."))
    require(actor, Permission.EDIT_REPORT)


def may_approve(actor: Actor, edition: Edition) -> None:
    """Whoever approves had no part in making the figures, nor in saying why they differ from earlier ones."""
    if edition.approved_at is not None and not edition.is_published:
        raise WrongState(_("This edition is approved already."))
    restatements = _judged(actor, edition, _("You made the figures of this edition. Somebody else approves it."))
    require(actor, Permission.APPROVE_REPORT)
    if edition.restates_id is not None and not restatements:
        raise WrongState(_("Nothing differs from the edition that is published. There is nothing to restate."))
    if any(not one.reason for one in restatements):
        raise WrongState(_("An editor has yet to say why each changed figure differs from the published edition."))


def may_publish(actor: Actor, edition: Edition) -> None:
    """The one who publishes had no part in making the figures either; they may be the one who approved them."""
    _judged(actor, edition, _("You made the figures of this edition. Somebody else has to publish it."))
    require(actor, Permission.PUBLISH_REPORT)
    if edition.stage != Edition.Stage.APPROVED:
        raise WrongState(_("Nobody has approved these figures yet."))


def _judged(actor: Actor, edition: Edition, sentence: str) -> list[Restatement]:
    """What a draft restates. Raises WrongState when there is no draft, NotAllowed with the sentence for its makers."""
    if edition.is_published:
        raise WrongState(_("This edition is published already."))
    if edition.computed_by is None:
        raise WrongState(_("The figures of this edition have not been computed yet."))
    restatements = list(edition.restatements.select_related("explained_by"))
    makers = {edition.frozen_by.public_id, edition.computed_by.public_id}
    makers |= {one.explained_by.public_id for one in restatements if one.explained_by is not None}
    if actor.people & makers:
        raise NotAllowed(sentence)
    return restatements


def may_read_ledger(actor: Actor) -> None:
    if not concerns(actor, Permission.READ_LEDGER):
        raise Hidden(_("There is no such page."))


def reads_whole_ledger(actor: Actor) -> bool:
    """Auditors and stewards do; a member admin reads what happened in the own organisation."""
    return concerns(actor, Permission.READ_WHOLE_LEDGER)
