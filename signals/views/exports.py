"""The own signals, taken away as a file."""

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from lantern_site.audit.access import acting_as
from lantern_site.errors import NotProven, Refusal
from lantern_site.members.policies import permits
from lantern_site.pages import PageRequest, signed_in, status_of
from signals import exports, forms, policies
from signals.exports import Shape
from signals.services import exports as services


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def export(request: PageRequest) -> HttpResponseBase:
    """GET shows the form, with the filters of the list that somebody came from; POST answers with the file."""
    if request.method != "POST":
        return _page(
            request, forms.Export(initial={name: request.GET.get(name, "") for name in forms.Export.base_fields})
        )
    form, status, needs_proof = forms.Export(request.POST), 422, False
    if form.is_valid():
        given = form.cleaned_data
        try:
            lines = services.export(
                wanted=form.wanted(),
                shape=given["shape"],
                with_values=given["with_values"],
                reason=given["reason"],
                actor=request.actor,
                now=request.now,
            )
        except Refusal as refusal:
            form.refuse(refusal)
            status, needs_proof = status_of(refusal), isinstance(refusal, NotProven)
        else:
            shape = Shape(given["shape"])
            response = StreamingHttpResponse(lines, content_type=exports.CONTENT_TYPES[shape])
            name = f"lantern-signals-{request.now:%Y-%m-%d}.{shape}"
            response["Content-Disposition"] = f'attachment; filename="{name}"'
            return response
    with acting_as(request.actor):
        return _page(request, form, status, needs_proof=needs_proof)


def _page(request: PageRequest, form: forms.Export, status: int = 200, *, needs_proof: bool = False) -> HttpResponse:
    context = {
        "form": form,
        "permission": permits(policies.may_export, request.actor, with_values=False),
        "revealing": permits(policies.may_export, request.actor, with_values=True),
        "needs_proof": needs_proof,
    }
    return render(request, "signals/export.html", context, status=status)
