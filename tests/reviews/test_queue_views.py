"""Views of the queue under a name: one's own, and what colleagues share."""

import pytest
from django.urls import reverse

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.errors import Invalid
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from signals.models import SavedFilter
from signals.services import filters
from tests import builders
from tests.builders import NOW
from tests.reviews.browsing import enter, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

SAVE = reverse("reviews:save_view")
WORDS = {"tab": "unclaimed", "severity": "4"}


def kept() -> list[SavedFilter]:
    with acting_as(Actor.clock()):
        return list(SavedFilter.objects.all())


def test_a_view_is_saved_and_leads_back_to_its_filters(pixelpond: Organisation) -> None:
    client, _person = enter(pixelpond, Role.REVIEWER)
    builders.submitted(pixelpond)

    client.post(SAVE, {**WORDS, "name": "Critical and free"})
    page = client.get("/queue/?tab=unclaimed&severity=4")

    (view,) = page.context["views"]
    assert (view["name"], view["url"], view["current"]) == (
        "Critical and free",
        "/queue/?tab=unclaimed&severity=4",
        True,
    )
    assert [one.page for one in kept()] == [SavedFilter.Page.QUEUE]
    assert "Critical and free" not in text(client.get(reverse("signals:list")))


def test_colleagues_see_what_is_shared_and_others_never(pixelpond: Organisation, kestrel: Organisation) -> None:
    client, _person = enter(pixelpond, Role.REVIEWER)
    colleague, _colleague = enter(pixelpond, Role.REVIEWER)
    stranger, _stranger = enter(kestrel, Role.REVIEWER)
    client.post(SAVE, {**WORDS, "name": "Critical and free"})
    (view,) = kept()
    assert colleague.get("/queue/").context["views"] == []

    client.post(reverse("reviews:share_view", args=[view.public_id]), {"is_shared": "1"})

    assert [view["own"] for view in colleague.get("/queue/").context["views"]] == [False]
    assert stranger.get("/queue/").context["views"] == []
    assert colleague.post(reverse("reviews:delete_view", args=[view.public_id])).status_code == 403
    assert stranger.post(reverse("reviews:delete_view", args=[view.public_id])).status_code == 404
    client.post(reverse("reviews:delete_view", args=[view.public_id]))
    assert kept() == []


def test_a_view_is_renamed_and_a_refused_name_changes_nothing(pixelpond: Organisation) -> None:
    client, _person = enter(pixelpond, Role.REVIEWER)
    client.post(SAVE, {**WORDS, "name": "Critical and free"})
    address = reverse("reviews:rename_view", args=[kept()[0].public_id])

    renamed = client.post(address, {"name": "Before the break"})
    refused = client.post(address, {"name": ""}, follow=True)

    assert renamed["Location"] == "/queue/?tab=unclaimed&severity=4"
    assert "Give a name of at most" in text(refused)
    assert [one.name for one in kept()] == ["Before the break"]


def test_only_closed_words_of_the_queue_are_kept(pixelpond: Organisation) -> None:
    actor = builders.actor(pixelpond, Role.REVIEWER)

    for words in ({"q": "LN-00000-00000"}, {"severity": "9"}, {"whose": "own"}, {}):
        with pytest.raises(Invalid):
            filters.save(name="Mine", words=words, is_shared=False, page=SavedFilter.Page.QUEUE, actor=actor, now=NOW)
    assert kept() == []


def test_a_refused_name_leaves_the_queue_as_it_was(pixelpond: Organisation) -> None:
    client, _person = enter(pixelpond, Role.REVIEWER)

    page = client.post(SAVE, {**WORDS, "name": ""}, follow=True)

    assert "Give a name of at most" in text(page)
    assert page.redirect_chain[-1][0] == "/queue/?tab=unclaimed&severity=4"
