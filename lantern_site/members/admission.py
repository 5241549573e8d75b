"""Questions about the way in and out: who may keep gates, which of them are open, what a move would change."""

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.errors import Hidden, NotAllowed, WrongState
from lantern_site.members.lifecycle import GATES_ARE_KEPT, MOVES, WAY_IN, GateKind, MemberState, Move, gates_for, target
from lantern_site.members.models import (
    Application,
    Community,
    ComplianceReview,
    Gate,
    Organisation,
    OrganisationQuerySet,
)
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import concerns, require

PROBATION_DAYS = 90
"""How long a new member is on probation at least."""
SOON_DAYS = 30
SHOWN_BY_NAME = 2


def may_keep(actor: Actor) -> None:
    """Keep the papers of members: gates, reviews, names. A steward does; the clock may too."""
    if not actor.is_clock:
        require(actor, Permission.MANAGE_MEMBERS)


def hash_of(secret: str) -> bytes:
    """What is kept of the secret in an applicant's own link."""
    return sha256(secret.encode()).digest()


def by_link(*, application_id: int, secret: str) -> Application:
    """The application (public id) that the applicant's own link leads to. Raises Hidden, and says nothing about why."""
    with acting_as(Actor.clock()):
        found = Application.objects.select_related("organisation").filter(public_id=application_id).first()
    kept = bytes(found.link_hash) if found is not None else hash_of("")
    if found is None or not hmac.compare_digest(kept, hash_of(secret)):
        raise Hidden(_("There is no such application."))
    return found


def may_read_applications(actor: Actor) -> None:
    """Stewards, and auditors, who change nothing."""
    if not concerns(actor, Permission.READ_REGISTERS):
        require(actor, Permission.MANAGE_MEMBERS)


def may_decide(actor: Actor, application: Application) -> None:
    """Whoever declined an application does not decide its appeal."""
    require(actor, Permission.MANAGE_MEMBERS)
    if application.appealed_at is not None and application.declined_by_id == actor.staff_id:
        raise NotAllowed(_("You declined this application. Another steward decides its appeal."))


def may_attest(actor: Actor, organisation: Organisation) -> None:
    """Speak for the organisation: its own member admin, or a steward who writes down what it said."""
    if actor.is_clock or actor.programme:
        may_keep(actor)
        return
    require(actor, Permission.ATTEST)
    if actor.organisation_id != organisation.pk:
        raise NotAllowed(_("You speak for your own organisation only."))


def may_acknowledge_test(actor: Actor, organisation: Organisation) -> None:
    """Whoever acknowledges recalls at the member acknowledges its test signal; its admin may too."""
    if actor.organisation_id != organisation.pk:
        raise NotAllowed(_("The member's own people acknowledge its test signal."))
    require(actor, Permission.ATTEST if concerns(actor, Permission.ATTEST) else Permission.ACKNOWLEDGE)


def gates_are_kept(organisation: Organisation) -> None:
    """Raises WrongState for an organisation whose gates nobody looks at any more, or never did."""
    if organisation.is_programme or organisation.state not in GATES_ARE_KEPT:
        raise WrongState(
            _("Gates are not kept in the state “%(state)s”.") % {"state": organisation.get_state_display()}
        )


def in_order(kinds: Iterable[GateKind]) -> list[GateKind]:
    """As they stand on every page."""
    chosen = frozenset(kinds)
    return [kind for kind in GateKind if kind in chosen]


def open_gates(organisation: Organisation, move: Move, today: date) -> list[GateKind]:
    """The gates of a move that are not passed, or whose passing has lapsed."""
    passed = Gate.objects.in_force(today).filter(organisation=organisation).values_list("kind", flat=True)
    return in_order(gates_for(move) - {GateKind(kind) for kind in passed})


def may_move(organisation: Organisation, move: Move, today: date) -> MemberState:
    """The state that the move leads to. Raises WrongState, also when gates are open, and says which."""
    end = target(organisation.state, move)
    if missing := open_gates(organisation, move, today):
        names = ", ".join(str(kind.label) for kind in missing)
        raise WrongState(
            ngettext("A gate is still open: %(names)s.", "Gates are still open: %(names)s.", len(missing))
            % {"names": names}
        )
    return end


