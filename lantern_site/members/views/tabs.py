"""The row of tabs over the pages of one organisation, and over the lists of the programme."""

from collections.abc import Iterable

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from lantern_site.members.models import Organisation
from lantern_site.pages import PageRequest

Tab = dict[str, object]


def tabs_of(request: PageRequest, found: Organisation) -> list[Tab]:
    """Where there is something to see for the actor. What has no route here yet is left out."""
    inside = request.actor.programme or found.pk == request.actor.organisation_id
    if not inside:
        return []
    places = [("members:organisation", _("Overview"))]
    if not found.is_programme:
        places += [("members:compliance", _("Law and compliance")), ("members:test_signal", _("Test signal"))]
    places += [("members:people", _("People")), ("members:keys", _("Keys")), ("members:communities", _("Communities"))]
    if request.actor.programme and not found.is_programme:
        places.append(("signals:standing", _("Suspend or part")))
    return _tabs(request, places, [found.public_id])


def tabs_of_lists(request: PageRequest) -> list[Tab]:
    """The lists that the programme keeps about members."""
    if not request.actor.programme:
        return []
    places = [
        ("members:directory", _("Members")),
        ("members:applications", _("Applications")),
        ("members:agreements", _("Agreement")),
        ("members:jurisdictions", _("Jurisdictions")),
    ]
    return _tabs(request, places, [])


def _tabs(request: PageRequest, places: Iterable[tuple[str, str]], arguments: list[object]) -> list[Tab]:
    urls = [(_address(name, arguments), label) for name, label in places]
    return [{"url": url, "label": label, "count": None, "current": url == request.path} for url, label in urls if url]


def _address(name: str, arguments: list[object]) -> str:
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
