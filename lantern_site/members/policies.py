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
from lantern_site.members.lifecycle import Capability, MemberState
from lantern_site.members.models import ApiKey, Grant, GrantQuerySet, Organisation, Staff
from lantern_site.members.permissions import TABLE, Permission, Rule
from lantern_site.members.roles import MEMBER_ROLES, PROGRAMME_ROLES, SECOND_FACTOR_REQUIRED, Role


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


def sees_signals(actor: Actor) -> bool:
    """Whether signals, leads, disputes and recalls are there at all for whoever asks: some role must be held.

    What keys see is asked where they come in, by their scopes.
    """
    return actor.kind != ActorKind.STAFF or concerns(actor, Permission.SEE_SIGNALS)


def may_see_signals(actor: Actor) -> None:
    if not sees_signals(actor):
        raise NotAllowed(
            _("Your roles show you nothing of signals. Whoever administers your organisation grants roles.")
        )


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


# People


def may_see_people(actor: Actor, organisation: Organisation) -> None:
    """Raise Hidden unless these are colleagues, or it is part of the actor's work for the programme to know them."""
    if actor.organisation_id != organisation.pk and not concerns(actor, Permission.SEE_STAFF):
        raise unknown_person()


def unknown_person() -> Hidden:
    return Hidden(_("There is no such person."))


def may_administer(actor: Actor, organisation: Organisation, now: datetime) -> None:
    """Raise a refusal unless it is for the actor to say who works for the organisation, in which roles.

    Its own admins do, stewards for the programme, and a steward where a member has no admin who could.
    """
    if actor.is_clock:
        return
    require(actor, Permission.MANAGE_STAFF)
    if actor.organisation_id == organisation.pk:
        return
    if not actor.programme:
        raise NotAllowed(_("You administer your own organisation only."))
    if administrators(organisation, now).exists():
        raise NotAllowed(_("This organisation has an admin of its own, who does this."))


def may_shut_out(actor: Actor, organisation: Organisation) -> None:
    """Raise a refusal unless the actor may end somebody's access at once: an admin's own people, a steward anybody."""
    if actor.is_clock:
        return
    require(actor, Permission.MANAGE_STAFF)
    if actor.organisation_id != organisation.pk and not actor.programme:
        raise NotAllowed(_("You administer your own organisation only."))


def may_vouch_for(actor: Actor, person: Staff, now: datetime) -> None:
    """Raise a refusal unless the actor may confirm something about the person.

    About oneself another admin does; the only one there is does it alone, and the ledger shows that.
    """
    may_administer(actor, person.organisation, now)
    if actor.id == person.public_id and administrators(person.organisation, now).exclude(staff=person).exists():
        raise NotAllowed(_("Somebody else who administers your organisation confirms this about you."))


def not_for_oneself(actor: Actor, person: Staff) -> None:
    if actor.id == person.public_id:
        raise NotAllowed(_("Nobody changes their own roles or access. Ask a colleague who administers."))


def may_reset_factor(actor: Actor, person: Staff, now: datetime) -> None:
    """Raise a refusal unless the actor may take away somebody's lost second factor.

    A member's admin does for the own people; a steward for people of the programme, for admins of members, and where a
    member has no admin who could. Nobody does for themselves.
    """
    not_for_oneself(actor, person)
    own = actor.organisation_id == person.organisation_id
    if not own and not actor.programme:
        raise NotAllowed(_("You administer your own organisation only."))
    admins = administrators(person.organisation, now)
    if not own and admins.exists() and not admins.filter(staff=person).exists():
        raise NotAllowed(_("This organisation has an admin of its own, who does this."))
    require(actor, Permission.RESET_FACTOR)


def administrators(organisation: Organisation, now: datetime) -> GrantQuerySet:
    """The grants of those who administer its people and can do so now."""
    role = Role.STEWARD if organisation.is_programme else Role.MEMBER_ADMIN
    return Grant.objects.working(now).filter(role=role, staff__organisation=organisation)


def somebody_stays(actor: Actor, person: Staff, now: datetime) -> None:
    """Raise WrongState when nobody could administer the organisation without the person.

    A steward may still part a member from its only admin: stewards stand in until there is a new one.
    """
    organisation = person.organisation
    stands_in = actor.programme and actor.organisation_id != organisation.pk
    if actor.is_clock or stands_in or organisation.state != MemberState.ACTIVE:
        return
    grants = administrators(organisation, now)
    if grants.filter(staff=person).exists() and not grants.exclude(staff=person).exists():
        sentence = _("%(name)s is the only one who administers %(organisation)s. Give somebody else the role first.")
        raise WrongState(sentence % {"name": person.name, "organisation": organisation.name})


def roles_of(organisation: Organisation) -> frozenset[Role]:
    """The roles that can be held there."""
    return PROGRAMME_ROLES if organisation.is_programme else MEMBER_ROLES


def needs_second_factor(person: Staff, now: datetime) -> bool:
    """Whether one of the person's roles asks for it, or a lost one has yet to be replaced."""
    return (
        person.factor_reset_at is not None
        or person.grants.valid_at(now).filter(role__in=SECOND_FACTOR_REQUIRED).exists()
    )


def may_see_person(actor: Actor, person: Staff) -> None:
    """Raise Hidden unless it is oneself, or the actor looks after people there or for the programme."""
    own = actor.organisation_id == person.organisation_id and concerns(actor, Permission.MANAGE_STAFF)
    if actor.id != person.public_id and not own and not concerns(actor, Permission.SEE_STAFF):
        raise unknown_person()
