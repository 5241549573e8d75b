from datetime import timedelta
from typing import Any

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import Affected, SecurityIncident
from lantern_site.members.registers import AffectedData, IncidentState, Severity
from lantern_site.members.services.registers import incidents
from tests import builders
from tests.builders import NOW
from tests.members.cases import admin, auditor, facts, incident, refused, steward

pytestmark = pytest.mark.django_db


def on(made: SecurityIncident, **changes: Any) -> dict[str, Any]:
    return {"incident_id": made.public_id, "actor": steward(), "now": NOW, **changes}


def describing(made: SecurityIncident, **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "severity": Severity.CRITICAL,
        "affected_data": [AffectedData.IDENTIFIERS],
        "member_ids": [],
    }
    return on(made, **(given | {"measures": "The key is revoked."} | changes))


def test_an_incident_is_reported_and_its_seventy_two_hours_run_from_the_detection() -> None:
    pixelpond = builders.member()

    made = incident(pixelpond)

    assert made.notify_due_at == made.detected_at + timedelta(hours=72)
    assert facts("security_incident.reported", made) == {
        "kind": "key_leak",
        "severity": "high",
        "state": "open",
        "members": 1,
        "data": ["keys"],
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"detected_at": NOW + timedelta(minutes=1)}, "detected_at"),
        ({"description": " "}, "description"),
        ({"member_ids": [123]}, "member_ids"),
    ],
)
def test_a_report_is_complete(changes: dict[str, Any], field: str) -> None:
    refusal = refused(Invalid, incident, **changes)

    assert isinstance(refusal, Invalid)
    assert refusal.field == field


def test_what_is_known_of_it_grows() -> None:
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    made = incident(pixelpond)

    changed = incidents.describe(**describing(made, member_ids=[kestrel.public_id]))

    assert changed.severity == Severity.CRITICAL
    with acting_as(steward()):
        assert [one.name for one in changed.affected.all()] == ["Kestrel"]


def test_a_member_that_was_informed_stays_on_the_list() -> None:
    made = incident(builders.member())
    incidents.inform(**on(made, notice="A key leaked."))

    refused(Invalid, incidents.describe, match="stays", **describing(made))


def test_the_authority_is_notified_in_time_or_with_the_reason_for_the_delay() -> None:
    made = incident(detected_at=NOW - timedelta(days=5))
    late = NOW - timedelta(days=1)

    refused(Invalid, incidents.notify, match="delay", **on(made, notified_at=late, reason=""))
    incidents.notify(**on(made, notified_at=late, reason="The extent was unclear."))

    said = facts("security_incident.notified", made)
    assert (said["notified"], said["late"], said["hours"]) == (True, True, 96)
    refused(WrongState, incidents.notify, **on(made, notified_at=late, reason="Again."))


def test_without_a_notification_there_is_a_reason_which_a_later_one_replaces() -> None:
    made = incident()
    refused(Invalid, incidents.notify, **on(made, notified_at=None, reason=" "))

    assert not incidents.notify(**on(made, notified_at=None, reason="No risk to anybody.")).awaits_notification
    after = incidents.notify(**on(made, notified_at=NOW, reason=""))

    assert (after.notified_at, after.not_notified_because) == (NOW, "")


@pytest.mark.parametrize("moment", [NOW - timedelta(hours=6), NOW + timedelta(hours=1)])
def test_nobody_is_notified_before_the_detection_or_in_the_future(moment: Any) -> None:
    refused(Invalid, incidents.notify, **on(incident(), notified_at=moment, reason="Because."))


def test_a_member_sees_what_concerns_it_once_it_was_informed() -> None:
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    made = incident(pixelpond)
    theirs, others = admin(pixelpond), admin(kestrel)

    with acting_as(theirs):
        assert not SecurityIncident.objects.exists()
    incidents.inform(**on(made, notice="A key leaked. Rotate yours."))

    with acting_as(theirs):
        assert SecurityIncident.objects.visible_to(theirs).get().notice == "A key leaked. Rotate yours."
        assert Affected.objects.count() == 1
    with acting_as(others):
        assert not SecurityIncident.objects.exists()
        assert not Affected.objects.exists()
    entry = Entry.objects.get(action="security_incident.member_informed")
    assert entry.organisation == pixelpond.public_id
    assert entry.audience == f"organisation:{pixelpond.public_id}"


def test_nobody_is_informed_twice() -> None:
    refused(WrongState, incidents.inform, **on(incident(), notice="Nobody is there."))
    refused(Invalid, incidents.inform, **on(incident(builders.member()), notice=" "))


def test_it_is_closed_with_a_lesson_when_everybody_knows() -> None:
    made = incident(builders.member())
    closing = on(made, lesson="Keys are scanned for in public places.")
    refused(WrongState, incidents.close, match="not open", **closing)
    refused(Invalid, incidents.contain, **on(made, measures=""))
    incidents.contain(**on(made, measures="The key is revoked."))
    refused(WrongState, incidents.close, match="authority", **closing)
    incidents.notify(**on(made, notified_at=NOW, reason=""))
    refused(WrongState, incidents.close, match="Inform", **closing)
    incidents.inform(**on(made, notice="A key leaked."))
    refused(Invalid, incidents.close, **on(made, lesson=" "))

    assert incidents.close(**closing).state == IncidentState.CLOSED
    assert facts("security_incident.closed", made)["days"] == 0
    refused(WrongState, incidents.describe, **describing(made))


def test_a_notification_that_is_late_is_recorded_once() -> None:
    made = incident()

    assert incidents.note_overdue(now=made.notify_due_at) == 0
    assert incidents.note_overdue(now=made.notify_due_at + timedelta(seconds=1)) == 1
    assert incidents.note_overdue(now=made.notify_due_at + timedelta(days=1)) == 0
    assert facts("security_incident.notification_overdue", made)["severity"] == "high"


def test_members_report_nothing_and_an_auditor_only_reads() -> None:
    pixelpond = builders.member()
    made = incident(pixelpond)
    incidents.inform(**on(made, notice="A key leaked."))

    refused(NotAllowed, incident, actor=admin(pixelpond))
    refused(Hidden, incidents.contain, **on(made, measures="Done.", actor=admin(pixelpond)))
    refused(NotAllowed, incidents.contain, **on(made, measures="Done.", actor=auditor()))
