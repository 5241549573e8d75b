"""Gates, legal gates, agreements, reviews and switches: each with a trace, and refused without one."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.lifecycle import (
    PASSED_BY_WHAT_HAPPENS,
    GateKind,
    MemberState,
    Region,
    ReviewResult,
    Switch,
)
from lantern_site.members.models import (
    ComplianceReview,
    Gate,
    JurisdictionSwitch,
    LegalGate,
    Observation,
    Organisation,
    Signature,
)
from lantern_site.members.roles import Role
from lantern_site.members.services import agreements, compliance, gates, letters
from lantern_site.work.models import Outbox
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def said(organisation: Organisation, action: str) -> list[Entry]:
    return list(Entry.objects.about("member", organisation.public_id).filter(action=action))


def standing(organisation: Organisation, kind: GateKind) -> Gate | None:
    with acting_as(Actor.clock()):
        return Gate.objects.standing().filter(organisation=organisation, kind=kind).first()


def hold(of: Organisation, result: ReviewResult, by: Actor | None = None, **changes: Any) -> ComplianceReview:
    given: dict[str, Any] = {"summary": "Looked at everything.", "now": NOW} | changes
    return compliance.hold_review(organisation_id=of.public_id, result=result, actor=by or builders.steward(), **given)


def sign(of: Organisation, by: Actor, version: str = "1.0", **changes: Any) -> Signature:
    given: dict[str, Any] = {"signed_by": "Noor Haddad", "function": "Counsel", "signed_on": TODAY} | changes
    return agreements.sign(
        organisation_id=of.public_id,
        agreement_id=builders.agreement(version).public_id,
        actor=by,
        now=NOW,
        **given,
    )


def test_a_gate_is_passed_with_day_person_and_evidence() -> None:
    pixelpond, steward = builders.member(), builders.steward()

    gates.pass_gate(
        organisation_id=pixelpond.public_id, kind=GateKind.SECURITY, note="ISO 27001", actor=steward, now=NOW
    )

    gate = standing(pixelpond, GateKind.SECURITY)
    assert gate
    assert (gate.passed_on, gate.passed_by_id, gate.note) == (TODAY, steward.staff_id, "ISO 27001")
    assert gate.valid_until == TODAY + timedelta(days=365)
    (entry,) = said(pixelpond, "member.gate_passed")
    assert entry.facts == {"gate": "security", "days": 365}
    assert "ISO" not in entry.leaf_input().decode()


def test_passing_a_gate_again_keeps_the_passing_before() -> None:
    pixelpond = builders.member()
    builders.pass_gate(pixelpond, GateKind.SECURITY)
    builders.pass_gate(pixelpond, GateKind.SECURITY, now=NOW + timedelta(days=300))

    gate = standing(pixelpond, GateKind.SECURITY)
    assert gate
    assert gate.valid_until == TODAY + timedelta(days=665)
    with acting_as(Actor.clock()):
        assert Gate.objects.filter(organisation=pixelpond).count() == 2


def test_several_gates_are_passed_at_once_or_none() -> None:
    pixelpond, steward = builders.member(), builders.steward()
    good = {GateKind.SECURITY: "ISO 27001", GateKind.RETENTION: "", GateKind.STAFF_CARE: "Supervision"}

    assert gates.pass_several(organisation_id=pixelpond.public_id, evidence=good, actor=steward, now=NOW) == 2
    assert standing(pixelpond, GateKind.STAFF_CARE)
    with pytest.raises(Invalid):
        gates.pass_several(
            organisation_id=pixelpond.public_id,
            evidence={GateKind.RETENTION: "Yes", GateKind.AGREEMENT: "Yes"},
            actor=steward,
            now=NOW,
        )
    assert standing(pixelpond, GateKind.RETENTION) is None


def test_a_gate_is_opened_again_with_a_reason() -> None:
    pixelpond, steward = builders.member(), builders.steward()
    builders.pass_gate(pixelpond, GateKind.SECURITY)

    with pytest.raises(Invalid):
        gates.reopen_gate(
            organisation_id=pixelpond.public_id, kind=GateKind.SECURITY, reason="", actor=steward, now=NOW
        )
    gates.reopen_gate(
        organisation_id=pixelpond.public_id, kind=GateKind.SECURITY, reason="A breach", actor=steward, now=NOW
    )

    assert standing(pixelpond, GateKind.SECURITY) is None
    assert said(pixelpond, "member.gate_reopened")[0].facts == {"gate": "security"}
    with pytest.raises(WrongState, match="open already"):
        gates.reopen_gate(
            organisation_id=pixelpond.public_id, kind=GateKind.SECURITY, reason="Again", actor=steward, now=NOW
        )


@pytest.mark.parametrize("kind", sorted(PASSED_BY_WHAT_HAPPENS))
def test_what_follows_from_what_happens_is_not_ticked(kind: GateKind) -> None:
    pixelpond = builders.member()

    with pytest.raises(Invalid, match="Nobody ticks"):
        gates.pass_gate(organisation_id=pixelpond.public_id, kind=kind, note="x", actor=builders.steward(), now=NOW)


Act = Callable[[Organisation, Actor], object]
FOR_STEWARDS: dict[str, Act] = {
    "pass": lambda of, by: builders.pass_gate(of, GateKind.SECURITY, by=by),
    "reopen": lambda of, by: gates.reopen_gate(
        organisation_id=of.public_id, kind=GateKind.TRAINING, reason="x", actor=by, now=NOW
    ),
    "withdraw": lambda of, by: gates.withdraw_legal_gate(
        organisation_id=of.public_id, jurisdiction=Region.AFRICA, reason="x", actor=by, now=NOW
    ),
    "review": lambda of, by: hold(of, ReviewResult.PASSED, by),
    "publish": lambda of, by: agreements.publish(version="9", text="x", effective_on=TODAY, actor=by, now=NOW),
    "switch": lambda of, by: compliance.switch(
        jurisdiction=Region.EUROPE,
        what=Switch.PRIVATE_MESSAGES,
        allowed=True,
        from_on=TODAY,
        until_before=None,
        basis="x",
        actor=by,
        now=NOW,
    ),
}


@pytest.mark.parametrize("name", FOR_STEWARDS)
def test_what_stewards_keep_nobody_else_touches(name: str) -> None:
    pixelpond = builders.member()
    builders.pass_gate(pixelpond, GateKind.TRAINING)
    builders.legal_gate(pixelpond, Region.AFRICA)
    people = [
        builders.actor(pixelpond, Role.MEMBER_ADMIN, Role.REVIEWER),
        builders.actor(builders.programme(), Role.AUDITOR, Role.ADJUDICATOR),
    ]
    before = Entry.objects.count()

    for by in people:
        with pytest.raises(NotAllowed):
            FOR_STEWARDS[name](pixelpond, by)
    assert Entry.objects.count() == before
    FOR_STEWARDS[name](pixelpond, builders.steward())
    assert Entry.objects.count() > before


def test_the_gate_of_the_own_region_opens_the_identifier_kinds_and_its_withdrawal_closes_them() -> None:
    fernway = builders.member("Fernway")
    Organisation.objects.update(identifiers_allowed_from=None)
    builders.legal_gate(fernway, Region.AFRICA)
    fernway.refresh_from_db()
    assert not fernway.may_handle_identifiers(TODAY)

    builders.legal_gate(fernway, Region.EUROPE)
    fernway.refresh_from_db()
    assert fernway.may_handle_identifiers(TODAY)
    with pytest.raises(WrongState, match="passed already"):
        builders.legal_gate(fernway, Region.EUROPE)

    gates.withdraw_legal_gate(
        organisation_id=fernway.public_id,
        jurisdiction=Region.EUROPE,
        reason="A ruling",
        actor=builders.steward(),
        now=NOW,
    )
    fernway.refresh_from_db()
    assert not fernway.may_handle_identifiers(TODAY)
    assert said(fernway, "member.legal_gate_withdrawn")[0].facts == {"jurisdiction": "europe"}


def test_papers_of_a_member_are_hidden_from_others_by_the_database() -> None:
    pixelpond, kestrel = builders.member("Pixelpond"), builders.member("Kestrel")
    builders.pass_gate(pixelpond, GateKind.SECURITY)
    builders.legal_gate(pixelpond)
    review = hold(pixelpond, ReviewResult.WITH_OBSERVATIONS)
    observe(review)
    sign(pixelpond, builders.steward())

    for model in (Gate, LegalGate, ComplianceReview, Observation, Signature):
        with acting_as(builders.actor(kestrel, Role.MEMBER_ADMIN)):
            assert not model.objects.exists()
        with acting_as(builders.actor(pixelpond, Role.ANALYST)):
            assert model.objects.exists()


def test_the_text_of_the_agreement_is_kept_with_its_hash() -> None:
    made = agreements.publish(version="2.0", text="One.\r\nTwo.", effective_on=TODAY, actor=builders.steward(), now=NOW)

    assert made.text == "One.\nTwo.\n"
    entry = Entry.objects.about("agreement", made.public_id).get()
    assert entry.facts == {"sha256": made.sha256, "in_days": 0}
    with pytest.raises(Invalid, match="number"):
        agreements.publish(version="2.0", text="Other", effective_on=TODAY, actor=builders.steward(), now=NOW)


def test_the_first_signature_moves_the_member_on_and_later_ones_do_not() -> None:
    saltmarsh = builders.on_the_way(MemberState.APPROVED)
    steward = builders.steward()
    with pytest.raises(WrongState, match="Compliance review"):
        sign(saltmarsh, steward)

    builders.pass_gate(saltmarsh, GateKind.COMPLIANCE_REVIEW)
    sign(saltmarsh, steward)
    saltmarsh.refresh_from_db()
    assert saltmarsh.state == MemberState.SIGNED
    assert said(saltmarsh, "member.signed")[0].facts["state"] == "signed"
    with pytest.raises(WrongState, match="signed already"):
        sign(saltmarsh, steward)


def test_a_member_admin_signs_a_later_version_for_the_own_organisation_only() -> None:
    pixelpond, kestrel = builders.member("Pixelpond"), builders.member("Kestrel")
    admin = builders.actor(pixelpond, Role.MEMBER_ADMIN)

    sign(pixelpond, admin, "2.0")
    with pytest.raises(NotAllowed, match="own organisation"):
        sign(kestrel, admin, "2.0")
    with pytest.raises(NotAllowed):
        sign(pixelpond, builders.actor(pixelpond, Role.REVIEWER), "3.0")


@pytest.mark.parametrize("field", ["signed_by", "function", "signed_on"])
def test_a_signature_has_a_name_a_function_and_a_day(field: str) -> None:
    wrong: Any = TODAY + timedelta(days=1) if field == "signed_on" else " "

    with pytest.raises(Invalid) as refusal:
        sign(builders.member(), builders.steward(), **{field: wrong})
    assert refusal.value.field == field


def observe(review: ComplianceReview, **changes: Any) -> Observation:
    given: dict[str, Any] = {
        "text": "Complaints wait too long.",
        "remediation": "Answer within a week.",
        "due_on": TODAY + timedelta(days=60),
        "actor": builders.steward(),
        "now": NOW,
    }
    return compliance.note_observation(review_id=review.public_id, **(given | changes))


def test_a_review_passes_the_gate_and_plans_the_next() -> None:
    pixelpond = builders.member()

    review = hold(pixelpond, ReviewResult.WITH_OBSERVATIONS)

    assert standing(pixelpond, GateKind.COMPLIANCE_REVIEW)
    assert said(pixelpond, "member.reviewed")[0].facts == {
        "review": review.public_id,
        "result": "with_observations",
    }
    with acting_as(Actor.clock()):
        assert ComplianceReview.objects.planned().get().due_on == TODAY + timedelta(days=365)


def test_a_review_that_fails_opens_the_gate_and_comes_again_soon() -> None:
    pixelpond = builders.member()
    hold(pixelpond, ReviewResult.PASSED)
    hold(pixelpond, ReviewResult.FAILED)

    assert standing(pixelpond, GateKind.COMPLIANCE_REVIEW) is None
    with acting_as(Actor.clock()):
        assert ComplianceReview.objects.planned().get().due_on == TODAY + timedelta(days=90)


def test_an_observation_is_closed_once_with_what_was_done() -> None:
    steward = builders.steward()
    observation = observe(hold(builders.member(), ReviewResult.WITH_OBSERVATIONS))

    with pytest.raises(Invalid):
        compliance.remedy(observation_id=observation.public_id, note="", actor=steward, now=NOW)
    compliance.remedy(observation_id=observation.public_id, note="Two more people.", actor=steward, now=NOW)
    with pytest.raises(WrongState):
        compliance.remedy(observation_id=observation.public_id, note="Again.", actor=steward, now=NOW)
    with pytest.raises(Hidden):
        compliance.remedy(observation_id=1, note="Again.", actor=steward, now=NOW)


@pytest.mark.parametrize("field", ["text", "remediation", "due_on"])
def test_an_observation_says_what_is_to_be_done_until_when(field: str) -> None:
    review = hold(builders.member(), ReviewResult.WITH_OBSERVATIONS)

    with pytest.raises(Invalid) as refusal:
        observe(review, **{field: TODAY - timedelta(days=1) if field == "due_on" else ""})
    assert refusal.value.field == field


def switch(allowed: bool, from_on: date, until_before: date | None = None) -> JurisdictionSwitch:
    return compliance.switch(
        jurisdiction=Region.EUROPE,
        what=Switch.PRIVATE_MESSAGES,
        allowed=allowed,
        from_on=from_on,
        until_before=until_before,
        basis="Regulation 2021/1232",
        actor=builders.steward(),
        now=NOW,
    )


def test_a_switch_counts_between_its_days_and_the_later_entry_wins() -> None:
    allowed = JurisdictionSwitch.objects.is_allowed
    switch(True, date(2026, 1, 1), date(2026, 4, 3))
    switch(False, date(2026, 3, 1), date(2026, 3, 8))

    days = {day: allowed("europe", "private_messages", day) for day in (date(2025, 12, 31), date(2026, 1, 1))}
    days |= {day: allowed("europe", "private_messages", day) for day in (date(2026, 3, 1), date(2026, 3, 8))}
    days |= {day: allowed("europe", "private_messages", day) for day in (date(2026, 4, 2), date(2026, 4, 3))}
    assert list(days.values()) == [False, True, False, True, True, False]
    assert not allowed("africa", "private_messages", date(2026, 2, 1))


def test_a_switch_does_not_end_before_it_begins() -> None:
    with pytest.raises(Invalid, match="before it begins"):
        switch(True, TODAY, TODAY)


def test_a_lapse_is_announced_thirty_seven_and_one_days_before_and_each_once(mailoutbox: list[Any]) -> None:
    pixelpond = builders.member()
    admin = builders.person(pixelpond, Role.MEMBER_ADMIN)
    builders.person(pixelpond, Role.ANALYST)
    builders.pass_gate(pixelpond, GateKind.SECURITY)
    lapses = NOW + timedelta(days=365)

    told = {days: gates.warn_of_lapses(now=lapses - timedelta(days=days)) for days in (31, 30, 29, 7, 3, 1, 0)}

    assert told == {31: 0, 30: 1, 29: 0, 7: 1, 3: 0, 1: 1, 0: 0}
    assert [entry.facts for entry in said(pixelpond, "member.gate_lapses")] == [
        {"gate": "security", "days": days} for days in (30, 7, 1)
    ]
    organisation_id, days = Outbox.objects.filter(task="members.tell_of_lapse").values_list("arguments", flat=True)[0]
    assert letters.tell_of_lapse(organisation_id=organisation_id, days=days, now=NOW) == 1
    assert [letter.to for letter in mailoutbox] == [[admin.email]]
    assert "Pixelpond" not in mailoutbox[0].body


def test_a_planned_review_is_announced_too_and_only_once_with_its_gate() -> None:
    pixelpond = builders.member()
    hold(pixelpond, ReviewResult.PASSED)

    assert gates.warn_of_lapses(now=NOW + timedelta(days=340)) == 1
    assert said(pixelpond, "member.gate_lapses")[0].facts == {"gate": "compliance_review", "days": 30}


def test_a_gate_that_was_passed_again_is_not_announced() -> None:
    pixelpond = builders.member()
    builders.pass_gate(pixelpond, GateKind.SECURITY)
    builders.pass_gate(pixelpond, GateKind.SECURITY, now=NOW + timedelta(days=330))

    assert gates.warn_of_lapses(now=NOW + timedelta(days=360)) == 0
