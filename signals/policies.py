"""May this actor do this to this signal, now? Each check raises a refusal whose sentence is fit for the screen."""

from datetime import date

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.errors import Hidden, Invalid, NotAllowed
from lantern_site.members.lifecycle import Switch
from lantern_site.members.models import JurisdictionSwitch, Organisation
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require
from signals.kinds import IDENTIFIERS
from signals.models import Import, MatchJob, Signal
from signals.purposes import Surface

MAX_RENEWALS_ALONE = 2


def may_share(actor: Actor, *, danger: bool = False) -> None:
    """A child in danger does not wait for anybody's training."""
    require(actor, Permission.SHARE_IN_DANGER if danger else Permission.SHARE)


def may_share_kind(organisation: Organisation, kind: str, today: date) -> None:
    if kind in IDENTIFIERS and not organisation.may_handle_identifiers(today):
        raise NotAllowed(_("Your organisation's legal gate for identifiers is not open: share content kinds only."))


def unknown_signal() -> Hidden:
    """The one answer for a signal that does not exist and for one that the actor may not know of."""
    return Hidden(_("There is no such signal."))


def unknown_job() -> Hidden:
    return Hidden(_("There is no such job."))


def owns(actor: Actor, signal: Signal) -> None:
    if actor.organisation_id != signal.organisation_id:
        raise NotAllowed(_("Only the organisation that shared this signal may do that."))


def may_cancel(actor: Actor, signal: Signal) -> None:
    owns(actor, signal)
    require(actor, Permission.CANCEL)


def may_correct(actor: Actor, signal: Signal) -> None:
    """Whoever of the owner may share proposes a correction."""
    owns(actor, signal)
    may_share(actor, danger=signal.danger)
    if signal.contested:
        raise NotAllowed(_("While a dispute runs, answer it or accept it."))


def may_withdraw(actor: Actor, signal: Signal) -> None:
    owns(actor, signal)
    require(actor, Permission.WITHDRAW)
    if signal.contested:
        raise NotAllowed(_("While a dispute runs, answer it or accept it."))


def may_renew(actor: Actor, signal: Signal, *, seen_by_another: bool) -> None:
    owns(actor, signal)
    require(actor, Permission.RENEW)
    if signal.contested:
        raise NotAllowed(_("While a dispute runs, answer it or accept it."))
    if signal.indicator.kind in IDENTIFIERS and signal.renewals >= MAX_RENEWALS_ALONE and not seen_by_another:
        raise NotAllowed(_("An identifier that no other member has seen is renewed twice at most."))


def may_reveal(actor: Actor) -> None:
    """Those who must see the plain value to do their work; never the auditor."""
    require(actor, Permission.REVEAL)


def may_match(actor: Actor) -> None:
    require(actor, Permission.MATCH)


def may_match_surface(organisation: Organisation, surface: str, today: date) -> None:
    """Private messages only where the dated switch of the member's jurisdiction allows it. Raises Invalid."""
    if surface != Surface.PRIVATE_MESSAGE:
        return
    if not JurisdictionSwitch.objects.is_allowed(organisation.region, Switch.PRIVATE_MESSAGES, today):
        sentence = _("The law of your organisation's jurisdiction does not allow to compare private messages now.")
        raise Invalid(sentence, "surface")


def may_read_feed(actor: Actor) -> None:
    require(actor, Permission.READ_FEED)


def may_steer_job(actor: Actor, job: MatchJob) -> None:
    if actor.organisation_id != job.organisation_id:
        raise unknown_job()
    require(actor, Permission.STEER_JOB)


def unknown_import() -> Hidden:
    return Hidden(_("There is no such import."))


def may_see_import(actor: Actor, found: Import) -> None:
    """Colleagues see it; of machines, those that share."""
    if actor.organisation_id != found.organisation_id:
        raise unknown_import()
    if actor.kind == ActorKind.KEY:
        require(actor, Permission.CANCEL)


def may_cancel_import(actor: Actor, found: Import) -> None:
    if actor.organisation_id != found.organisation_id:
        raise unknown_import()
    require(actor, Permission.CANCEL)


def may_export(actor: Actor, *, with_values: bool) -> None:
    """The own signals as a file; their plain values only for those who may reveal one."""
    require(actor, Permission.EXPORT)
    if with_values:
        may_reveal(actor)
