"""Editions that restate earlier ones: what differs, why, who says so, and what stays hidden."""

import pytest
from django.db import DatabaseError, transaction

from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.roles import Role
from tests import builders
from tests.builders import NOW
from tests.transparency import editions, ledger
from transparency import comparison, figures, services, statements
from transparency.disclosure import Cell, grid, protect
from transparency.models import Edition, Restatement

pytestmark = pytest.mark.django_db
REASON = "An appeal that was decided in February replaced the first decision."


def actor(*held: Role) -> Actor:
    return builders.person(builders.programme(), *held).actor(NOW, is_proven=True)


def computed(by: Actor) -> Edition:
    return editions.computed(by)


def published(edition: Edition, by: Actor | None = None) -> Edition:
    return editions.published(edition, by or actor(Role.PUBLISHER))


def explained(edition: Edition, by: Actor, metric: str = "disputes_upheld") -> Restatement:
    return services.explain(edition_id=edition.public_id, metric=metric, reason=REASON, actor=by, now=NOW)


def restated(by: Actor) -> Edition:
    """A year with a published edition, and a draft in which an appeal has turned one decision."""
    subject = ledger.dispute(ledger.day(5), ledger.MEMBERS[0])
    ledger.happened(ledger.day(9), "dispute.decided", subject, result="upheld", state="decided")
    published(computed(by))
    ledger.happened(ledger.day(400), "dispute.appeal_decided", subject, result="not_upheld", state="closed")
    return computed(by)


def test_a_second_edition_notes_what_it_restates() -> None:
    edition = restated(actor(Role.EDITOR))

    found = {one.metric: one.changes for one in edition.restatements.all()}
    assert found["disputes_upheld"] == [{"row": "", "column": "", "old": 1, "new": 0}]
    assert edition.restates is not None
    assert (edition.number, edition.restates.number) == (2, 1)


def test_nothing_is_restated_without_a_reason() -> None:
    editor = actor(Role.EDITOR)
    edition = restated(editor)

    with pytest.raises(WrongState, match="say why each changed figure"):
        published(edition)
    for one in edition.restatements.all():
        explained(edition, editor, one.metric)
    published(edition)

    assert Edition.objects.published().of_year(2025).count() == 2


def test_what_was_restated_keeps_its_values_reason_and_approver() -> None:
    editor, publisher = actor(Role.EDITOR), actor(Role.PUBLISHER)
    edition = restated(editor)
    for one in edition.restatements.all():
        explained(edition, editor, one.metric)

    published(edition, publisher)

    kept = Restatement.objects.select_related("explained_by", "approved_by").get(metric="disputes_upheld")
    assert kept.explained_by is not None
    assert kept.approved_by is not None
    assert (kept.reason, kept.explained_by.public_id, kept.approved_by.public_id) == (REASON, editor.id, publisher.id)
    entries = Entry.objects.about("edition", edition.public_id).filter(action="edition.restated")
    assert "disputes_upheld" in [entry.facts["metric"] for entry in entries]
    for change in (kept.delete, kept.save, edition.save):
        with pytest.raises(DatabaseError, match="what was published is kept"), transaction.atomic():
            change()


def test_whoever_gave_a_reason_does_not_approve_it() -> None:
    editor, both = actor(Role.EDITOR), actor(Role.EDITOR, Role.PUBLISHER)
    edition = restated(editor)
    for one in edition.restatements.all():
        explained(edition, both, one.metric)

    with pytest.raises(NotAllowed, match="Somebody else"):
        published(edition, both)


def test_only_an_editor_says_why_and_says_something() -> None:
    editor = actor(Role.EDITOR)
    edition = restated(editor)
    before = Entry.objects.count()

    with pytest.raises(NotAllowed):
        explained(edition, actor(Role.PUBLISHER))
    with pytest.raises(Invalid, match="Say why"):
        services.explain(edition_id=edition.public_id, metric="disputes_upheld", reason=" ", actor=editor, now=NOW)
    with pytest.raises(Hidden):
        explained(edition, editor, "signals_shared")
    assert Entry.objects.count() == before


def test_an_edition_in_which_nothing_differs_is_not_published() -> None:
    editor = actor(Role.EDITOR)
    published(computed(editor))
    again = computed(editor)

    with pytest.raises(WrongState, match="Nothing differs"):
        published(again)


def test_a_reason_stays_while_what_it_explains_stays() -> None:
    editor = actor(Role.EDITOR)
    edition = restated(editor)
    explained(edition, editor)

    services.compute(edition_id=edition.public_id, actor=editor, now=NOW)

    assert edition.restatements.get(metric="disputes_upheld").reason == REASON


def test_what_an_edition_hid_stays_hidden_in_the_next() -> None:
    editor = actor(Role.EDITOR)
    for number, owner in enumerate(ledger.MEMBERS[:2]):
        ledger.signal(ledger.day(3 + number), owner, kind="email")
    first = computed(editor)
    published(first)
    hidden = {place for place, value in figures.values_of(first.document).items() if value == "c"}
    assert hidden

    said = statements.of_edition(first.public_id)
    second = figures.computed(2025, first.position, bytes(first.root), earlier=[first.document], stated=said)

    values = figures.values_of(second.document)
    assert {place for place, value in values.items() if value == "c"} >= hidden
    assert comparison.changes(first.document, second.document) == {}


def test_what_was_shown_before_does_not_give_away_what_is_restated() -> None:
    """One decision turns: its cell cannot hide behind noughts that everybody has read, so the whole table is hidden."""
    edition = restated(actor(Role.EDITOR))

    table = next(one for one in edition.document["tables"] if one["id"] == "disputes_by_reason_and_conclusion")
    assert {value for row in table["cells"][:-1] for value in row} == {"c"}
    assert "c" not in table["cells"][-1]


def test_what_is_kept_hidden_is_hidden_though_nothing_in_it_is_sensitive() -> None:
    cells = [[Cell(dict.fromkeys(range(5), 10)) for _column in range(2)] for _row in range(2)]
    rows = [[*row, Cell(dict.fromkeys(range(5), 20))] for row in cells]
    total = [Cell(dict.fromkeys(range(5), 20))] * 2 + [Cell(dict.fromkeys(range(5), 40))]

    assert protect(grid([*rows, total]), kept=frozenset({0, 1, 3, 4})) == {0, 1, 3, 4}
