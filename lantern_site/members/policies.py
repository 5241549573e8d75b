"""Questions about an actor that several apps ask, and the way to ask one without being refused."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.errors import Hidden, NotAllowed, NotProven, Refusal, WrongState
from lantern_site.members import roles
from lantern_site.members.lifecycle import Capability
from lantern_site.members.models import ApiKey, Organisation, Staff
from lantern_site.members.permissions import TABLE, Permission, Rule
from lantern_site.members.roles import Role


@dataclass(frozen=True)
class Answer:
    """Whether a check would pass, and its sentence if not: the tooltip of a button that is not offered."""

    allowed: bool
    sentence: str = ""
    needs_proof: bool = False
    """A second factor is all that is missing."""

    def __bool__(self) -> bool:
        return self.allowed


def permits(check: Callable[..., Any], *args: Any, **kwargs: Any) -> Answer:
    """Ask a policy or a workflow table without raising."""
    try:
        check(*args, **kwargs)
    except Refusal as refusal:
        return Answer(False, str(refusal), isinstance(refusal, NotProven))
    return Answer(True)


def organisation_id_of(actor: Actor) -> int:
    """The primary key of the organisation that the actor acts for. The clock acts for none and never asks."""
    assert actor.organisation_id is not None
    return actor.organisation_id


def organisation_of(actor: Actor) -> Organisation:
    return Organisation.objects.get(pk=organisation_id_of(actor))


def staff_id_of(actor: Actor) -> int:
    """The primary key of the person behind the act: a key answers with the one who issued it. The clock never asks."""
    assert actor.staff_id is not None
    return actor.staff_id


def staff_of(actor: Actor) -> Staff:
    return Staff.objects.get(pk=staff_id_of(actor))


def concerns(actor: Actor, *wanted: Permission) -> bool:
    """Whether the actor's role or scope is one for any of these: what pages offer and lists count."""
    return any(_is_chosen(actor, TABLE[one]) for one in wanted)


def require(actor: Actor, permission: Permission) -> None:
    """Raise a refusal unless the actor may do this at all: role or scope, standing, training, second factor.

    NotProven only comes when everything else holds, so that nobody is asked for a second factor in vain.
    """
    rule = TABLE[permission]
    if not _is_chosen(actor, rule):
        raise NotAllowed(_not_chosen(actor, rule))
    if rule.capability is not None and rule.capability not in actor.capabilities:
        raise NotAllowed(_STANDING[rule.capability])
    if actor.kind != ActorKind.STAFF:
        return
    if rule.trained and not actor.is_trained:
        raise NotAllowed(_("Your yearly training has lapsed. Ask your member admin to record a new one."))
    if rule.proven and not actor.is_proven:
        raise NotProven(_("Show your second factor again: the last time was more than half an hour ago."))


_STANDING = {
    Capability.SUBMIT: gettext_lazy("Your organisation may not share signals at present."),
    Capability.RECEIVE: gettext_lazy("Your organisation may not receive signals at present."),
    Capability.CONNECT: gettext_lazy("Your organisation may not connect machines at present."),
}


def may_see_keys(actor: Actor, organisation: Organisation) -> None:
    """Whether the actor may see the keys of this organisation, and what they have read."""
    if not actor.programme and actor.organisation_id != organisation.pk:
        raise Hidden(_("There is no such organisation."))
    require(actor, Permission.SEE_KEYS)


def may_rotate_key(actor: Actor, key: ApiKey, now: datetime) -> None:
    """Open to suspended members and those that left, too: what the new key may do is no more."""
    if key.organisation_id != actor.organisation_id:
        raise NotAllowed(_("Only its own organisation rotates a key."))
    if key.revoked_at is not None or key.ends_at <= now:
        raise WrongState(_("This key has ended. Issue a new one."))
    if key.retire_at is not None:
        raise WrongState(_("This key was rotated before. Rotate the one that replaced it."))
    require(actor, Permission.ROTATE_KEYS)


def may_revoke_key(actor: Actor, key: ApiKey) -> None:
    if key.revoked_at is not None:
        raise WrongState(_("This key was revoked before."))
    own = key.organisation_id == actor.organisation_id
    if not actor.is_clock:
        require(actor, Permission.REVOKE_KEYS if own else Permission.REVOKE_KEYS_OF_MEMBERS)


def _is_chosen(actor: Actor, rule: Rule) -> bool:
    if actor.kind == ActorKind.KEY:
        return rule.scope is not None and f"key:{rule.scope}" in actor.roles
    return roles.has(actor, *rule.roles)


def _not_chosen(actor: Actor, rule: Rule) -> str:
    if actor.kind == ActorKind.STAFF:
        names = _(" or ").join(str(role.label).lower() for role in Role if role in rule.roles)
        return _("This needs the role %(roles)s.") % {"roles": names}
    if rule.scope is None:
        return _("Only people do this.")
    return _("This key does not have the scope “%(scope)s”.") % {"scope": rule.scope.value}
