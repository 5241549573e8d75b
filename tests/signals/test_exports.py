"""Exports: the own signals only, masked unless somebody may reveal them, safe in a spreadsheet, and recorded."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Invalid, NotAllowed, NotProven, Spent
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from lantern_site.work.models import Outbox
from signals import cells, guards
from signals.intake import Item
from signals.kinds import Behaviour, Kind
from signals.models import Receipt, Signal, Verdict
from signals.services import exports
from signals.services.exports import Wanted
from signals.workflow import RevealReason
from tests import builders
from tests.builders import NOW, statement
from tests.signals.importing import CLOCK, checked, verdicts

pytestmark = pytest.mark.django_db


def export(actor: Actor, **changes: Any) -> str:
    asked: dict[str, Any] = {"wanted": Wanted(), "shape": "csv", "with_values": False, "reason": "", "now": NOW}
    return "".join(exports.export(actor=actor, **asked | changes))


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_own_signals_are_exported_masked_and_it_is_recorded(member: Organisation, sharer: Organisation) -> None:
    mine, _theirs = builders.active(member, builders.email(1)), builders.active(sharer, builders.email(2))
    actor = builders.actor(member, Role.ANALYST)

    [row] = table(export(actor))

    assert (row["signal"], row["status"], row["kind"]) == (mine.reference, "active", "email")
    assert row["masked"] == guards.mask(Kind.EMAIL, builders.email(1).raw)
    assert "value" not in row
    entry = Entry.objects.get(action="signals.exported")
    assert (entry.subject, entry.actor) == (member.public_id, actor.id)
    assert entry.facts == {
        "number": 1, "with_values": False, "reason": "", "shape": "csv", "kind": "", "status": "", "harm": "",
    }  # fmt: skip
    assert not Receipt.objects.filter(signal=mine).exists()


def test_plain_values_are_for_those_who_may_reveal_one_for_a_reason(member: Organisation) -> None:
    builders.submitted(member, builders.email(1))
    asked = {"with_values": True, "reason": RevealReason.AUTHORITY}
    actor = builders.actor(member, Role.ANALYST)

    [row] = table(export(actor, **asked))

    assert row["value"] == builders.email(1).raw
    assert "masked" not in row
    assert Entry.objects.get(action="signals.exported").facts["reason"] == "authority"
    with pytest.raises(Invalid) as refusal:
        export(actor, with_values=True, reason="curious")
    assert refusal.value.field == "reason"
    with pytest.raises(NotProven):
        export(replace(actor, is_proven=False), **asked)
    with pytest.raises(NotAllowed):
        export(builders.actor(member, Role.MEMBER_ADMIN), **asked)
    assert Entry.objects.filter(action="signals.exported").count() == 1


def test_plain_values_have_a_daily_budget_and_beyond_it_others_are_told(
    member: Organisation, settings: Settings
) -> None:
    settings.EXPORTED_VALUES_PER_DAY = 3
    for number in range(2):
        builders.submitted(member, builders.email(number))
    actor = builders.actor(member, Role.REVIEWER)
    asked = {"with_values": True, "reason": RevealReason.AUTHORITY}
    export(actor, **asked)

    for _again in range(2):
        with pytest.raises(Spent, match="At most 3 plain values are exported in a day"):
            export(actor, **asked)

    assert len(table(export(actor))) == 2, "masked ones are not counted"
    assert len(table(export(actor, wanted=Wanted(status="active"), **asked))) == 0
    assert Entry.objects.get(action="export.budget_spent").subject == actor.id
    assert Outbox.objects.filter(task="signals.tell_of_spent_budget").count() == 1


@pytest.mark.parametrize("role", [Role.STEWARD, Role.AUDITOR])
def test_the_programme_exports_no_signals_of_members(member: Organisation, role: Role) -> None:
    builders.active(member)

    with pytest.raises(NotAllowed):
        export(builders.actor(builders.programme(), role))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), 3),
        (Wanted(kind="sha256"), 1),
        (Wanted(status="submitted"), 2),
        (Wanted(harm="travel"), 1),
        (Wanted(kind="email", harm="travel", status="submitted"), 1),
        (Wanted(kind="url"), 0),
    ],
)
def test_an_export_is_narrowed_by_closed_words(member: Organisation, wanted: Wanted, found: int) -> None:
    builders.active(member, builders.email(1))
    builders.submitted(member, builders.file_hash(1))
    builders.submitted(member, builders.email(2), says=statement(harm="travel"))
    actor = builders.actor(member, Role.SUBMITTER)

    assert len(table(export(actor, wanted=wanted))) == found
    assert Entry.objects.get(action="signals.exported").facts["number"] == found


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("kind", {"wanted": Wanted(kind="a@example.org")}),
        ("status", {"wanted": Wanted(status="x")}),
        ("harm", {"wanted": Wanted(harm="x")}),
        ("shape", {"shape": "xlsx"}),
    ],
)
def test_other_words_are_refused_and_not_recorded(member: Organisation, field: str, asked: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refusal:
        export(builders.actor(member, Role.SUBMITTER), **asked)

    assert refusal.value.field == field
    assert not Entry.objects.exists()


def test_no_cell_can_be_taken_for_a_formula(member: Organisation) -> None:
    builders.submitted(member, says=statement(outward_note="=1+1", inward_note="'+2"))

    [row] = table(export(builders.actor(member, Role.SUBMITTER)))

    assert (row["outward_note"], row["inward_note"]) == ("'=1+1", "''+2")


def test_lines_of_json_say_the_same(member: Organisation) -> None:
    builders.submitted(member, says=statement(behaviours=(Behaviour.POSES, Behaviour.MOVES), outward_note="=1"))

    found = json.loads(export(builders.actor(member, Role.SUBMITTER), shape="jsonl"))

    assert (found["behaviours"], found["outward_note"], found["owner_named"]) == (["poses", "moves"], "=1", "yes")


def test_an_export_reads_some_signals_at_a_time(member: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = builders.actor(member, Role.SUBMITTER)
    counts = []
    for numbers in (range(1), range(1, 5)):
        for number in numbers:
            builders.submitted(member, builders.email(number))
        with CaptureQueriesContext(connection) as asked:
            assert len(table(export(actor))) == numbers.stop
        counts.append(len(asked))
    monkeypatch.setattr(exports, "AT_ONCE", 2)

    assert counts[0] == counts[1]
    assert len(table(export(actor))) == 5


# There and back

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60)


@given(TEXTS)
def test_a_cell_that_was_made_safe_is_read_back(text: str) -> None:
    assert cells.plain(cells.safe(text)) == text
    assert not cells.safe(text).startswith(cells.FORMULA)


VALUES = st.one_of(
    st.integers(0, 30).map(builders.email),
    st.integers(0, 30).map(builders.file_hash),
    st.integers(0, 9).map(lambda number: Item(Kind.USERNAME, f"some_body{number}", service="kestrel")),
    st.integers(0, 9).map(lambda number: Item(Kind.URL, f"https://somewhere.example.org/{number}?x=%22,;\t")),
    st.sampled_from(["=purple lantern", "-purple, lantern", '@purple; "lantern"', "+++ lantern +++"]).map(
        lambda text: Item(Kind.KEYWORD, text)
    ),
    st.integers(1, 9).map(lambda number: Item(Kind.PDQ, f"{number}bc8f0e2" * 8, quality=80)),
)


@examples(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    items=st.lists(VALUES, min_size=1, max_size=5, unique_by=lambda item: (item.kind, item.raw)),
    notes=TEXTS,
    shape=st.sampled_from(["csv", "jsonl"]),
)
def test_what_was_exported_is_shared_already_when_it_is_imported(items: list[Item], notes: str, shape: str) -> None:
    member = builders.member("Harbourline")
    with acting_as(CLOCK):
        Signal.objects.update(status="cancelled", ended_at=NOW, current_version=None)
    for item in items:
        builders.submitted(member, item, says=statement(outward_note=notes, inward_note=notes))
    actor = builders.actor(member, Role.SUBMITTER)

    content = export(actor, wanted=Wanted(status="submitted"), shape=shape, with_values=True, reason="review")

    found = checked(member, content.encode(), defaults={})
    assert list(verdicts(found).values()) == [Verdict.EXISTS] * len(items)
