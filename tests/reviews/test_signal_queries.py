"""What the page of one signal costs: in every situation that shows a lot, few queries, however much it is."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from django.test import Client

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from reviews.services import claims, decisions, disputes, holds
from reviews.services.decisions import Judgement
from reviews.workflow import Attestation, HoldReason, Reason, Scope, Verdict
from signals.models import Signal
from signals.services import sharing
from signals.workflow import RevealReason
from tests import builders
from tests.builders import NOW
from tests.reviews.browsing import MOST_QUERIES, asked, at, enter, queries, text
from tests.signals.api import machines

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

Situation = Callable[[int], tuple[Client, Signal]]
"""Given how much there is of everything, somebody who is signed in, and the signal that they open."""

IN_DANGER = {"danger": True, "authority_informed": "The national unit, at nine."}


def owner() -> Organisation:
    """On probation: then its identifiers are counted too."""
    return builders.member("Pixelpond", probation_ends_on=(NOW + timedelta(days=30)).date())


def others(much: int) -> list[Organisation]:
    return [builders.member(name) for name in ("Harbourline", "Brightbay", "Quillwood")[:much]]


def submitted(much: int, **says: object) -> Signal:
    """One of an incident that a machine handed in; the rest of it is shared, others share the same value, and people
    looked at it."""
    items = [builders.fresh_email() for _ in range(1 + much)]
    for member in others(much):
        builders.active(member, items[0])
    signal, *rest = sharing.submit(
        items=items,
        statement=builders.statement(**says),
        community_id=builders.everyone().public_id,
        actor=machines.key_of(owner()).actor(),
        now=NOW,
    )
    for sibling in rest:
        builders.approved(sibling)
    for _ in range(much):
        for house, role in ((owner(), Role.REVIEWER), (builders.programme(), Role.STEWARD)):
            reader = builders.actor(house, role)
            sharing.reveal(signal_id=signal.public_id, reason=RevealReason.REVIEW, actor=reader, now=NOW)
    return signal


def corrected(signal: Signal, much: int) -> Signal:
    """Returned by a reviewer and submitted again, so many times."""
    for number in range(1, much + 1):
        judgement = Judgement(Verdict.RETURN, outward="Which rule?")
        reviewer, submitter = builders.actor(owner(), Role.REVIEWER), builders.actor(owner(), Role.SUBMITTER)
        decisions.decide(signal_id=signal.public_id, judgement=judgement, version=number, actor=reviewer, now=NOW)
        says = builders.statement(clause=f"Child safety 3.{number}")
        sharing.resubmit(signal_id=signal.public_id, statement=says, actor=submitter, now=NOW)
    return builders.fresh(signal)


def approve(signal: Signal, by: Actor) -> Signal:
    judgement, number = Judgement(Verdict.APPROVE, attested=True), builders.fresh(signal).version.number
    return decisions.decide(signal_id=signal.public_id, judgement=judgement, version=number, actor=by, now=NOW)


def shared(signal: Signal) -> Signal:
    first = approve(signal, builders.actor(owner(), Role.REVIEWER))
    waits = Attestation.COMPLETENESS in builders.plan_of(first).first
    return approve(signal, builders.actor(builders.programme(), Role.STEWARD)) if waits else first


def recalled(signal: Signal, much: int, *, held: bool = False) -> Signal:
    """Received by others; the programme held it and, unless it is still `held`, released it."""
    for member in others(much):
        builders.receipt(signal, member)
    steward = builders.actor(builders.programme(), Role.STEWARD)
    holds.hold(signal_id=signal.public_id, reason=HoldReason.UNCLEAR, actor=steward, now=NOW)
    if not held:
        holds.release(signal_id=signal.public_id, actor=steward, now=NOW)
    return signal


def contested(signal: Signal, much: int, *, held: bool = False) -> Signal:
    """Recalled, and disputed by those who received it."""
    for member in others(much):
        disputes.open(
            signal_id=signal.public_id,
            scope=Scope.SIGNAL,
            reason=Reason.STALE,
            statement="Closed in May.",
            opener_named=False,
            hold_asked=False,
            actor=builders.actor(member, Role.ANALYST),
            now=NOW,
        )
    return recalled(signal, much, held=held)


def claiming(of: Organisation, role: Role, signal: Signal, much: int) -> tuple[Client, Signal]:
    """Somebody who has claimed the signal, among colleagues who may take it over."""
    for _ in range(much):
        builders.person(of, role)
    client, person = enter(of, role)
    claims.claim(signal_id=signal.public_id, actor=person.actor(NOW), now=NOW)
    return client, signal


def reviewer_with_a_claim(much: int) -> tuple[Client, Signal]:
    return claiming(owner(), Role.REVIEWER, submitted(much), much)


def reviewer_after_a_return(much: int) -> tuple[Client, Signal]:
    return claiming(owner(), Role.REVIEWER, corrected(submitted(much), much), much)


def steward_who_approves_second(much: int) -> tuple[Client, Signal]:
    signal = corrected(submitted(much), much)
    approve(signal, builders.actor(owner(), Role.REVIEWER))
    return claiming(builders.programme(), Role.STEWARD, signal, much)


def steward_with_a_check_due(much: int) -> tuple[Client, Signal]:
    signal = shared(corrected(submitted(much, **IN_DANGER), much))
    return claiming(builders.programme(), Role.STEWARD, contested(signal, much, held=True), much)


def owner_of_a_contested_signal(much: int) -> tuple[Client, Signal]:
    signal = contested(shared(corrected(submitted(much), much)), much)
    return enter(owner(), Role.REVIEWER, Role.SUBMITTER, Role.ANALYST)[0], signal


def owner_who_may_renew(much: int) -> tuple[Client, Signal]:
    signal = recalled(shared(corrected(submitted(much), much)), much)
    with acting_as(Actor.clock()):
        Signal.objects.filter(pk=signal.pk).update(expires_at=NOW + timedelta(days=3))
    return enter(owner(), Role.REVIEWER, Role.SUBMITTER, Role.ANALYST)[0], signal


def member_who_sees_it_first(much: int) -> tuple[Client, Signal]:
    client, _person = enter(builders.member("Kestrel"), Role.ANALYST, Role.REVIEWER)
    return client, contested(shared(submitted(much)), much)


def member_who_sees_it_again(much: int) -> tuple[Client, Signal]:
    client, signal = member_who_sees_it_first(much)
    client.get(at("signal", signal))
    return client, signal


def member_who_disputed_it(much: int) -> tuple[Client, Signal]:
    signal = contested(shared(submitted(much)), much, held=True)
    return enter(others(1)[0], Role.ANALYST, Role.REVIEWER)[0], signal


def auditor(much: int) -> tuple[Client, Signal]:
    return enter(builders.programme(), Role.AUDITOR)[0], owner_of_a_contested_signal(much)[1]


SITUATIONS: Mapping[Situation, list[str]] = {
    reviewer_with_a_claim: ["Hand over", "The programme checks", "Seen elsewhere", "Same incident", "Key “"],
    reviewer_after_a_return: ["Hand over", "The programme checks", "Versions", "Returned for correction"],
    steward_who_approves_second: ["Hand over", "Shared with", "Versions", "Approved; another approval"],
    steward_with_a_check_due: ["Hand over", "Save the check", "End the programme", "Who received it"],
    owner_of_a_contested_signal: ["While a dispute runs", "Versions", "Who received it", "was recalled"],
    owner_who_may_renew: ["Renew for another term", "Versions", "Who received it", "was recalled"],
    member_who_sees_it_first: ["Dispute this signal", "Seen elsewhere", "Same incident"],
    member_who_sees_it_again: ["Dispute this signal", "Seen elsewhere", "Same incident"],
    member_who_disputed_it: ["disputes this signal already", "yet to acknowledge the recall"],
    auditor: ["Versions", "Who received it", "A dispute about this", "was recalled", "Same incident"],
}
"""Each with words that prove that the page shows it."""


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.__name__)
def test_the_page_of_a_signal_asks_few_queries_however_much_it_shows(situation: Situation) -> None:
    client, signal = situation(1)
    with_little = queries(client, at("signal", signal))

    client, signal = situation(3)
    with_much = queries(client, at("signal", signal))

    page = text(client.get(at("signal", signal)))
    assert [words for words in SITUATIONS[situation] if words not in page] == []
    assert with_little == with_much <= MOST_QUERIES


def test_a_first_look_locks_receives_and_then_reads_and_a_second_one_only_reads() -> None:
    client, signal = member_who_sees_it_first(1)
    steps = {
        f'"signals_signal"."public_id" = {signal.public_id}': "read",
        "FOR SHARE": "lock",
        'INSERT INTO "signals_receipt"': "receive",
    }

    first, second = (
        [step for sql in asked(client, at("signal", signal)) for mark, step in steps.items() if mark in sql]
        for _look in range(2)
    )

    assert first == ["read", "lock", "receive", "read"]
    assert second == ["read"]
