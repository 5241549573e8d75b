"""The demo world as a newcomer finds it: told once, through the services, and looked at from several sides."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from lantern_site.audit.models import Entry
from lantern_site.members.lifecycle import MemberState
from lantern_site.members.models import ApiKey, Application, Organisation, SecurityIncident, Staff
from reviews.models import Decision, Delivery, Dispute, Finding, SecondLook
from signals.models import Lead, Signal
from signals.workflow import Status
from tests.conftest import as_owner, empty_tables
from transparency.models import Edition, Statement

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def accounts(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """What the command prints. The world stands for all tests of this module, which only read."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("lantern_site.clock.timezone.now", lambda: NOW)
        try:
            printed = StringIO()
            call_command("seed_demo", stdout=printed)
            connection.close()  # what the command told its connection ends with it
            yield printed.getvalue()
        finally:
            empty_tables()


@pytest.fixture(autouse=True)
def looked_at_as_owner(accounts: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), as_owner():
        yield


pytestmark = pytest.mark.slow


def test_the_tables_hold_what_the_ledger_leads_to() -> None:
    said = StringIO()

    call_command("verify_ledger", stdout=said)
    call_command("verify_replay", stdout=said)

    assert said.getvalue().splitlines()[-1] == "OK"


def test_it_has_the_size_that_it_should_have() -> None:
    assert Signal.objects.count() >= 1_000
    assert 11 <= Organisation.objects.filter(state=MemberState.ACTIVE).count() <= 14
    assert Staff.objects.count() >= 40
    assert Finding.objects.count() >= 200
    assert Dispute.objects.count() >= 30
    assert set(Signal.objects.values_list("status", flat=True)) == set(Status.values) - {Status.CANCELLED}


def test_its_people_do_their_work() -> None:
    """Hardly anything is held because somebody was late, and what was objected to is mostly decided."""
    held = Signal.objects.filter(status=Status.HELD)
    checks = Decision.objects.filter(attestation="completeness")
    undecided = Dispute.objects.open()

    assert held.count() <= 20
    assert checks.count() >= 100
    assert undecided.count() <= Dispute.objects.count() / 4
    assert Entry.objects.filter(action="signal.checked").exists()


def test_something_waits_for_everybody_who_signs_in() -> None:
    assert Signal.objects.filter(status=Status.SUBMITTED).count() >= 15
    assert Signal.objects.filter(check_due_at__gt=NOW, status=Status.ACTIVE).exists()
    assert Dispute.objects.open().exists()
    assert SecondLook.objects.unanswered().filter(taken_by__isnull=True).exists()
    assert SecondLook.objects.apart().exists()
    assert Lead.objects.filter(found_at=None).count() >= 10
    assert Delivery.objects.filter(acknowledged_at=None).exists()
    assert Application.objects.count() >= 4
    assert ApiKey.objects.filter(revoked_at=None).exists()
    assert SecurityIncident.objects.exists()


def test_a_report_is_published_and_one_that_restates_it_waits_for_its_approval() -> None:
    first, second = Edition.objects.order_by("number")

    assert (first.stage, second.stage) == (Edition.Stage.PUBLISHED, Edition.Stage.COMPUTED)
    assert second.restates == first
    assert all(one.reason for one in second.restatements.all())


def test_members_have_confirmed_their_numbers_but_for_one_and_one_has_corrected() -> None:
    first, second = (
        {figure["id"]: figure["value"] for figure in edition.document["key_figures"]}
        for edition in Edition.objects.order_by("number")
    )

    for figures in (first, second):
        assert figures["members_asked"] - figures["members_reporting_findings"] == 1
    corrected = Statement.objects.exclude(corrections=[])
    assert list(corrected.values_list("attestation__organisation__name", "is_kept").order_by("pk")) == [
        ("Harbourline", False),
        ("Harbourline", True),
    ]


def test_the_printed_accounts_are_there(accounts: str) -> None:
    addresses = [line.split()[0] for line in accounts.splitlines() if "@" in line]

    assert len(addresses) >= 8
    assert Staff.objects.filter(email__in=addresses).count() == len(addresses)


def test_a_second_world_is_not_written_over_the_first() -> None:
    before = Entry.objects.count()

    with pytest.raises(CommandError, match="not empty"):
        call_command("seed_demo")
    call_command("seed_demo", "--if-empty", stdout=StringIO())

    assert Entry.objects.count() == before
