"""Communities: who belongs to them, by hand or by rule, and from when later members see what was shared before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from lantern_site import clock
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members.models import Community, Membership, Organisation
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require
from lantern_site.work import outbox

NOTICE_DAYS = 10
"""Working days between the notice to owners and the first older signal that a newcomer sees."""


@dataclass(frozen=True)
class Outline:
    """What a community is for, and its rule; without `by_rule` members are taken in by hand."""

    name: str
    purpose: str = ""
    by_rule: bool = False
    kinds: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


def found(*, outline: Outline, open_to_later_members: bool, actor: Actor, now: datetime) -> Community:
    """A new community. By rule it takes in at once who fits. Raises NotAllowed, NotProven or Invalid."""
    with recording(actor, now) as record:
        require(actor, Permission.MANAGE_COMMUNITIES)
        _check(outline, but=None)
        community = Community.objects.create(
            **vars(outline) | {"kinds": list(outline.kinds), "regions": list(outline.regions)},
            open_to_later_members=open_to_later_members,
            created_at=now,
        )
        facts = _rule_of(outline) | {"open": open_to_later_members}
        _note(record, community, "community.founded", facts=facts, payload={"name": outline.name})
        _follow_rule(record, community)
        return community


def change(*, community_id: int, outline: Outline, actor: Actor, now: datetime) -> Community:
    """Another name, purpose or rule; whoever fits the new rule joins, whoever does not leaves."""
    with recording(actor, now) as record:
        community = _locked(actor, community_id)
        _check(outline, but=community)
        if community.is_everyone and outline.by_rule:
            raise Invalid(_("Everyone is everyone: this community has no rule."), "by_rule")
        for name, value in vars(outline).items():
            setattr(community, name, list(value) if isinstance(value, tuple) else value)
        community.save(update_fields=["name", "purpose", "by_rule", "kinds", "regions"])
        _note(record, community, "community.changed", facts=_rule_of(outline), payload={"name": outline.name})
        _follow_rule(record, community)
        return community


def _rule_of(outline: Outline) -> dict[str, Fact]:
    return {"by_rule": outline.by_rule, "kinds": list(outline.kinds), "regions": list(outline.regions)}


def _check(outline: Outline, but: Community | None) -> None:
    others = Community.objects.exclude(pk=but.pk if but else 0)
    if not outline.name.strip():
        raise Invalid(_("Give the community a name."), "name")
    if others.filter(name__iexact=outline.name.strip()).exists():
        raise Invalid(_("A community has this name already."), "name")
    if not outline.by_rule and (outline.kinds or outline.regions):
        raise Invalid(_("Kinds and regions are for a community with a rule."), "by_rule")


def add(*, community_id: int, organisation_id: int, actor: Actor, now: datetime) -> Membership:
    """Take an organisation in by hand. Raises Hidden, WrongState, NotAllowed or NotProven."""
    with recording(actor, now) as record:
        community = _locked(actor, community_id)
        _by_hand(community)
        organisation = _organisation(organisation_id)
        if not organisation.may_belong:
            raise WrongState(_("%(name)s does not take part at present.") % {"name": organisation.name})
        if Membership.objects.current().filter(community=community, organisation=organisation).exists():
            raise WrongState(_("%(name)s belongs to it already.") % {"name": organisation.name})
        return _join(record, community, organisation)


def remove(*, community_id: int, organisation_id: int, actor: Actor, now: datetime) -> None:
    """Let an organisation go. What it received stays under recall; its machines are told to hide the rest."""
    with recording(actor, now) as record:
        community = _locked(actor, community_id)
        if community.is_everyone:
            raise WrongState(_("Whoever takes part belongs to everyone. Suspend the member instead."))
        _by_hand(community)
        organisation = _organisation(organisation_id)
        membership = Membership.objects.current().filter(community=community, organisation=organisation).first()
        if membership is None:
            raise WrongState(_("%(name)s does not belong to it.") % {"name": organisation.name})
        _leave(record, membership)


def open_to_later(*, community_id: int, actor: Actor, now: datetime) -> Community:
    """Give notice that later members will see what was shared before they joined; it takes effect by the clock."""
    with recording(actor, now) as record:
        community = _locked(actor, community_id)
        if community.open_to_later_members or community.opens_to_later_at is not None:
            raise WrongState(_("It is open to later members already, or notice has been given."))
        community.opens_to_later_at = clock.working_days(now, NOTICE_DAYS)
        community.save(update_fields=["opens_to_later_at"])
        _note(record, community, "community.opening", facts={"working_days": NOTICE_DAYS})
        return community


def close_to_later(*, community_id: int, actor: Actor, now: datetime) -> Community:
    """From now on later members see only what is shared after they joined; a notice that runs is withdrawn."""
    with recording(actor, now) as record:
        community = _locked(actor, community_id)
        if not community.open_to_later_members and community.opens_to_later_at is None:
            raise WrongState(_("It is not open to later members."))
        community.open_to_later_members, community.opens_to_later_at = False, None
        community.save(update_fields=["open_to_later_members", "opens_to_later_at"])
        Membership.objects.current().filter(community=community, sees_older=False).update(sees_older_from=None)
        _note(record, community, "community.closed_to_later")
        return community


def close(*, community_id: int, actor: Actor, now: datetime) -> Community:
    """End a community: nobody shares with it any more, everybody leaves it."""
    with recording(actor, now) as record:
        community = _locked(actor, community_id)
        if community.is_everyone:
            raise WrongState(_("Everyone cannot be closed."))
        for membership in Membership.objects.current().filter(community=community).order_by("pk"):
            _leave(record, membership)
        community.closed_at = now
        community.save(update_fields=["closed_at"])
        _note(record, community, "community.closed")
        return community


def carry_out_notices(*, now: datetime) -> int:
    """Whose notice has run sees older signals from now on. Returns how many memberships changed."""
    with recording(Actor.clock(), now) as record:
        opening = Community.objects.select_for_update().filter(opens_to_later_at__lte=now).order_by("pk")
        for community in opening:
            community.open_to_later_members, community.opens_to_later_at = True, None
            community.save(update_fields=["open_to_later_members", "opens_to_later_at"])
            Membership.objects.current().filter(community=community, sees_older=False).update(sees_older_from=now)
            _note(record, community, "community.opened_to_later")
        due = list(Membership.objects.older_due_at(now).select_related("community", "organisation").order_by("pk"))
        for membership in due:
            membership.sees_older = True
            membership.save(update_fields=["sees_older"])
            _note_membership(record, membership, "community.older_shown")
        return len(due)


def settle(record: Recorder, organisation: Organisation) -> None:
    """Let the organisation belong where its standing puts it: to everyone and to the rules that it fits, or nowhere.

    Part of the services that change a standing; the caller holds the organisation's lock.
    """
    current = {one.community_id: one for one in organisation.memberships.current().select_related("community")}
    if not organisation.may_belong:
        for membership in current.values():
            _leave(record, membership)
        return
    Community.objects.get_or_create(is_everyone=True, defaults={"name": "Everyone"})
    for community in Community.objects.open().filter(Q(is_everyone=True) | Q(by_rule=True)).order_by("pk"):
        belongs = community.is_everyone or community.fits(organisation)
        if belongs and community.pk not in current:
            _join(record, community, organisation)
        elif not belongs and community.pk in current:
            _leave(record, current[community.pk])


def _follow_rule(record: Recorder, community: Community) -> None:
    if not community.by_rule:
        return
    current = Membership.objects.current().filter(community=community).select_related("organisation", "community")
    inside = {membership.organisation_id: membership for membership in current.order_by("pk")}
    for organisation in Organisation.objects.fitting(community.kinds, community.regions).order_by("pk"):
        if inside.pop(organisation.pk, None) is None:
            _join(record, community, organisation)
    for membership in inside.values():
        _leave(record, membership)


def _join(record: Recorder, community: Community, organisation: Organisation) -> Membership:
    """A membership from now on; of an open community the older signals follow when the owners' notice has run."""
    older_from = clock.working_days(record.now, NOTICE_DAYS) if community.open_to_later_members else None
    membership = Membership.objects.create(
        community=community, organisation=organisation, joined_at=record.now, sees_older_from=older_from
    )
    _note_membership(record, membership, "community.joined")
    return membership


