"""The list of leads: its order, its pages, and the leads of one job."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.lifecycle import Suspension
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from reviews.views import leads as pages
from signals import candidates
from signals.models import MatchJob, Signal
from signals.services import jobs
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def kestrel() -> Organisation:
    return builders.member("Kestrel")


@pytest.fixture
def analyst(kestrel: Organisation) -> Client:
    client = Client()
    builders.sign_in(client, builders.person(kestrel, Role.ANALYST))
    return client


def job_of(member: Organisation, *numbers: int, label: str = "Weekly list") -> MatchJob:
    """A job that met the signals of these numbers, in this order."""
    job = jobs.start(
        label=label,
        purpose="accounts_under_review",
        surface="account_data",
        candidates=candidates.parse("\n".join(builders.email(number).raw for number in numbers)).candidates,
        actor=builders.actor(member, Role.ANALYST),
        now=NOW,
    )
    jobs.run_chunk(job.chunks.get().pk, holder="worker", now=NOW)
    return job


def rows(client: Client, url: str) -> list[int]:
    """The rows of the leads on all pages of the list, in order."""
    found: list[int] = []
    while url:
        context = client.get(url).context
        found += [lead["row_number"] for lead in context["leads"]]
        url = context["older_url"]
    return found


@pytest.mark.parametrize("careful", [[], [2], [1, 5], [1, 2, 3, 5]])
def test_every_lead_stands_on_one_page_whatever_is_under_caution(
    careful: list[int], kestrel: Organisation, analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    signals = [builders.active(builders.member(), builders.email(number)) for number in range(1, 6)]
    job_of(kestrel, 1, 2, 3, 4, 5)
    with acting_as(Actor.clock()):
        Signal.objects.filter(pk__in=[signals[row - 1].pk for row in careful]).update(caution=True)

    shown = rows(analyst, reverse("reviews:leads"))

    others = [row for row in range(5, 0, -1) if row not in careful]
    assert shown == [*sorted(careful, reverse=True), *others]


def test_the_leads_of_one_job_are_counted_alone_and_say_whose_they_are(kestrel: Organisation, analyst: Client) -> None:
    for number in (1, 2, 3):
        builders.active(builders.member(), builders.email(number))
    job_of(kestrel, 1, 2, label="Monday")
    job = job_of(kestrel, 3, label="Tuesday")

    answer = analyst.get(f"{reverse('reviews:leads')}?job={job.reference}")

    assert len(answer.context["leads"]) == 1
    assert answer.context["tabs"][0]["count"] == 1
    assert f"?job={job.reference}&amp;done=1" in answer.content.decode()
    assert "Only those of the job “Tuesday”." in answer.content.decode()


def test_the_leads_of_a_job_of_others_are_not_to_be_had(analyst: Client) -> None:
    strangers = job_of(builders.member("Quillwood"), 1)

    assert analyst.get(f"{reverse('reviews:leads')}?job={strangers.reference}").status_code == 404


@pytest.mark.parametrize("what", [Suspension.RECEIVE, Suspension.ALL])
def test_own_leads_stay_readable_while_nothing_is_received_and_take_a_finding(
    what: Suspension, kestrel: Organisation, analyst: Client
) -> None:
    signal = builders.active(builders.member(), builders.email(1))
    job_of(kestrel, 1)
    builders.suspend(kestrel, what)

    (lead,) = analyst.get(reverse("reviews:leads")).context["leads"]
    page = analyst.get(lead["url"]).content.decode()

    assert "does not see this signal at present" in page
    assert reverse("reviews:signal", args=[signal.public_id]) not in page
    assert analyst.get(reverse("reviews:signal", args=[signal.public_id])).status_code == 404
    found = {"outcome": "no_violation", "policy_version": "2026-02", "attribution": "not", "looks_wrong": "no"}
    assert analyst.post(lead["url"], found).status_code == 302
    assert len(analyst.get(reverse("reviews:leads") + "?done=1").context["leads"]) == 1


def test_a_lead_whose_signal_is_seen_leads_to_it(kestrel: Organisation, analyst: Client) -> None:
    signal = builders.active(builders.member(), builders.email(1))
    job_of(kestrel, 1)

    (lead,) = analyst.get(reverse("reviews:leads")).context["leads"]

    assert reverse("reviews:signal", args=[signal.public_id]) in analyst.get(lead["url"]).content.decode()
