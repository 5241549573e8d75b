"""The page of a published edition: its tiles, its field of dots, and its sections."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lantern_site import charts
from lantern_site.charts import Chart
from transparency import metrics, rendering
from transparency.dimensions import Words
from transparency.figures import Document
from transparency.metrics import Source
from transparency.models import Edition
from transparency.rendering import Figure, Reading

DOTS = 450
"""About as many dots as the field on the cover has room for."""


ASKED: tuple[tuple[Words, Words, str], ...] = (
    (
        gettext_lazy("How much was shared?"),
        gettext_lazy(
            "%(signals_shared)s signals, %(signals_on_new_indicators)s of them on indicators that were new here."
        ),
        "shared",
    ),
    (
        gettext_lazy("Who takes part?"),
        gettext_lazy("%(members_taking_part)s members at the end of the year. %(members_sharing)s shared in it."),
        "members",
    ),
    (
        gettext_lazy("Does one member dominate?"),
        gettext_lazy("The share of the member that shared most lies here: %(largest_member_share)s."),
        "shared",
    ),
    (
        gettext_lazy("What became of it?"),
        gettext_lazy(
            "%(members_reporting_findings)s of %(members_asked)s members reported %(findings)s findings; of those "
            "after examination, %(violation_share)s led to action. Silence is not counted as none."
        ),
        "outcomes",
    ),
    (
        gettext_lazy("How fast is a signal reviewed?"),
        gettext_lazy("Half of the signals within this time: %(median_hours_to_first_review)s."),
        "speed",
    ),
    (
        gettext_lazy("How often was a signal wrong?"),
        gettext_lazy("%(retracted_as_wrong)s were retracted in the year. Of those shared in it: %(retracted_share)s."),
        "errors",
    ),
    (
        gettext_lazy("Can somebody object?"),
        gettext_lazy(
            "Members opened %(disputes_opened)s disputes. Upheld: %(disputes_upheld)s. Open: %(disputes_open)s."
        ),
        "errors",
    ),
    (
        gettext_lazy("What happens when a signal was wrong?"),
        gettext_lazy(
            "Everyone who received it is told: %(recalls_opened)s recalls. Overdue answers: "
            "%(acknowledgements_overdue)s."
        ),
        "errors",
    ),
    (
        gettext_lazy("Why are some numbers missing?"),
        gettext_lazy("They would say something about one member or one person. The method page has the rules."),
        "method",
    ),
    (
        gettext_lazy("How can I check this?"),
        gettext_lazy("Download everything, add it up again, and follow the ledger to a signed checkpoint."),
        "take",
    ),
)
"""What readers ask first, the answer in figures of the dictionary, and the section that says more."""


OF_THE_PROGRAMME = (
    "government_requests_by_subject",
    "government_requests_by_answer",
    "recommendations_by_status",
)


@dataclass(frozen=True)
class Tile:
    """Context of components/stat.html."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class DotField:
    """The drawing on the cover, and what one dot stands for."""

    chart: Chart
    caption: str


@dataclass(frozen=True)
class Section:
    id: str
    title: str
    text: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Question:
    """What readers ask first, answered with exact figures; `section` is where more stands."""

    asked: str
    answer: str
    section: str


@dataclass(frozen=True)
class Page:
    """What the template of a report shows."""

    year: str
    root: str
    tiles: tuple[Tile, ...]
    dots: DotField | None
    sections: tuple[Section, ...]
    recorded: Figure
    stated: Figure
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Restated:
    """One figure that an edition restates; `lines` say what it was and what it is."""

    metric: str
    title: str
    reason: str
    lines: list[str]


def restatements_of(edition: Edition) -> list[Restated]:
    """In the order in which the figures stand."""
    return [
        Restated(
            one.metric,
            str(metrics.DICTIONARY[one.metric].title) if one.metric in metrics.DICTIONARY else one.metric,
            one.reason,
            [rendering.change(one.metric, change) for change in one.changes],
        )
        for one in edition.restatements.order_by("pk")
    ]


def page_of(document: Document, earlier: Document | None = None) -> Page:
    """Everything on the page, in the language of the reader. `earlier` is the edition of the year before, if any."""
    reading = Reading(document)
    return Page(
        year=str(document["year"]),  # a number would be written 2,025
        root=document["root"],
        tiles=tuple(_tiles(reading, Reading(earlier) if earlier else None)),
        dots=_dots(reading),
        sections=tuple(_sections(reading)),
        recorded=rendering.key_figures(document, Source.HUB),
        stated=rendering.key_figures(document, Source.MEMBERS),
        questions=tuple(_questions(reading)),
    )


def _tiles(reading: Reading, earlier: Reading | None) -> Iterator[Tile]:
    figures = {
        "signals_shared": _("%(n)s on new indicators") % {"n": reading.shown("signals_on_new_indicators")},
        "violation_share": _("of findings after examination, as members state"),
        "median_hours_to_first_review": _("from submission, for half of the signals"),
        "retracted_share": _("%(n)s retracted in the year") % {"n": reading.shown("retracted_as_wrong")},
    }
    for name, note in figures.items():
        before = _("%(year)s: %(value)s") % {"year": earlier.year, "value": earlier.shown(name)} if earlier else ""
        yield Tile(str(metrics.DICTIONARY[name].title), reading.shown(name), before or note)