def next_move(organisation: Organisation) -> Move | None:
    """The next step on the way in, if the organisation is on it."""
    return next((move for move in WAY_IN if organisation.state in MOVES[move].starts), None)


@dataclass(frozen=True)
class Due:
    """Something about a member that waits or is about to: a sentence, and whether it is late already."""

    sentence: str
    late: bool


def with_papers(organisations: OrganisationQuerySet) -> OrganisationQuerySet:
    """With the standing gates, and the reviews with their observations: a few queries for any number of rows."""
    return organisations.prefetch_related(
        Prefetch("gates", Gate.objects.standing()), "compliance_reviews__observations"
    )


def due(organisation: Organisation, today: date) -> list[Due]:
    """What a steward has to look after at a member. Reads what `with_papers` has fetched, and asks nothing more."""
    gates = {GateKind(gate.kind): gate for gate in organisation.gates.all()}
    in_force = {kind for kind, gate in gates.items() if gate.is_in_force(today)}
    found = []
    if missing := in_order(_needed_now(organisation) - in_force):
        words = ngettext("%(n)d gate open: %(names)s", "%(n)d gates open: %(names)s", len(missing))
        found.append(Due(words % {"n": len(missing), "names": _named(missing)}, True))
    ends = {kind: gates[kind].valid_until for kind in in_force - {GateKind.COMPLIANCE_REVIEW}}
    soon = {kind: (on - today).days for kind, on in ends.items() if on and (on - today).days <= SOON_DAYS}
    if soon:
        words = ngettext(
            "%(n)d gate lapses, in %(days)d days at the earliest: %(names)s",
            "%(n)d gates lapse, in %(days)d days at the earliest: %(names)s",
            len(soon),
        )
        counted = {"n": len(soon), "days": min(soon.values()), "names": _named(in_order(soon))}
        found.append(Due(words % counted, False))
    for review in organisation.compliance_reviews.all():
        found += _due_of(review, today)
    return found


def _due_of(review: ComplianceReview, today: date) -> list[Due]:
    found = []
    left = (review.due_on - today).days
    if review.held_on is None and left < 0:
        words = ngettext("Review overdue by %(n)d day", "Review overdue by %(n)d days", -left)
        found.append(Due(words % {"n": -left}, True))
    elif review.held_on is None and left <= SOON_DAYS:
        found.append(Due(ngettext("Review due in %(n)d day", "Review due in %(n)d days", left) % {"n": left}, False))
    if late := sum(observation.is_late(today) for observation in review.observations.all()):
        words = ngettext("%(n)d observation overdue", "%(n)d observations overdue", late)
        found.append(Due(words % {"n": late}, True))
    return found


def _named(kinds: list[GateKind]) -> str:
    names = ", ".join(str(kind.label) for kind in kinds[:SHOWN_BY_NAME])
    return f"{names} …" if kinds[SHOWN_BY_NAME:] else names


def _needed_now(organisation: Organisation) -> frozenset[GateKind]:
    if organisation.state == MemberState.ACTIVE:
        return frozenset(GateKind)
    move = next_move(organisation)
    return gates_for(move) if move else frozenset()


def merger_consequences(continuing: Organisation, ending: Organisation, now: datetime) -> list[str]:
    """What it changes that `ending` becomes part of `continuing`."""
    people = ending.staff.filter(is_active=True).count()
    keys = ending.keys.usable_at(now).count()
    named = {"n": people, "one": ending.name, "other": continuing.name}
    return [
        ngettext(
            "%(n)d person of %(one)s works for %(other)s from that day on, with the same roles.",
            "%(n)d people of %(one)s work for %(other)s from that day on, with the same roles.",
            people,
        )
        % named,
        ngettext(
            "%(n)d key of %(one)s stays with it until the programme parts from it.",
            "%(n)d keys of %(one)s stay with it until the programme parts from it.",
            keys,
        )
        % {"n": keys, "one": ending.name},
        _("The signals and communities of %(one)s stay as they are; they are dealt with when it leaves.") % named,
    ]


