"""What members say of their own figures, as rules and in the figures."""

import pytest

from tests.transparency import ledger
from transparency import counting, dimensions, figures, periods, statements
from transparency.layouts import Place
from transparency.metrics import DICTIONARY
from transparency.statements import Section, Statements

pytestmark = pytest.mark.django_db
FIRST, SECOND, SILENT = ledger.MEMBERS[:3]
VIOLATION: Place = ("findings_by_outcome", "violation", "")
ACCOUNTS: Place = ("actions_taken", "account_actioned", "")
REMOVED: Place = ("actions_taken", "content_removed", "")


def told() -> None:
    for member in (FIRST, SECOND, SILENT):
        ledger.takes_part(member, ledger.day(-100))
        for number in range(4):
            ledger.finding(ledger.day(100 + number), member, actions=["account_actioned"])
    ledger.finding(ledger.day(110), FIRST, "not_examined")
    ledger.signal(ledger.day(7), FIRST)
    ledger.job(ledger.day(8), FIRST, candidates=70, leads=3)


def tally() -> counting.Tally:
    (found,) = counting.count([counting.Cut(periods.of_year(2025), 10_000)])
    return found


def said(**corrected: dict[Place, int]) -> Statements:
    """Both of those that are not silent spoke; the first one corrects."""
    spoke = {section: {FIRST: corrected.get(section.value, {}), SECOND: {}} for section in Section}
    return Statements(position=10_001, asked=3, said=spoke)


def value(document: figures.Document, metric: str, row: str = "", column: str = "") -> dimensions.Value:
    return figures.values_of(document)[metric, row, column]


def computed(stated: Statements | None) -> figures.Document:
    return figures.computed(2025, 10_000, b"\0" * 32, stated=stated).document


def test_a_member_finds_what_it_adds_to_the_figures_and_nothing_of_others() -> None:
    told()

    own = {statements.place_of(one): one["value"] for one in statements.own_figures(tally(), FIRST)}

    assert own[VIOLATION] == own[ACCOUNTS] == own["leads_examined", "", ""] == 4
    assert own[REMOVED] == own["looks_wrong", "", ""] == 0
    assert own["shared_by_harm", "csam_verified", ""] == own["shared_by_month_and_kind", "2025-01", "sha256"] == 1
    assert (own["candidates_compared", "", ""], own["leads", "", ""]) == (70, 3)
    assert "members_by_kind" not in {place[0] for place in own}
    assert statements.disagreement(own) is None


def test_every_stated_figure_has_a_section_and_what_the_hub_records_has_none() -> None:
    told()
    own = statements.own_figures(tally(), FIRST)

    sections = {place: statements.section_at(place) for place in map(statements.place_of, own)}

    assert {section for place, section in sections.items() if place[0] == "actions_taken"} == {Section.ACTIONS}
    assert {place[0] for place, section in sections.items() if section is None} == {
        one["metric"] for one in own if one["metric"] in DICTIONARY and DICTIONARY[one["metric"]].source == "hub"
    }


def test_who_took_part_or_stated_something_is_asked() -> None:
    told()
    ledger.finding(ledger.day(120), 999)

    assert statements.participants(tally()) == {FIRST, SECOND, SILENT, 999}


def test_silence_is_left_out_and_a_correction_counts_instead_of_what_it_corrects() -> None:
    told()

    document = computed(said(actions={ACCOUNTS: 1, REMOVED: 30}))

    assert value(document, "findings") == 9
    assert value(document, "findings_examined") == value(document, "leads_examined") == 8
    assert [value(document, f"members_{name}") for name in ("asked", "reporting_findings", "reporting_actions")] == [
        3,
        2,
        2,
    ]
    stated = statements.applied(tally(), said(actions={ACCOUNTS: 1, REMOVED: 30})).tables["actions_taken"]
    assert stated.of("account_actioned") == {FIRST: 1, SECOND: 4}
    assert stated.of("content_removed") == {FIRST: 30}


def test_corrected_findings_are_corrected_in_every_sum() -> None:
    told()
    own = {statements.place_of(one): one["value"] for one in statements.own_figures(tally(), FIRST)}
    [by_kind] = [place for place, found in own.items() if place[0] == "looks_wrong_by_kind" and found == 4]
    fewer: dict[Place, int] = {
        VIOLATION: 2,
        by_kind: 2,
        ("findings_by_attribution", "decisive", ""): 2,
        ("findings_by_delay", "4h", ""): 2,
        ("looks_wrong", "", ""): 1,
        ("leads_examined", "", ""): 2,
    }

    document = computed(said(findings=fewer))

    assert [value(document, metric) for metric in ("findings", "findings_examined", "leads_examined")] == [7, 6, 6]
    assert value(document, "looks_wrong_share") == 16.7
    assert statements.disagreement(own | fewer) is None
    assert statements.disagreement(own | {VIOLATION: 2}) == (2, "findings_by_attribution", 4)


def test_when_nobody_speaks_nothing_is_reported_and_that_is_not_zero() -> None:
    told()

    document = computed(Statements(position=10_001, asked=3, said={section: {} for section in Section}))

    stated = [metric for metric in DICTIONARY.values() if metric.source == "members"]
    values = {place: one for place, one in figures.values_of(document).items() if DICTIONARY[place[0]] in stated}
    assert set(values.values()) == {".."}
    assert value(document, "members_reporting_findings") == 0


def test_a_member_that_had_nothing_reports_nought() -> None:
    ledger.takes_part(FIRST, ledger.day(-100))

    document = computed(said())

    assert value(document, "findings") == 0
    assert value(document, "actions_taken", "url_blocked", "items") == 0


def test_without_members_that_were_asked_figures_stand_as_they_were_recorded() -> None:
    told()

    document = computed(None)

    assert value(document, "findings") == 13
    assert value(document, "members_asked") == "-"
    assert document["attested"] is None
