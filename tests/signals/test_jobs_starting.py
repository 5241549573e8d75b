"""Match jobs: who may start one, with what, and for which purpose."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lantern_site.audit.models import Entry
from lantern_site.errors import Invalid, NotAllowed
from lantern_site.members.lifecycle import KeyScope, Suspension, Switch
from lantern_site.members.models import ApiKey, JurisdictionSwitch, Organisation
from lantern_site.members.roles import Role
from lantern_site.work.models import Outbox
from signals.intake import Item
from signals.kinds import Kind
from signals.models import MatchJob, Receipt
from signals.purposes import Purpose, Surface
from signals.services.jobs import limits
from tests import builders
from tests.builders import NOW
from tests.signals.comparisons import PDQ, run, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eyes_of_the_clock")]


def test_a_job_is_started_with_its_purpose_and_leaves_a_trace_without_values(member: Organisation) -> None:
    actor = builders.actor(member, Role.ANALYST)

    job = start(member, "some.body@example.org\nother@example.org\nnonsense", actor=actor)

    entry = Entry.objects.get(action="job.started")
    assert (entry.subject, entry.organisation, entry.actor) == (job.public_id, member.public_id, actor.id)
    assert entry.audience == f"organisation:{member.public_id}"
    assert entry.facts == {
        "purpose": "accounts_under_review",
        "surface": "account_data",
        "candidates": 2,
        "refused": 1,
        "chunks": 1,
        "email": 2,
        "shadow": False,
        "first_percent": 100,
    }
    job.refresh_from_db()
    assert (job.state, job.position) == (MatchJob.State.QUEUED, entry.position)
    assert Outbox.objects.get(task="signals.run_chunk").arguments == [job.chunks.get().pk]


def test_values_are_stored_encrypted_and_wiped_when_their_chunk_is_done(member: Organisation) -> None:
    job = start(member, "some.body@example.org")
    stored = bytes(job.chunks.get().ciphertext or b"")
    assert len(stored) > 20
    assert b"some.body" not in stored

    run(job)

    assert job.chunks.get().ciphertext is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"label": " "}, "label"),
        ({"label": "x" * 61}, "label"),
        ({"purpose": "curiosity"}, "purpose"),
        ({"purpose": Purpose.NEW_UPLOADS}, "purpose"),
        ({"purpose": Purpose.WHOLE_SERVICE}, "purpose"),
        ({"surface": ""}, "surface"),
        ({"candidates": ()}, "candidates"),
    ],
)
def test_a_job_that_breaks_a_rule_is_refused_and_leaves_nothing(
    member: Organisation, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        start(member, "some.body@example.org", **changes)

    assert refusal.value.field == field
    assert not MatchJob.objects.exists()
    assert not Entry.objects.filter(action="job.started").exists()
    assert not Outbox.objects.exists()


def test_hashes_may_be_compared_for_any_purpose(member: Organisation) -> None:
    assert start(member, PDQ[:32], purpose=Purpose.WHOLE_SERVICE, surface=Surface.PUBLIC).state == "queued"


def test_too_many_plain_identifiers_are_refused(member: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LIMITS", replace(limits.LIMITS, plain_identifiers=2, candidates=4))
    addresses = [f"some.body{number}@example.org" for number in range(3)]

    with pytest.raises(Invalid, match="at most 2 plain identifiers"):
        start(member, "\n".join(addresses))
    with pytest.raises(Invalid, match="At most 4 values"):
        start(member, "\n".join([PDQ[:32]] * 5))
    assert start(member, "\n".join(addresses[:2])).total == 2


def test_the_domain_allows_ten_thousand_plain_identifiers() -> None:
    assert limits.LIMITS.plain_identifiers == 10_000
    assert limits.LIMITS.values_kept == timedelta(hours=24)


def test_without_an_open_legal_gate_only_content_is_compared(member: Organisation) -> None:
    Organisation.objects.filter(pk=member.pk).update(identifiers_allowed_from=date(2030, 1, 1))

    with pytest.raises(NotAllowed, match="legal gate"):
        start(member, "some.body@example.org")
    assert start(member, PDQ[:32]).total == 1


@pytest.mark.parametrize("role", [Role.SUBMITTER, Role.REVIEWER, Role.MEMBER_ADMIN])
def test_only_an_analyst_starts_a_job(member: Organisation, role: Role) -> None:
    with pytest.raises(NotAllowed):
        start(member, PDQ[:32], actor=builders.actor(member, role))


def test_a_key_starts_a_job_on_behalf_of_the_person_who_issued_it(sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, Item(Kind.EMAIL, "some.body@example.org"))
    issuer = builders.person(member, Role.MEMBER_ADMIN)
    key = ApiKey.objects.create(
        organisation=member,
        label="Our machine",
        prefix="lk_test",
        secret_hash=b"",
        scopes=[KeyScope.LOOKUP],
        issued_by=issuer,
        issued_at=NOW,
        expires_at=NOW + timedelta(days=90),
    )

    job = run(start(member, "some.body@example.org", actor=key.actor()))

    assert (job.started_by, job.started_with) == (issuer, key)
    assert Receipt.objects.get(way=Receipt.Way.LEAD).key == key


def test_a_member_that_may_not_receive_may_not_compare(member: Organisation) -> None:
    builders.suspend(member, Suspension.RECEIVE)
    member.refresh_from_db()

    with pytest.raises(NotAllowed):
        start(member, PDQ[:32])


def test_private_messages_are_compared_only_where_the_law_allows_it(member: Organisation) -> None:
    with pytest.raises(Invalid) as refused:
        start(member, "some.body@example.org", surface=Surface.PRIVATE_MESSAGE)
    assert refused.value.field == "surface"

    JurisdictionSwitch.objects.create(
        jurisdiction=member.region,
        what=Switch.PRIVATE_MESSAGES,
        allowed=True,
        from_on=NOW.date(),
        basis="A law of this year.",
        set_at=NOW,
    )
    assert start(member, "some.body@example.org", surface=Surface.PRIVATE_MESSAGE).surface == Surface.PRIVATE_MESSAGE
