from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry, Payload
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import Membership, Organisation
from lantern_site.members.roles import Role
from reviews.models import Finding
from reviews.services import findings
from reviews.services.findings import Found
from reviews.workflow import Action, Attribution, LooksWrong, Outcome
from signals import candidates
from signals.intake import Item
from signals.models import Lead, Signal
from signals.purposes import Purpose, Surface
from signals.services import jobs
from signals.services.jobs import Plan
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=2)
NOTHING = Found(
    outcome=Outcome.NO_VIOLATION,
    own_evidence=False,
    policy_version="2026-01",
    attribution=Attribution.NOT,
    looks_wrong=LooksWrong.NO,
)
VIOLATION = replace(
    NOTHING,
    outcome=Outcome.VIOLATION,
    own_evidence=True,
    attribution=Attribution.DECISIVE,
    actions=(Action.ACCOUNT_ACTIONED, Action.CONTENT_REMOVED),
    content_removed=3,
)


def leads_of(member: Organisation, *items: Item) -> list[Lead]:
    """The leads of a job that compared these values, each shared by Pixelpond."""
    for item in dict.fromkeys(items):
        builders.active(builders.member(), item)
    job = jobs.start(
        plan=Plan("Weekly list", Purpose.ACCOUNTS_UNDER_REVIEW, Surface.ACCOUNT_DATA),
        candidates=candidates.parse("\n".join(f"{item.kind}:{item.raw}" for item in items)).candidates,
        actor=builders.actor(member, Role.ANALYST),
        now=NOW,
    )
    builders.run_job(job)
    with acting_as(Actor.clock()):
        return list(job.leads.select_related("signal").order_by("row"))


def find(leads: list[Lead], by: Actor, found: Found = NOTHING) -> Finding:
    return findings.record(lead_ids=[lead.public_id for lead in leads], found=found, actor=by, now=LATER)


def test_a_finding_says_what_was_found_and_done() -> None:
    kestrel = builders.member("Kestrel")
    leads = leads_of(kestrel, builders.email(1))

    finding = find(leads, builders.actor(kestrel, Role.ANALYST), VIOLATION)

    with acting_as(Actor.clock()):
        assert Lead.objects.get(pk=leads[0].pk).found_at == LATER
    assert finding.actions == [Action.ACCOUNT_ACTIONED, Action.CONTENT_REMOVED]
    entry = Entry.objects.about("finding", finding.public_id).get()
    assert entry.action == "finding.recorded"
    assert entry.organisation == kestrel.public_id
    assert entry.facts.pop("seconds_since_lead") == pytest.approx(7200, abs=60)
    assert entry.facts == {
        "signal": leads[0].signal.public_id,
        "kind": "email",
        "harm": "grooming",
        "match": "exact",
        "hits": 1,
        "outcome": "violation",
        "actions": ["account_actioned", "content_removed"],
        "content_removed": 3,
        "uploads_prevented": 0,
        "own_evidence": True,
        "attribution": "decisive",
        "looks_wrong": "no",
    }


def test_one_finding_speaks_for_all_exact_hits_of_one_hash() -> None:
    kestrel = builders.member("Kestrel")
    leads = leads_of(kestrel, *[builders.file_hash(1)] * 3)

    finding = find(leads, builders.actor(kestrel, Role.ANALYST), VIOLATION)

    assert finding.hits == 3
    assert Entry.objects.about("finding", finding.public_id).get().facts["hits"] == 3
    with acting_as(Actor.clock()):
        assert not Lead.objects.without_finding().exists()
        assert finding.lead == leads[0]
        assert set(finding.same_hits.all()) == set(leads[1:])


@pytest.mark.parametrize(
    "items",
    [
        [builders.file_hash(1), builders.file_hash(2)],
        [builders.email(1), builders.email(1)],
    ],
    ids=["two hashes", "one identifier"],
)
def test_other_leads_are_examined_one_by_one(items: list[Item]) -> None:
    kestrel = builders.member("Kestrel")

    with pytest.raises(Invalid, match="one hash"):
        find(leads_of(kestrel, *items), builders.actor(kestrel, Role.ANALYST))

    with acting_as(Actor.clock()):
        assert not Finding.objects.exists()


