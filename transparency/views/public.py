"""The public site: published editions, their pages, their files and how to check them, and how figures come about."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lantern_site.audit.models import Checkpoint
from lantern_site.pages import public, site_nav
from transparency import checking, disclosure, exports, figures, metrics, package, report
from transparency.dimensions import MARKS
from transparency.models import Edition


@require_safe
@public
def editions(request: HttpRequest) -> HttpResponse:
    return _page(request, "transparency/editions.html", {"editions": Edition.objects.newest_of_years()})


@require_safe
@public
def edition(request: HttpRequest, year: int) -> HttpResponse:
    """The newest edition of a year."""
    return _report(request, _published(year))


@require_safe
@public
def one_edition(request: HttpRequest, year: int, number: int) -> HttpResponse:
    """An edition at the address that it keeps, restated since or not."""
    return _report(request, _published(year, number))


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
def file(request: HttpRequest, year: int, number: int, name: str) -> HttpResponse:
    found = _published(year, number)
    content = package.file_of(found, name)
    if content is None:
        raise Http404
    return _file(content, package.type_of(name), f"{package.name_of(found)}-{name}")


@require_safe
@public
def download(request: HttpRequest, year: int, number: int) -> HttpResponse:
    """Everything in one archive."""
    found = _published(year, number)
    return _file(package.zipped(package.files_of(found)), "application/zip", f"{package.name_of(found)}.zip")


@require_safe
@public
def verify(request: HttpRequest, year: int, number: int) -> HttpResponse:
    found = _published(year, number)
    context = {
        "edition": found,
        "checksums": package.files_of(found)[checking.CHECKSUMS].decode(),
        "checkpoint": Checkpoint.objects.filter(position__gte=found.position).order_by("position").first(),
        "root": bytes(found.root).hex(),
    }
    return _page(request, "transparency/verify_report.html", context)


@require_safe
@public
def method(request: HttpRequest) -> HttpResponse:
    dictionary = [
        (_("Key figures"), metrics.KEY_FIGURES),
        (_("Breakdowns"), metrics.TABLES),
    ]
    context = {"dictionary": dictionary, "rules": disclosure.DEFAULT, "marks": MARKS.items()}
    return _page(request, "transparency/method.html", context)


def _report(request: HttpRequest, found: Edition) -> HttpResponse:
    before = Edition.objects.published().of_year(found.year - 1).first()
    context = {
        "edition": found,
        "page": report.page_of(found.document, before.document if before else None),
        "restatements": report.restatements_of(found),
        "editions": Edition.objects.published().of_year(found.year),
        "pdf": f"report-{(get_language() or 'en')[:2]}.pdf",
        "chapter": f"chapter-{(get_language() or 'en')[:2]}.md",
    }
    return _page(request, "transparency/report.html", context)


def _published(year: int, number: int | None = None) -> Edition:
    editions = Edition.objects.published().of_year(year).select_related("restates")
    found = (editions if number is None else editions.filter(number=number)).first()
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context | {"site_nav": site_nav(request.path)})


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
