from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.lifecycle import MemberKind, MemberState
from lantern_site.members.models import Attestation, Organisation
from lantern_site.members.roles import Role
from lantern_site.members.services.registers import attestations
from tests import builders
from tests.builders import NOW
from tests.members.cases import TODAY, admin, attestation, auditor, facts, refused, steward

pytestmark = pytest.mark.django_db

OVERDUE = datetime(2026, 2, 5, 3, tzinfo=UTC)
"""After the last day for the fourth quarter of 2025."""


def of(organisation: Organisation) -> list[str]:
    with acting_as(Actor.clock()):
        return [one.period.code for one in Attestation.objects.of(organisation.pk).order_by("starts_on")]


def test_the_clock_asks_the_programme_by_month_and_members_by_quarter() -> None:
    pixelpond, programme = builders.member(), builders.programme()

    assert attestations.ask(now=NOW) == 4
    assert of(pixelpond) == ["2025-Q4"]
    assert of(programme) == ["2025-12", "2026-01", "2026-02"]
    assert Entry.objects.filter(action="attestation.asked").count() == 4


def test_asking_again_changes_nothing() -> None:
    builders.member()
    attestations.ask(now=NOW)

    assert attestations.ask(now=NOW + timedelta(hours=1)) == 0
    assert attestations.ask(now=NOW + timedelta(days=31)) == 1


def test_a_member_attests_from_the_quarter_in_which_it_joined_and_never_before() -> None:
    newcomer = builders.organisation("Newcomer", MemberKind.PLATFORM, joined_on=date(2026, 1, 5))

    attestations.ask(now=NOW)
    assert of(newcomer) == []
    attestations.ask(now=datetime(2026, 4, 1, tzinfo=UTC))
    assert of(newcomer) == ["2026-Q1"]


@pytest.mark.parametrize("state", [state for state in MemberState if state not in ("active", "leaving")])
def test_who_takes_no_part_is_not_asked(state: MemberState) -> None:
    organisation = builders.member()
    Organisation.objects.filter(pk=organisation.pk).update(state=state)

    attestations.ask(now=NOW)

    assert of(organisation) == []


@pytest.mark.parametrize("count", [0, 3])
def test_a_member_admin_attests_a_number_or_none(count: int) -> None:
    pixelpond = builders.member()
    asked = attestation(pixelpond)

    made = attestations.attest(attestation_id=asked.public_id, count=count, actor=admin(pixelpond), now=NOW)

    assert made.requests == count
    assert facts("attestation.made", asked) == {"period": "2025-Q4", "kind": "platform", "count": count, "late": True}
    entry = Entry.objects.get(action="attestation.made")
    assert entry.organisation == pixelpond.public_id
    assert entry.audience == f"organisation:{pixelpond.public_id}"


def test_not_attested_is_its_own_state_and_never_zero() -> None:
    asked = attestation(builders.member())

    assert asked.requests is None
    assert asked.state(TODAY) == "overdue"
    assert asked.state(asked.due_on) == "due"
    with acting_as(Actor.clock()), pytest.raises(IntegrityError, match="not_attested_is_never_zero"):
        Attestation.objects.filter(pk=asked.pk).update(requests=0)


def test_a_steward_attests_for_the_programme_and_for_nobody_else() -> None:
    pixelpond, programme = builders.member(), builders.programme()
    theirs, ours = attestation(pixelpond), attestation(programme)

    attestations.attest(attestation_id=ours.public_id, count=1, actor=steward(), now=NOW)
    given: dict[str, Any] = {"attestation_id": theirs.public_id, "count": 0, "now": NOW}
    refused(NotAllowed, attestations.attest, match="for itself", actor=steward(), **given)


def test_others_attest_nothing_and_another_member_does_not_know() -> None:
    pixelpond = builders.member()
    given: dict[str, Any] = {"attestation_id": attestation(pixelpond).public_id, "count": 0, "now": NOW}

    refused(NotAllowed, attestations.attest, actor=builders.actor(pixelpond, Role.REVIEWER), **given)
    refused(NotAllowed, attestations.attest, actor=auditor(), **given)
    refused(Hidden, attestations.attest, actor=admin(builders.member("Kestrel")), **given)