def test_a_lead_has_one_finding() -> None:
    kestrel = builders.member("Kestrel")
    leads = leads_of(kestrel, *[builders.file_hash(1)] * 2)
    analyst = builders.actor(kestrel, Role.ANALYST)
    find(leads, analyst)

    with pytest.raises(WrongState, match="recorded already"):
        find(leads[1:], analyst)


def test_another_member_does_not_know_the_lead() -> None:
    kestrel = builders.member("Kestrel")
    leads = leads_of(kestrel, builders.email(1))

    with pytest.raises(Hidden):
        find(leads, builders.actor(builders.member(), Role.ANALYST))
    with pytest.raises(Hidden):
        find(leads, builders.actor(builders.programme(), Role.STEWARD))
    with pytest.raises(Hidden):
        find([], builders.actor(kestrel, Role.ANALYST))
    with pytest.raises(NotAllowed, match="needs the role"):
        find(leads, builders.actor(kestrel, Role.REVIEWER))


@pytest.mark.parametrize(
    ("found", "field"),
    [
        (replace(NOTHING, outcome="guilty"), "outcome"),  # type: ignore[arg-type]
        (replace(NOTHING, policy_version=" "), "policy_version"),
        (replace(NOTHING, attribution=""), "attribution"),  # type: ignore[arg-type]
        (replace(NOTHING, looks_wrong=""), "looks_wrong"),  # type: ignore[arg-type]
        (replace(NOTHING, looks_wrong=LooksWrong.YES), "looks_wrong_because"),
        (replace(NOTHING, actions=(Action.URL_BLOCKED,)), "actions"),
        (replace(NOTHING, outcome=Outcome.POSSIBLE_VICTIM, actions=(Action.ACCOUNT_ACTIONED,)), "actions"),
        (replace(VIOLATION, own_evidence=False), "own_evidence"),
        (replace(VIOLATION, actions=()), "actions"),
        (replace(VIOLATION, content_removed=0), "content_removed"),
        (replace(VIOLATION, content_removed=-1), "content_removed"),
        (replace(VIOLATION, uploads_prevented=1), "uploads_prevented"),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(found: Found, field: str) -> None:
    kestrel = builders.member("Kestrel")
    leads = leads_of(kestrel, builders.email(1))
    before = Entry.objects.count()

    with pytest.raises(Invalid) as refusal:
        find(leads, builders.actor(kestrel, Role.ANALYST), found)

    assert refusal.value.field == field
    assert Entry.objects.count() == before
    with acting_as(Actor.clock()):
        assert Lead.objects.without_finding().exists()


def test_why_a_signal_looks_wrong_is_text_and_stays_out_of_the_facts() -> None:
    kestrel = builders.member("Kestrel")
    found = replace(NOTHING, looks_wrong=LooksWrong.YES, looks_wrong_because="The handle was reused.")

    finding = find(leads_of(kestrel, builders.email(1)), builders.actor(kestrel, Role.ANALYST), found)

    entry = Entry.objects.about("finding", finding.public_id).get()
    assert "The handle was reused." not in str(entry.facts)
    assert b"The handle was reused." in bytes(Payload.objects.get(pk=entry.position).body)


@pytest.mark.parametrize(
    ("found", "field"),
    [
        (NOTHING, None),
        (replace(NOTHING, outcome=Outcome.FALSE_MATCH), None),
        (replace(NOTHING, looks_wrong=LooksWrong.YES), None),
        (replace(VIOLATION, actions=(Action.ACCOUNT_ACTIONED,), content_removed=0), None),
        (replace(VIOLATION, actions=(Action.INVESTIGATION_OPENED,), content_removed=0), None),
        (replace(VIOLATION, actions=(Action.AUTHORITY_REPORT,), content_removed=0), "actions"),
        (replace(NOTHING, outcome=Outcome.INSUFFICIENT), "outcome"),
        (replace(NOTHING, looks_wrong=LooksWrong.YES, looks_wrong_because="Because."), "looks_wrong_because"),
    ],
)
def test_financial_members_have_a_short_list_and_no_free_text(found: Found, field: str | None) -> None:
    bank = builders.financial_member()
    leads, analyst = leads_of(bank, builders.email(1)), builders.actor(bank, Role.ANALYST)

    if field is None:
        assert find(leads, analyst, found).outcome == found.outcome
        return
    with pytest.raises(Invalid) as refusal:
        find(leads, analyst, found)
    assert refusal.value.field == field


def test_a_lead_outlives_the_membership_that_led_to_it() -> None:
    kestrel = builders.member("Kestrel")
    leads = leads_of(kestrel, builders.email(1))
    Membership.objects.filter(organisation=kestrel).update(left_at=LATER)

    assert find(leads, builders.actor(kestrel, Role.ANALYST), VIOLATION).outcome == Outcome.VIOLATION


def test_when_the_trace_fails_there_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    kestrel = builders.member("Kestrel")
    leads, analyst = leads_of(kestrel, builders.email(1)), builders.actor(kestrel, Role.ANALYST)

    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(findings, "_note", fail)
    with pytest.raises(ZeroDivisionError):
        find(leads, analyst)

    with acting_as(Actor.clock()):
        assert not Finding.objects.exists()
        assert Lead.objects.without_finding().count() == 1


# Taken back, and many at once


def test_a_finding_that_is_taken_back_leaves_both_entries_and_its_leads_to_be_examined() -> None:
    kestrel = builders.member("Kestrel")
    analyst, leads = builders.actor(kestrel, Role.ANALYST), leads_of(kestrel, *[builders.file_hash(1)] * 2)
    finding = find(leads, analyst)
    with acting_as(Actor.clock()):
        counted = Signal.objects.get()

    findings.withdraw(finding_id=finding.public_id, actor=analyst, now=LATER + timedelta(minutes=15))

    with acting_as(Actor.clock()):
        assert not Finding.objects.exists()
        assert Lead.objects.without_finding().count() == 2
        assert (counted.found_right, Signal.objects.get().found_right) == (1, 0)
    recorded, withdrawn = Entry.objects.about("finding", finding.public_id)
    assert (recorded.action, withdrawn.action) == ("finding.recorded", "finding.withdrawn")
    assert withdrawn.facts == {
        "signal": leads[0].signal.public_id,
        "kind": "sha256",
        "hits": 2,
        "outcome": "no_violation",
    }
    assert find(leads, analyst).hits == 2


def test_a_finding_is_taken_back_for_a_quarter_of_an_hour_only() -> None:
    kestrel = builders.member("Kestrel")
    analyst = builders.actor(kestrel, Role.ANALYST)
    finding = find(leads_of(kestrel, builders.email(1)), analyst)

    with pytest.raises(WrongState):
        findings.withdraw(finding_id=finding.public_id, actor=analyst, now=LATER + timedelta(minutes=15, seconds=1))
    with pytest.raises(Hidden):
        findings.withdraw(
            finding_id=finding.public_id, actor=builders.actor(builders.member(), Role.ANALYST), now=LATER
        )
    with pytest.raises(NotAllowed):
        findings.withdraw(finding_id=finding.public_id, actor=builders.actor(kestrel, Role.REVIEWER), now=LATER)

    assert Entry.objects.about("finding", finding.public_id).count() == 1


def test_many_leads_get_one_finding_for_each_hash_and_one_each_otherwise() -> None:
    kestrel = builders.member("Kestrel")
    leads = leads_of(kestrel, builders.file_hash(1), builders.email(1), builders.file_hash(1), builders.file_hash(2))

    written = findings.record_each(
        lead_ids=[lead.public_id for lead in leads],
        found=NOTHING,
        actor=builders.actor(kestrel, Role.ANALYST),
        now=LATER,
    )

    assert [finding.hits for finding in written] == [2, 1, 1]
    assert Entry.objects.filter(action="finding.recorded").count() == 3


def test_when_one_of_many_cannot_be_recorded_none_is(monkeypatch: pytest.MonkeyPatch) -> None:
    kestrel = builders.member("Kestrel")
    leads, analyst = leads_of(kestrel, builders.email(1), builders.email(2)), builders.actor(kestrel, Role.ANALYST)
    find(leads[1:], analyst)
    every: dict[str, Any] = {"lead_ids": [lead.public_id for lead in leads], "actor": analyst, "now": LATER}

    with pytest.raises(WrongState):
        findings.record_each(found=NOTHING, **every)
    with pytest.raises(WrongState):
        findings.rehearse(found=NOTHING, **every)
    monkeypatch.setattr(findings, "MOST_AT_ONCE", 1)
    with pytest.raises(Invalid, match="at most 1"):
        findings.record_each(found=NOTHING, **every)

    with acting_as(Actor.clock()):
        assert Finding.objects.count() == 1
