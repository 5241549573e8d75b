"""Importing a file: handed in, judged, chosen, shared; and who may."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from lantern_site.audit.access import acting_as
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from lantern_site.work.models import Outbox
from signals import imported
from signals.intake import Item
from signals.kinds import Kind
from signals.models import Import, ImportPart, Signal, Verdict
from signals.services import import_work, imports
from tests import builders
from tests.builders import NOW
from tests.signals import importing
from tests.signals.importing import (
    CLOCK,
    addresses,
    checked,
    hand_in,
    plain_rows_left,
    rows,
    run,
    submit,
    table,
    verdicts,
)

pytestmark = pytest.mark.django_db


# Handing in


def test_a_file_is_kept_encrypted_and_leaves_a_trace_without_values(member: Organisation) -> None:
    actor = builders.actor(member, Role.SUBMITTER)

    found = hand_in(member, addresses(3), actor=actor, label="March")

    entry = Entry.objects.get(action="import.handed_in")
    assert (entry.subject, entry.organisation, entry.actor) == (found.public_id, member.public_id, actor.id)
    assert entry.facts == {"rows": 3, "again": False}
    assert (found.state, found.total, found.label) == (Import.State.CHECKING, 3, "March")
    with acting_as(CLOCK):
        part = found.parts.get()
    assert builders.email(0).raw.encode() not in bytes(part.ciphertext or b"")
    assert list(Outbox.objects.values_list("task", "arguments")) == [("signals.run_import_part", [part.pk])]
    assert importing.shared() == 0


def test_rows_are_cut_into_parts_by_number(member: Organisation, small_parts: None) -> None:
    found = hand_in(member, addresses(5))

    with acting_as(CLOCK):
        assert list(found.parts.order_by("number").values_list("first", "last")) == [(2, 3), (4, 5), (6, 6)]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ANALYST, Role.MEMBER_ADMIN])
def test_whoever_may_not_share_does_not_import(member: Organisation, role: Role) -> None:
    with pytest.raises(NotAllowed):
        hand_in(member, addresses(1), actor=builders.actor(member, role))

    assert not Entry.objects.filter(action__startswith="import").exists()


def test_a_file_that_is_refused_in_its_last_row_leaves_nothing(member: Organisation, small_parts: None) -> None:
    with pytest.raises(Invalid):
        hand_in(member, addresses(4) + b'email,"never closed\n')

    with acting_as(CLOCK):
        assert (Import.objects.count(), ImportPart.objects.count()) == (0, 0)
    assert not Outbox.objects.exists()
    assert not Entry.objects.exists()


def test_a_file_that_lies_here_is_not_taken_twice(member: Organisation) -> None:
    first = hand_in(member, addresses(2))

    again = imports.hand_in(
        file=io.BytesIO(addresses(2)), defaults=importing.SAID, actor=builders.actor(member, Role.SUBMITTER), now=NOW
    )

    assert (again.found.pk, again.is_new) == (first.pk, False)
    assert importing.actions(first) == ["import.handed_in"]


def test_the_same_file_of_another_member_is_another_import(member: Organisation, sharer: Organisation) -> None:
    assert hand_in(member, addresses(2)).pk != hand_in(sharer, addresses(2)).pk


def test_other_choices_for_all_rows_make_another_import(member: Organisation) -> None:
    said = importing.SAID | {"confidence": "low"}

    assert hand_in(member, addresses(2)).pk != hand_in(member, addresses(2), defaults=said).pk


def test_a_file_that_was_imported_adds_nothing_and_says_so(member: Organisation) -> None:
    first = run(submit(checked(member, addresses(3))))
    count = importing.shared()

    again = checked(member, addresses(3))

    assert first.state == Import.State.DONE
    assert list(verdicts(again).values()) == [Verdict.EXISTS] * 3
    with acting_as(CLOCK):
        assert imported.earlier(again) == first
    assert Entry.objects.filter(action="import.handed_in").latest("position").facts["again"] is True
    with pytest.raises(Invalid):
        submit(again)
    assert importing.shared() == count


def test_a_file_that_is_too_large_is_refused(member: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "LIMITS", imports.Limits(bytes=100))

    with pytest.raises(Invalid, match="larger") as refusal:
        hand_in(member, addresses(5))

    assert refusal.value.field == "file"


def test_what_is_chosen_for_all_rows_is_checked(member: Organisation) -> None:
    for name in ("value", "reference", "danger", "nothing"):
        with pytest.raises(Invalid) as refusal:
            hand_in(member, addresses(1), defaults=importing.SAID | {name: "x"})
        assert refusal.value.field == name
    with pytest.raises(Invalid) as refusal:
        hand_in(member, addresses(1), label="x" * 61)
    assert refusal.value.field == "label"


# Verdicts


def test_each_row_gets_its_verdict(member: Organisation, small_parts: None) -> None:
    mine = builders.active(member, builders.email(0))
    fallen = builders.submitted(member, Item(Kind.URL, "https://somewhere.example.org/page"))
    with acting_as(CLOCK):
        Signal.objects.filter(pk=fallen.pk).update(status="retracted", activated_at=NOW, ended_at=NOW)
    content = table(
        {"kind": "email", "value": builders.email(0).raw.upper()},
        {"kind": "email", "value": builders.email(1).raw, "reference": "case 7"},
        {"kind": "keyword", "value": "purple lantern parade"},
        {"kind": "email", "value": "nonsense"},
        {"kind": "email", "value": builders.email(1).raw.upper()},
        {"kind": "url", "value": "https://somewhere.example.org/page"},
        {"kind": "", "value": "x"},
        {"kind": "email", "value": "support-team@example.org"},
    )

    found = checked(member, content)

    assert found.state == Import.State.CHECKED
    judged = {row.number: row for row in rows(found)}
    assert verdicts(found) == {
        2: "exists",
        3: "new",
        4: "warned",
        5: "refused",
        6: "repeats",
        7: "warned",
        8: "refused",
        9: "warned",
    }
    assert judged[2].signal_id == mine.pk
    assert judged[6].repeats == 3
    assert [judged[number].warnings for number in (4, 7, 9)] == [["keyword"], ["retracted_before"], ["role_like"]]
    assert [number for number, row in judged.items() if row.verdict == "refused" and not row.sentence] == []
    assert importing.shared() == 2
    facts = Entry.objects.get(action="import.checked").facts
    assert facts == {"exists": 1, "new": 1, "warned": 3, "refused": 2, "repeats": 1}


def test_rows_repeat_whatever_the_order_in_which_the_parts_are_judged(member: Organisation, small_parts: None) -> None:
    found = hand_in(member, table(*({"kind": "email", "value": builders.email(1).raw} for _row in range(6))))
    with acting_as(CLOCK):
        backwards = list(found.parts.order_by("-number").values_list("pk", flat=True))

    for pk in backwards:
        import_work.run_part(pk, holder="worker", now=NOW)

    assert list(verdicts(found).values()) == ["new", *["repeats"] * 5]


def test_a_row_says_its_own_and_the_choice_for_all_fills_the_rest(member: Organisation) -> None:
    content = table(
        {"value": builders.email(1).raw, "harm": "trafficking", "behaviours": "poses; moves", "owner_named": "no"},
        {"value": builders.email(2).raw, "expires_on": "2026-05-01"},
        columns=("value", "harm", "behaviours", "owner_named", "expires_on"),
    )

    run(submit(checked(member, content, defaults=importing.SAID | {"kind": "email"})))

    with acting_as(CLOCK):
        first, second = Signal.objects.select_related("current_version").order_by("expires_at")[::-1]
    assert (first.version.harm, first.version.behaviours, first.version.owner_named) == (
        "trafficking",
        ["poses", "moves"],
        False,
    )
    assert (second.version.harm, second.version.owner_named) == ("grooming", True)
    assert second.expires_at == NOW + timedelta(days=60)


def test_a_child_in_danger_does_not_wait_for_an_import(member: Organisation) -> None:
    found = checked(
        member, table({"kind": "email", "value": "a@example.org", "danger": "yes"}, columns=("kind", "value", "danger"))
    )

    [row] = rows(found)
    assert row.verdict == Verdict.REFUSED
    assert "does not wait" in row.sentence


def test_a_member_without_the_legal_gate_imports_no_identifiers(member: Organisation) -> None:
    Organisation.objects.filter(pk=member.pk).update(identifiers_allowed_from=None)

    [row] = rows(checked(member, addresses(1)))

    assert row.verdict == Verdict.REFUSED
    assert "legal gate" in row.sentence


def test_the_sentences_are_in_the_language_of_the_one_who_handed_it_in(member: Organisation) -> None:
    with translation.override("fr"):
        found = hand_in(member, table({"kind": "email", "value": "nonsense"}))

    [row] = rows(run(found))

    assert "adresse" in row.sentence


# Choosing


def test_what_was_chosen_is_shared_and_waits_for_review(member: Organisation, small_parts: None) -> None:
    actor = builders.actor(member, Role.SUBMITTER)
    found = checked(member, addresses(3) + b"keyword,purple lantern parade,\nemail,nonsense,\n")

    done = run(submit(found, actor=actor))

    assert done.state == Import.State.DONE
    assert list(verdicts(done).values()) == ["shared"] * 3 + ["warned", "refused"]
    with acting_as(CLOCK):
        signals = list(Signal.objects.all())
    assert {(one.status, one.submitted_by.public_id) for one in signals} == {("submitted", actor.id)}
    assert {row.signal_id for row in rows(done)} == {None, *(one.pk for one in signals)}
    assert importing.actions(done) == ["import.handed_in", "import.checked", "import.submitted", "import.done"]
    facts = Entry.objects.get(action="import.submitted").facts
    assert facts == {"new": 3, "community": builders.everyone().public_id}
    assert Entry.objects.get(action="import.done").facts == {"shared": 3, "warned": 1, "refused": 1}
    assert Entry.objects.filter(action="signal.submitted").count() == 3


def test_nothing_of_the_rows_is_left_when_the_import_has_ended(member: Organisation, small_parts: None) -> None:
    done = run(submit(checked(member, addresses(5))))

    assert plain_rows_left(done) == 0
    assert {row.digest for row in rows(done)} == {None}


def test_rows_with_a_warning_are_shared_when_they_are_chosen(member: Organisation) -> None:
    found = checked(member, addresses(1) + b"keyword,purple lantern parade,\n")

    done = run(submit(found, verdicts=[Verdict.NEW, Verdict.WARNED]))

    assert list(verdicts(done).values()) == ["shared", "shared"]


def test_what_was_shared_in_the_meantime_is_not_shared_twice(member: Organisation) -> None:
    found = submit(checked(member, addresses(2)))
    mine = builders.submitted(member, builders.email(1))

    done = run(found)

    assert list(verdicts(done).values()) == ["shared", "exists"]
    assert rows(done)[1].signal_id == mine.pk
    assert importing.shared() == 2


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("verdicts", {"verdicts": []}),
        ("verdicts", {"verdicts": ["refused"]}),
        ("verdicts", {"verdicts": ["warned"]}),
        ("community", {"community_id": 1}),
        ("evidence_seen", {"evidence_seen": False}),
        ("no_authority_asked", {"no_authority_asked": False}),
    ],
)
def test_nothing_is_shared_unless_everything_is_said(member: Organisation, field: str, changes: dict[str, Any]) -> None:
    found = checked(member, addresses(2))

    with pytest.raises(Invalid) as refusal:
        submit(found, **changes)

    assert refusal.value.field == field
    assert importing.fresh(found).state == Import.State.CHECKED
    assert importing.actions(found) == ["import.handed_in", "import.checked"]


def test_an_import_is_submitted_once_and_not_before_it_is_checked(member: Organisation) -> None:
    found = hand_in(member, addresses(2))
    with pytest.raises(WrongState, match="still being checked"):
        submit(found)

    submit(run(found))

    with pytest.raises(WrongState):
        submit(found)


def test_a_reviewer_does_not_submit_an_import(member: Organisation) -> None:
    found = checked(member, addresses(2))

    with pytest.raises(NotAllowed):
        submit(found, actor=builders.actor(member, Role.REVIEWER))


def test_a_stranger_cannot_tell_an_import_from_none(member: Organisation, sharer: Organisation) -> None:
    found = checked(member, addresses(2))
    sentences = set()

    for stranger in (builders.actor(sharer, Role.SUBMITTER), builders.steward()):
        for import_id in (found.public_id, 12345):
            with pytest.raises(Hidden) as refusal:
                submit(found, import_id=import_id, actor=stranger)
            sentences.add(str(refusal.value))
            with pytest.raises(Hidden):
                imports.cancel(import_id=import_id, actor=stranger, now=NOW)

    assert len(sentences) == 1
    assert importing.fresh(found).state == Import.State.CHECKED


# Cancelling


@pytest.mark.parametrize("when", ["before it is checked", "afterwards", "while it is shared"])
def test_a_cancelled_import_is_wiped(member: Organisation, small_parts: None, when: str) -> None:
    found = hand_in(member, addresses(5))
    if when != "before it is checked":
        run(found)
    if when == "while it is shared":
        submit(found)
    actor = builders.actor(member, Role.REVIEWER)

    imports.cancel(import_id=found.public_id, actor=actor, now=NOW)

    done = run(found)
    assert done.state == Import.State.CANCELLED
    assert plain_rows_left(done) == 0
    assert importing.shared() == 0
    assert Entry.objects.get(action="import.cancelled").actor == actor.id
    with pytest.raises(WrongState):
        imports.cancel(import_id=found.public_id, actor=actor, now=NOW)


def test_an_analyst_does_not_cancel(member: Organisation) -> None:
    found = hand_in(member, addresses(1))

    with pytest.raises(NotAllowed):
        imports.cancel(import_id=found.public_id, actor=builders.actor(member, Role.ANALYST), now=NOW)

    assert importing.fresh(found).is_open
