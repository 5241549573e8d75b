"""The page that tells everybody how values become normal forms."""

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
        "site_nav": [{"url": (url := reverse(name)), "label": label, "current": url == request.path} for name, label in _SITE],
    }
    return render(request, "signals/normalisation.html", context)