def test_a_period_is_attested_once_and_then_corrected_with_both_numbers_in_the_ledger() -> None:
    pixelpond = builders.member()
    asked, by = attestation(pixelpond), admin(pixelpond)
    given: dict[str, Any] = {"attestation_id": asked.public_id, "actor": by, "now": NOW}
    refused(WrongState, attestations.correct, count=2, **given)
    attestations.attest(count=0, **given)

    refused(WrongState, attestations.attest, count=2, **given)
    refused(Invalid, attestations.correct, count=0, **given)
    refused(Invalid, attestations.correct, count=-1, **given)
    attestations.correct(count=2, **given)

    assert facts("attestation.corrected", asked)["before"] == 0
    assert facts("attestation.corrected", asked)["count"] == 2


def test_a_reminder_comes_once_a_week_before_and_what_is_late_is_recorded_once() -> None:
    pixelpond = builders.member()
    asked = attestation(pixelpond, now=datetime(2026, 1, 1, 3, tzinfo=UTC))

    assert attestations.remind(now=datetime(2026, 1, 23, tzinfo=UTC)) == 0
    assert attestations.remind(now=datetime(2026, 1, 24, tzinfo=UTC)) == 1
    assert attestations.remind(now=datetime(2026, 1, 25, tzinfo=UTC)) == 0
    assert attestations.note_overdue(now=datetime(2026, 1, 31, 23, tzinfo=UTC)) == 0
    assert attestations.note_overdue(now=OVERDUE) == 1
    assert attestations.note_overdue(now=OVERDUE) == 0
    actions = Entry.objects.about("attestation", asked.public_id).values_list("action", flat=True)
    assert list(actions) == ["attestation.asked", "attestation.reminded", "attestation.overdue"]


def test_who_has_attested_is_left_in_peace() -> None:
    pixelpond = builders.member()
    asked = attestation(pixelpond)
    attestations.attest(attestation_id=asked.public_id, count=0, actor=admin(pixelpond), now=NOW)

    assert attestations.remind(now=NOW) == 0
    assert attestations.note_overdue(now=NOW) == 0
    assert attestations.mail(now=NOW) == 0


def test_a_letter_goes_to_the_admins_of_the_member_and_names_nobody() -> None:
    pixelpond = builders.member()
    person = builders.person(pixelpond, Role.MEMBER_ADMIN, name="Ada Quill")
    builders.person(pixelpond, Role.REVIEWER)
    attestation(pixelpond, now=datetime(2026, 1, 1, 3, tzinfo=UTC))

    assert attestations.mail(now=datetime(2026, 1, 1, 4, tzinfo=UTC)) == 1
    assert attestations.mail(now=datetime(2026, 1, 1, 5, tzinfo=UTC)) == 0

    [letter] = mail.outbox
    assert letter.to == [person.email]
    assert "2025-Q4" in letter.body
    assert "/attestations/" in letter.body
    assert "Ada" not in letter.body
    assert pixelpond.name not in letter.body


def test_another_letter_follows_the_reminder_and_one_when_it_is_late() -> None:
    pixelpond = builders.member()
    builders.person(pixelpond, Role.MEMBER_ADMIN)
    attestation(pixelpond, now=datetime(2026, 1, 1, 3, tzinfo=UTC))
    attestations.mail(now=datetime(2026, 1, 1, 4, tzinfo=UTC))

    attestations.remind(now=datetime(2026, 1, 24, 3, tzinfo=UTC))
    attestations.mail(now=datetime(2026, 1, 24, 4, tzinfo=UTC))
    attestations.note_overdue(now=OVERDUE)
    attestations.mail(now=OVERDUE + timedelta(hours=1))

    assert [letter.subject for letter in mail.outbox] == [
        "An attestation is due",
        "An attestation is due",
        "An attestation is overdue",
    ]


def test_a_letter_that_cannot_be_sent_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pixelpond = builders.member()
    builders.person(pixelpond, Role.MEMBER_ADMIN)
    attestation(pixelpond)

    def unreachable() -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(attestations, "get_connection", unreachable)
        assert attestations.mail(now=NOW) == 0

    assert attestations.mail(now=NOW) == 1


def test_a_member_sees_its_own_attestations_only() -> None:
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    attestations.ask(now=NOW)

    with acting_as(admin(kestrel)):
        assert {one.organisation_id for one in Attestation.objects.all()} == {kestrel.pk}
    with acting_as(auditor()):
        assert {pixelpond.pk, kestrel.pk} <= {one.organisation_id for one in Attestation.objects.all()}