def _dots(reading: Reading) -> DotField | None:
    shared = int(reading.number("signals_shared"))
    if not shared:
        return None
    each = next(size for size in _sizes() if shared <= size * DOTS)
    sentence = ngettext(
        "Each dot is a signal. The lit ones corroborate what another member had shared.",
        "Each dot is %(n)s signals. The lit ones corroborate what another member had shared.",
        each,
    )
    lit = round(reading.number("signals_corroborating") / each)
    return DotField(
        charts.dots(math.ceil(shared / each), lit), sentence % {"n": rendering.shown(each, metrics.Unit.SIGNALS)}
    )


def _sizes() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50 … signals for one dot."""
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def _sections(reading: Reading) -> Iterator[Section]:
    yield Section(
        "shared",
        _("What was shared"),
        _(
            "Members shared identifiers and hashes, never content. A signal is a lead for another member to examine "
            "on its own service; it is not a finding against a person."
        ),
        (
            rendering.by_month(reading),
            rendering.by_kind(reading),
            rendering.ranking(reading, "shared_by_harm", _("Harm named most often: %(what)s")),
            rendering.ranking(reading, "shared_by_origin", _("Most signals began with: %(what)s")),
            rendering.ranking(reading, "shared_by_ai"),
            *_those(reading, "shared_by_lane", "shared_to_date_by_kind"),
        ),
    )
    yield Section(
        "outcomes",
        _("What became of it"),
        _(
            "A receiving member reviews each lead itself, under its own policy, and records what it found. These "
            "numbers are what members state; the hub cannot check them, and a member may have stated none."
        ),
        (
            rendering.ranking(reading, "findings_by_outcome", _("Most frequent outcome: %(what)s")),
            rendering.ranking(reading, "actions_taken", _("Action stated most often: %(what)s")),
            rendering.ranking(reading, "findings_by_attribution", _("Part that signals played most often: %(what)s")),
            *_those(reading, "not_examined_by_reason", "outcomes_by_cohort", "actions_to_date"),
        ),
    )
    yield Section(
        "speed",
        _("How fast"),
        _("Each severity has a target. The bar covers the middle half of signals; the dot is the median."),
        (
            rendering.reviews(reading),
            rendering.ranking(reading, "findings_by_delay", _("Most findings came: %(what)s")),
            *_those(reading, "acknowledgements_by_delay"),
        ),
    )
    yield from _sections_of_care(reading)


def _sections_of_care(reading: Reading) -> Iterator[Section]:
    """What went wrong, who answers for it, and who looks from outside."""
    yield Section(
        "errors",
        _("How often wrong"),
        _(
            "Any member can dispute a signal; somebody uninvolved decides. What is found wrong is retracted, and "
            "everyone who received it is told. The share of upheld disputes is not an error rate of signals."
        ),
        (
            rendering.figure(reading, "disputes_by_reason_and_conclusion", title=_disputes(reading)),
            rendering.ranking(reading, "retracted_by_reason", _("Reason for retraction named most often: %(what)s")),
            rendering.ranking(reading, "ended_by_way", _("Most signals that ended: %(what)s")),
            *_those(reading, "renewed_by_ground", "corrected_by_part", "looks_wrong_by_kind", "precision_by_kind"),
        ),
    )
    if rights := tuple(_those(reading, *OF_THE_PROGRAMME)):
        yield Section(
            "rights",
            _("Rights and outside eyes"),
            _("What authorities asked for and were answered, and what independent bodies recommended."),
            rights,
        )
    yield Section(
        "members",
        _("Who takes part"),
        _("Financial institutions receive signals and share none."),
        (rendering.figure(reading, "members_by_kind", title=_members(reading)),),
    )


def _those(reading: Reading, *names: str) -> Iterator[Figure]:
    """Tables under their own titles, as far as the edition has them: older ones were made with fewer."""
    for name in names:
        if reading.has(name):
            is_list = len(metrics.DICTIONARY[name].dimensions) == 1
            yield rendering.ranking(reading, name) if is_list else rendering.figure(reading, name)


def _disputes(reading: Reading) -> str:
    """Headline totals are exact, so that the sentence hides nothing and gives nothing away."""
    decided = int(reading.number("disputes_decided"))
    if not decided:
        return ""
    words = {"upheld": reading.shown("disputes_upheld"), "decided": reading.shown("disputes_decided")}
    return (
        ngettext(
            "%(upheld)s of %(decided)s decided dispute was upheld",
            "%(upheld)s of %(decided)s decided disputes were upheld",
            decided,
        )
        % words
    )


def _members(reading: Reading) -> str:
    count = int(reading.number("members_taking_part"))
    sentence = ngettext(
        "%(n)s member took part at the end of the year", "%(n)s members took part at the end of the year", count
    )
    return sentence % {"n": reading.shown("members_taking_part")}


def _questions(reading: Reading) -> Iterator[Question]:
    words = {metric.id: reading.shown(metric.id) for metric in metrics.KEY_FIGURES if reading.has(metric.id)}
    return (Question(str(question), str(answer) % words, section) for question, answer, section in ASKED)