@dataclass(frozen=True)
class Reach:
    """Whom a move touches."""

    people: int
    keys: int
    communities: int


def consequences(organisation: Organisation, move: Move, now: datetime) -> list[str]:
    """What a move would change among people, keys and communities, one sentence each. Signals are told elsewhere."""
    reach = Reach(
        people=organisation.staff.filter(is_active=True).count(),
        keys=organisation.keys.usable_at(now).count(),
        communities=Community.objects.with_member(organisation.pk).count(),
    )
    return _TOLD[move](reach)


def _declined(reach: Reach) -> list[str]:
    return [_("The applicant reads your reason, and may appeal once. Another steward decides the appeal.")]


def _deferred(reach: Reach) -> list[str]:
    return [_("The applicant reads your reason. The application waits until somebody takes it up again.")]


def _reopened(reach: Reach) -> list[str]:
    return [_("The application waits for a decision again.")]


def _approved(reach: Reach) -> list[str]:
    return [
        _("The applicant is told, and its name belongs to it from now on."),
        _("Nothing is shared yet: the agreement and the onboarding come first."),
    ]


def _signed(reach: Reach) -> list[str]:
    return [_("The signature is kept with the hash of the text. The onboarding can begin.")]


def _onboarding(reach: Reach) -> list[str]:
    return [_may_sign_in(reach), _("Its machines may connect and receive a test signal, and nothing else.")]


def _activated(reach: Reach) -> list[str]:
    others = Organisation.objects.taking_part().count()
    joins = ngettext(
        "It joins everyone: %(n)d other member receives what it shares, and the other way round.",
        "It joins everyone: %(n)d other members receive what it shares, and the other way round.",
        others,
    )
    keys = ngettext("%(n)d key receives signals.", "%(n)d keys receive signals.", reach.keys)
    probation = _("It is on probation for %(days)d days.")
    return [joins % {"n": others}, _may_sign_in(reach), keys % {"n": reach.keys}, probation % {"days": PROBATION_DAYS}]


def _leaving(reach: Reach) -> list[str]:
    leaves = ngettext("It leaves %(n)d community.", "It leaves %(n)d communities.", reach.communities)
    return [_still_sign_in(reach), _corrections_only(reach), leaves % {"n": reach.communities}]


def _parted(reach: Reach) -> list[str]:
    return [_still_sign_in(reach), _corrections_only(reach)]


def _ended(reach: Reach) -> list[str]:
    people = ngettext(
        "The access of %(n)d person of it ends at once.", "The access of %(n)d people of it ends at once.", reach.people
    )
    keys = ngettext("%(n)d key ends at once.", "%(n)d keys end at once.", reach.keys)
    return [
        people % {"n": reach.people},
        keys % {"n": reach.keys},
        _("Its name is free again, and it may apply anew. What it said is forgotten after two years."),
    ]


def _may_sign_in(reach: Reach) -> str:
    words = ngettext("%(n)d person of it can sign in.", "%(n)d people of it can sign in.", reach.people)
    return words % {"n": reach.people}


def _still_sign_in(reach: Reach) -> str:
    words = ngettext(
        "%(n)d person can still sign in, to answer disputes and acknowledge recalls.",
        "%(n)d people can still sign in, to answer disputes and acknowledge recalls.",
        reach.people,
    )
    return words % {"n": reach.people}


def _corrections_only(reach: Reach) -> str:
    words = ngettext("%(n)d key receives corrections only.", "%(n)d keys receive corrections only.", reach.keys)
    return words % {"n": reach.keys}


_TOLD: Mapping[Move, Callable[[Reach], list[str]]] = {
    Move.DECLINE: _declined,
    Move.APPEAL: _reopened,
    Move.DEFER: _deferred,
    Move.REOPEN: _reopened,
    Move.APPROVE: _approved,
    Move.SIGN: _signed,
    Move.ONBOARD: _onboarding,
    Move.ACTIVATE: _activated,
    Move.LEAVE: _leaving,
    Move.PART: _parted,
    Move.WITHDRAW: _ended,
    Move.END: _ended,
}
