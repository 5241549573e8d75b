"""Questions about an actor that several apps ask, and the way to ask one without being refused."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.errors import NotAllowed, Refusal
from lantern_site.members import roles
from lantern_site.members.lifecycle import KeyScope
from lantern_site.members.models import Organisation, Staff


@dataclass(frozen=True)
class Answer:
    """Whether a check would pass, and its sentence if not: the tooltip of a button that is not offered."""

    allowed: bool
    sentence: str = ""

    def __bool__(self) -> bool:
        return self.allowed


def permits(check: Callable[..., Any], *args: Any, **kwargs: Any) -> Answer:
    """Ask a policy or a workflow table without raising."""
    try:
        check(*args, **kwargs)
    except Refusal as refusal:
        return Answer(False, str(refusal))
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


def require_role_or_scope(actor: Actor, scope: KeyScope, *wanted: roles.Role) -> None:
    """A person needs one of the roles, a key the scope."""
    if actor.kind == ActorKind.KEY:
        if f"key:{scope}" not in actor.roles:
            raise NotAllowed(_("This key does not have the scope “%(scope)s”.") % {"scope": scope.value})
    else:
        roles.require(actor, *wanted)


def require_training(actor: Actor, today: date) -> None:
    """A lapse of training stops sharing, reviewing and revealing, and nothing else."""
    if actor.kind == ActorKind.STAFF and (actor.trained_until is None or actor.trained_until < today):
        raise NotAllowed(_("Your yearly training has lapsed. Ask your member admin to record a new one."))