def _leave(record: Recorder, membership: Membership) -> None:
    membership.left_at = record.now
    membership.save(update_fields=["left_at"])
    _note_membership(record, membership, "community.left")


def _note_membership(record: Recorder, membership: Membership, action: str) -> None:
    outbox.ask("signals.tell_showings", membership.organisation_id)
    facts = {"member": membership.organisation.public_id}
    _note(record, membership.community, action, facts=facts)


def _note(
    record: Recorder,
    community: Community,
    action: str,
    *,
    facts: Mapping[str, Fact] | None = None,
    payload: Mapping[str, str] | None = None,
) -> None:
    record(
        action,
        subject_kind="community",
        subject=community.public_id,
        audience=community.audience,
        facts=facts,
        payload=payload,
    )


def _by_hand(community: Community) -> None:
    if community.by_rule:
        raise WrongState(_("Members of this community follow from its rule. Change the rule instead."))


def _locked(actor: Actor, community_id: int) -> Community:
    require(actor, Permission.MANAGE_COMMUNITIES)
    community = Community.objects.select_for_update().filter(public_id=community_id).first()
    if community is None:
        raise Hidden(_("There is no such community."))
    if community.closed_at is not None:
        raise WrongState(_("This community is closed."))
    return community


def _organisation(organisation_id: int) -> Organisation:
    organisation = Organisation.objects.members().filter(public_id=organisation_id).first()
    if organisation is None:
        raise Hidden(_("There is no such organisation."))
    return organisation
