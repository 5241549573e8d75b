"""The page that tells everybody how values become normal forms."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lantern_site.pages import public, site_nav
from signals import specification
from signals.refusals import Reason


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
