"""Pages that everybody may read: published editions, their data, and how they are made."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lantern_site.pages import public, site_nav
from transparency import disclosure, exports, figures, metrics, report
from transparency.dimensions import MARKS
from transparency.models import Edition


@require_safe
@public
def editions(request: HttpRequest) -> HttpResponse:
    return _page(request, "transparency/editions.html", {"editions": Edition.objects.published()})


@require_safe
@public
def edition(request: HttpRequest, year: int) -> HttpResponse:
    found, before = _published(year), Edition.objects.published().of_year(year - 1).first()
    page = report.page_of(found.document, before.document if before else None)
    return _page(request, "transparency/report.html", {"edition": found, "page": page})


@require_safe
@public
def data_json(request: HttpRequest, year: int) -> HttpResponse:
    """The bytes whose SHA-256 stands in the ledger, and that `manage.py generate_report` prints."""
    return _file(figures.canonical(_published(year).document), "application/json", f"lantern-report-{year}.json")


@require_safe
@public
def data_csv(request: HttpRequest, year: int) -> HttpResponse:
    content = exports.csv_of(_published(year).document).encode()
    return _file(content, "text/csv; charset=utf-8; header=present", f"lantern-report-{year}.csv")


@require_safe
@public
def method(request: HttpRequest) -> HttpResponse:
    dictionary = [
        (_("Key figures"), metrics.KEY_FIGURES),
        (_("Breakdowns"), metrics.TABLES),
    ]
    context = {"dictionary": dictionary, "rules": disclosure.DEFAULT, "marks": MARKS.items()}
    return _page(request, "transparency/method.html", context)


def _published(year: int) -> Edition:
    found = Edition.objects.published().of_year(year).first()
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context | {"site_nav": site_nav(request.path)})


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
