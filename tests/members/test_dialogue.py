from datetime import date
from typing import Any

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import AdviceVersion, Confirmation, Meeting
from lantern_site.members.registers import Party, Register
from lantern_site.members.roles import Role
from lantern_site.members.services.registers import attestations, dialogue, exports
from tests import builders
from tests.builders import NOW
from tests.members import cases
from tests.members.cases import TODAY, admin, advice, auditor, facts, refused, steward

pytestmark = pytest.mark.django_db


def meeting(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "held_on": TODAY,
        "parties": [Party.CIVIL_SOCIETY, Party.MEMBERS],
        "subject": "How wrong signals are corrected",
        "note": "A yearly round was agreed.",
        "is_public": False,
        "actor": steward(),
        "now": NOW,
    }
    return given | changes


def test_a_meeting_is_noted_by_the_class_of_those_who_were_there() -> None:
    made = dialogue.note_meeting(**meeting())

    assert facts("dialogue.noted", made) == {"parties": ["members", "civil_society"], "public": False}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"held_on": date(2026, 3, 3)}, "held_on"),
        ({"parties": []}, "parties"),
        ({"subject": ""}, "subject"),
        ({"note": " "}, "note"),
    ],
)
def test_a_note_of_a_meeting_is_complete(changes: dict[str, Any], field: str) -> None:
    refusal = refused(Invalid, dialogue.note_meeting, **meeting(**changes))

    assert isinstance(refusal, Invalid)
    assert refusal.field == field


def test_only_public_notes_leave_the_programme() -> None:
    dialogue.note_meeting(**meeting())
    public = dialogue.note_meeting(**meeting(is_public=True))

    with acting_as(admin(builders.member())):
        assert Meeting.objects.get().pk == public.pk
    with acting_as(auditor()):
        assert Meeting.objects.count() == 2


def test_advice_is_versioned_and_each_version_is_confirmed_anew() -> None:
    pixelpond = builders.member()
    first, by = advice(), admin(pixelpond)
    given: dict[str, Any] = {"advice_id": first.advice.public_id, "now": NOW}
    dialogue.confirm(version=1, actor=by, **given)
    refused(Invalid, dialogue.revise, text=first.text, actor=steward(), **given)

    dialogue.revise(text="Prefer phrases, and say what they mean.", actor=steward(), **given)

    refused(WrongState, dialogue.confirm, match="newer", version=1, actor=by, **given)
    with acting_as(by):
        assert AdviceVersion.objects.unconfirmed_by(pixelpond.pk).get().number == 2
    dialogue.confirm(version=2, actor=by, **given)
    refused(WrongState, dialogue.confirm, match="already", version=2, actor=by, **given)
    with acting_as(by):
        assert not AdviceVersion.objects.unconfirmed_by(pixelpond.pk).exists()
    confirmed = Entry.objects.filter(action="advice.confirmed")
    assert {(one.organisation, one.facts["version"]) for one in confirmed} == {
        (pixelpond.public_id, 1),
        (pixelpond.public_id, 2),
    }


@pytest.mark.parametrize(("title", "text", "field"), [(" ", "Text", "title"), ("Title", " ", "text")])
def test_advice_is_complete(title: str, text: str, field: str) -> None:
    refusal = refused(Invalid, dialogue.issue, title=title, text=text, actor=steward(), now=NOW)

    assert isinstance(refusal, Invalid)
    assert refusal.field == field


def test_member_admins_confirm_and_the_programme_advises() -> None:
    pixelpond, issued = builders.member(), advice()
    given: dict[str, Any] = {"advice_id": issued.advice.public_id, "now": NOW}

    refused(NotAllowed, dialogue.confirm, version=1, actor=builders.actor(pixelpond, Role.REVIEWER), **given)
    refused(NotAllowed, dialogue.confirm, version=1, actor=steward(), **given)
    refused(NotAllowed, dialogue.revise, text="Ours.", actor=admin(pixelpond), **given)
    refused(NotAllowed, dialogue.issue, title="Ours", text="Ours.", actor=auditor(), now=NOW)
    refused(Hidden, dialogue.confirm, version=1, actor=admin(pixelpond), **(given | {"advice_id": 7}))


def test_a_member_does_not_see_who_else_has_confirmed() -> None:
    kestrel, issued = builders.member("Kestrel"), advice()
    dialogue.confirm(advice_id=issued.advice.public_id, version=1, actor=admin(kestrel), now=NOW)

    with acting_as(admin(builders.member())):
        assert not Confirmation.objects.exists()


# Downloads


@pytest.mark.parametrize("register", Register)
def test_every_register_is_downloaded_as_a_table_and_that_is_recorded(register: Register) -> None:
    pixelpond = builders.member()
    cases.government_request()
    cases.attestation(pixelpond)
    cases.subject_request()
    cases.incident(pixelpond)
    cases.published_assessment("Publish recall times.")
    dialogue.note_meeting(**meeting(note="=SUM(A1)"))
    advice()

    lines = exports.export(register=register, actor=auditor(), now=NOW).splitlines()

    assert lines[0].startswith("reference,")
    assert len(lines) > 1
    assert all(line.count(",") >= lines[0].count(",") for line in lines)
    entry = Entry.objects.get(action="register.exported")
    assert entry.facts == {"register": register.value, "rows": len(lines) - 1}


def test_no_cell_of_a_download_begins_a_formula() -> None:
    dialogue.note_meeting(**meeting(note="=SUM(A1)", subject="+1"))

    table = exports.export(register=Register.MEETINGS, actor=steward(), now=NOW)

    assert ",'=SUM(A1)" in table
    assert ",'+1," in table


def test_not_attested_is_an_empty_cell_in_the_download_and_none_is_zero() -> None:
    pixelpond = builders.member()
    asked = cases.attestation(pixelpond)

    before = exports.export(register=Register.ATTESTATIONS, actor=steward(), now=NOW)
    attestations.attest(attestation_id=asked.public_id, count=0, actor=admin(pixelpond), now=NOW)
    after = exports.export(register=Register.ATTESTATIONS, actor=steward(), now=NOW)

    assert "Pixelpond,2025-Q4,2026-01-31,not attested,," in before
    assert "Pixelpond,2025-Q4,2026-01-31,attested,0," in after


@pytest.mark.parametrize("register", Register)
def test_members_download_no_register(register: Register) -> None:
    refused(NotAllowed, exports.export, register=register, actor=admin(builders.member()), now=NOW)
