"""The page that tells everybody how values become normal forms."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from lantern_site.pages import public
from signals import specification
from signals.refusals import Reason

_SITE = (
    ("transparency:editions", _("Reports")),
    ("transparency:method", _("Method")),
    ("signals:normalisation", _("Normal forms")),
)


@require_safe
@public
def normalisation(request: HttpRequest) -> HttpResponse:
    context = {
        "version": specification.VERSION,
        "unicode": specification.UNICODE,
        "for_all": specification.FOR_ALL,
        "digest": specification.DIGEST,
        "rules": [(rule, specification.examples(rule.kind)) for rule in specification.RULES],
        "refusals": [(reason, specification.sentence(reason), reason in specification.AT_INTAKE) for reason in Reason],
        "vector_count": len(specification.vectors()),
        "site_nav": site_nav(request.path),
    }
    return render(request, "signals/normalisation.html", context)


def site_nav(path: str) -> list[dict[str, Any]]:
    """The links at the head of every public page. A test holds them equal to those of the reports, which lie above."""
    links = [(reverse(name), label) for name, label in _SITE]
    return [{"url": url, "label": label, "current": path.startswith(url)} for url, label in links]
