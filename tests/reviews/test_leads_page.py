"""The list of leads: its order, its pages, and the leads of one job."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.lifecycle import Suspension
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from reviews.models import Finding
from reviews.views import leads as pages
from signals import candidates
from signals.leads import reference_digest
from signals.models import MatchJob, Signal
from signals.services import jobs
from signals.services.jobs import Plan
from tests import builders
from tests.builders import NOW
from tests.reviews.browsing import MOST_QUERIES, queries

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
        plan=Plan(label, "accounts_under_review", "account_data"),
        candidates=candidates.parse("\n".join(builders.email(number).raw for number in numbers)).candidates,
        actor=builders.actor(member, Role.ANALYST),
        now=NOW,
    )
    builders.run_job(job)
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


# Piles


def hash_job(member: Organisation, *lines: str) -> MatchJob:
    job = jobs.start(
        plan=Plan("Hashes", "new_uploads", "public"),
        candidates=candidates.parse("\n".join(lines)).candidates,
        actor=builders.actor(member, Role.ANALYST),
        now=NOW,
    )
    return builders.run_job(job)


def test_leads_lie_on_piles_by_what_was_hit(
    kestrel: Organisation, analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    hashes = [builders.file_hash(number) for number in range(3)]
    for item in hashes:
        builders.active(builders.member(), item)
    hash_job(kestrel, *(f"sha256:{hashes[number].raw}" for number in (0, 1, 0, 2, 0)))
    url = f"{reverse('reviews:leads')}?by=hash"

    first = analyst.get(url).context
    second = analyst.get(first["older_url"]).context

    assert [pile["size"] for pile in (*first["leads"], *second["leads"])] == [3, 1, 1]
    assert rows(analyst, first["leads"][0]["pile_url"]) == [5, 3, 1]


def test_leads_lie_on_piles_by_the_members_own_reference(kestrel: Organisation, analyst: Client) -> None:
    hashes = [builders.file_hash(number) for number in range(3)]
    for item in hashes:
        builders.active(builders.member(), item)
    lines = [
        f"sha256:{item.raw}{reference}" for item, reference in zip(hashes, ("\tcase 7", "", "\tcase 7"), strict=True)
    ]
    hash_job(kestrel, *lines)

    piles = analyst.get(f"{reverse('reviews:leads')}?by=reference").context["leads"]

    assert [(pile["reference"], pile["size"]) for pile in piles] == [("case 7", 2), ("", 1)]
    assert [rows(analyst, pile["pile_url"]) for pile in piles] == [[3, 1], [2]]


def test_the_same_reference_of_another_member_has_another_digest() -> None:
    assert reference_digest(1, "case 7") != reference_digest(2, "case 7")
    assert reference_digest(1, "case 7") == reference_digest(1, "case 7")


@pytest.mark.parametrize(("query", "expected"), [
    ("kind=email", [1]),
    ("kind=sha256", [2]),
    ("match=near", []),
    ("severity=4", []),
    ("severity=9", [2, 1]),
])  # fmt: skip
def test_leads_are_narrowed(query: str, expected: list[int], kestrel: Organisation, analyst: Client) -> None:
    builders.active(builders.member(), builders.email(1))
    builders.active(builders.member(), builders.file_hash(1))
    job = jobs.start(
        plan=Plan("Both", "accounts_under_review", "account_data"),
        candidates=candidates.parse(f"{builders.email(1).raw}\nsha256:{builders.file_hash(1).raw}").candidates,
        actor=builders.actor(kestrel, Role.ANALYST),
        now=NOW,
    )
    builders.run_job(job)

    assert rows(analyst, f"{reverse('reviews:leads')}?{query}") == expected


@pytest.mark.parametrize("by", ["", "hash", "reference"])
def test_the_list_asks_as_often_for_many_leads_as_for_one(by: str, kestrel: Organisation, analyst: Client) -> None:
    url = f"{reverse('reviews:leads')}?by={by}"
    for number in range(9):
        builders.active(builders.member(), builders.email(number))
    job_of(kestrel, 0)
    few = queries(analyst, url)
    job_of(kestrel, *range(1, 9))

    assert queries(analyst, url) <= few <= MOST_QUERIES


# Several at once, and back


FINDING = {"outcome": "no_violation", "policy_version": "2026-02", "attribution": "not", "looks_wrong": "no"}


def chosen(client: Client, *rows_chosen: int) -> str:
    leads = client.get(reverse("reviews:leads")).context["leads"]
    ids = [lead["shown_id"] for lead in leads if not rows_chosen or lead["row_number"] in rows_chosen]
    return f"{reverse('reviews:leads_together')}?{urlencode({'lead': ids}, doseq=True)}"


def test_what_will_be_written_is_shown_before_it_is(kestrel: Organisation, analyst: Client) -> None:
    shared, other = builders.file_hash(1), builders.email(1)
    for item in (shared, other):
        builders.active(builders.member(), item)
    job_of(kestrel, 1)
    hash_job(kestrel, *[f"sha256:{shared.raw}"] * 3)
    url = chosen(analyst)

    shown = analyst.post(url, FINDING)
    with acting_as(Actor.clock()):
        before = Finding.objects.count()
    done = analyst.post(url, FINDING | {"confirmed": "1"})

    assert (shown.status_code, before) == (200, 0)
    assert (shown.context["count"], shown.context["findings"]) == (4, 2)
    assert "2 findings, each with these answers" in shown.content.decode()
    assert done.status_code == 302
    with acting_as(Actor.clock()):
        assert sorted(Finding.objects.values_list("hits", flat=True)) == [1, 3]
    assert analyst.get(url).status_code == 404


def test_what_does_not_fit_is_said_before_anything_is_written(kestrel: Organisation, analyst: Client) -> None:
    builders.active(builders.member(), builders.email(1))
    job_of(kestrel, 1)

    answer = analyst.post(chosen(analyst), FINDING | {"outcome": "violation", "own_evidence": "on"})

    assert answer.status_code == 422
    assert answer.context["will_be_written"] == []
    assert "actions" in answer.context["form"].errors


def test_a_finding_can_be_taken_back_from_the_list(kestrel: Organisation, analyst: Client) -> None:
    builders.active(builders.member(), builders.email(1))
    job_of(kestrel, 1)
    analyst.post(chosen(analyst), FINDING | {"confirmed": "1"})
    [finding] = analyst.get(reverse("reviews:leads")).context["just_recorded"]

    analyst.post(reverse("reviews:withdraw_finding", args=[finding.public_id]))

    assert rows(analyst, reverse("reviews:leads")) == [1]


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
