"""An edition on paper: the whole report as PDF/UA, and a chapter for the annual report of a coalition as Markdown."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from transparency import report
from transparency.models import Edition
from transparency.rendering import Figure, Table

TEMPLATE = Path(__file__).parent / "report.typ"


def pdf(edition: Edition, language: str) -> bytes:
    """PDF/UA-1, the same bytes each time."""
    with translation.override(language), timezone.override("UTC"):
        data = json.dumps(_content(edition, language), ensure_ascii=False)
    made = typst.compile(
        str(TEMPLATE),
        format="pdf",
        font_paths=[str(settings.FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"data": data},
        pdf_standards=["ua-1"],
        timestamp=int((edition.published_at or edition.frozen_at).timestamp()),
    )
    assert isinstance(made, bytes)
    return made


def chapter(edition: Edition, language: str) -> bytes:
    """The key figures and findings as text for somebody else's report, with where they come from."""
    with translation.override(language), timezone.override("UTC"):
        return "\n".join(_chapter(edition)).encode()


def _chapter(edition: Edition) -> Iterator[str]:
    page = report.page_of(edition.document)
    year = {"year": page.year, "number": edition.number}
    yield f"# {_('Sharing signals between platforms in %(year)s') % year}\n"
    for figure in (page.recorded, page.stated):
        yield f"## {figure.title}\n"
        yield from _table(figure.table)
    yield f"## {_('Findings')}\n"
    for section in page.sections:
        yield from (f"- {figure.title} ({figure.unit}; {figure.source})" for figure in section.figures)
    yield f"\n{_('Source: Lantern, transparency report %(year)s, edition %(number)s.') % year} {_address(edition)}"
    yield f"{_('Signals are leads, never proof. The material itself is never here.')}\n"


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(table.head)} |"
    yield f"|{'---|' * len(table.head)}"
    yield from (f"| {' | '.join(row)} |" for row in table.rows)
    yield ""


def _address(edition: Edition) -> str:
    return f"{settings.SITE_URL}/reports/{edition.year}/{edition.number}/"


def _content(edition: Edition, language: str) -> dict[str, Any]:
    page = report.page_of(edition.document)
    return {
        "lang": language,
        "title": _("Transparency report %(year)s") % {"year": page.year},
        "subtitle": _subtitle(edition),
        "lead": _(
            "What member organisations shared with one another, what became of it, how fast it was reviewed, and how "
            "often it was wrong."
        ),
        "tiles": [[tile.value, tile.label, tile.note] for tile in page.tiles],
        "sections": [
            {"title": section.title, "text": section.text, "figures": [_figure(one) for one in section.figures]}
            for section in page.sections
        ],
        "numbers": {
            "title": _("All key figures"),
            "text": _(
                "Figures that the hub recorded itself and figures that members state stand apart, and are never added."
            ),
            "figures": [_figure(page.recorded), _figure(page.stated)],
        },
        "restated": _restated(edition),
        "method": {
            "title": _("Method"),
            "text": [
                _("All figures are computed from the hub's ledger, and from nothing else, up to entry %(position)s.")
                % {"position": edition.position},
                _("Root of the ledger's tree at that entry:"),
            ],
            "root": page.root,
            "limits": _(
                "Members act on their own services and under their own rules. The hub sees what they report back, not "
                "what they did."
            ),
            "address": _address(edition),
        },
    }


def _subtitle(edition: Edition) -> str:
    words = {"number": edition.number, "on": date_format(edition.published_at or edition.frozen_at, "j F Y")}
    return _("Edition %(number)s, published on %(on)s") % words if edition.published_at else _("Draft, not published")


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "title": figure.title,
        "unit": " · ".join(filter(None, (figure.unit, figure.source))),
        "chart": figure.chart.printed() if figure.chart else "",
        "head": figure.table.head,
        "rows": figure.table.rows,
        "note": figure.note,
    }


def _restated(edition: Edition) -> dict[str, Any] | None:
    found = report.restatements_of(edition)
    return {"title": _("What this edition restates"), "items": [[one.title, one.reason, one.lines] for one in found]}
