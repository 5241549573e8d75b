"""The pages that are measured, and who opens them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lantern_site.members.lifecycle import MemberKind
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from signals.models import Signal
from tests import builders
from tests.load.pages.filling import Cast, Sizes, value_of

MEMBERS = 40
BOOKKEEPING = ("SAVEPOINT", "set_config", "RELEASE")


def assemble() -> Cast:
    """Members with somebody who acts for each; the people who browse come later."""
    builders.programme()
    members = [builders.organisation(f"Member {number:02}", MemberKind.PLATFORM) for number in range(MEMBERS)]
    people = [builders.person(member, Role.SUBMITTER, Role.REVIEWER) for member in members]
    return Cast(members, people, builders.everyone().pk)


@dataclass(frozen=True)
class Page:
    """One page: who opens it, and its address; every time another one where that is how people use it."""

    name: str
    client: Client
    address: Callable[[Random], str]
    asked: Mapping[str, str] | None = None
    """What is sent with it, where it is asked by POST."""

    def open(self, dice: Random) -> None:
        address = self.address(dice)
        response = self.client.get(address) if self.asked is None else self.client.post(address, self.asked)
        assert response.status_code == 200, f"{self.name} answers {response.status_code}"

    def queries(self, dice: Random) -> int:
        with CaptureQueriesContext(connection) as captured:
            self.open(dice)
        return sum(not any(word in query["sql"] for word in BOOKKEEPING) for query in captured)


def pages(cast: Cast, sizes: Sizes) -> list[Page]:
    """The pages of a filled hub, whose connection must be the current one."""
    own, quiet = cast.members[0], builders.organisation("Quiet", MemberKind.PLATFORM)
    reviewer, analyst = _browser(own, Role.REVIEWER), _browser(own, Role.ANALYST)
    steward, auditor = _browser(builders.programme(), Role.STEWARD), _browser(builders.programme(), Role.AUDITOR)
    admin, newcomer = _browser(own, Role.MEMBER_ADMIN), _browser(quiet, Role.MEMBER_ADMIN, Role.REVIEWER)
    old = sizes.signals - sizes.waiting

    def shared(dice: Random) -> str:
        return reverse("reviews:signal", args=[1_000_000 + 7 * dice.randint(1, old)])

    def fixed(name: str, query: str = "") -> Callable[[Random], str]:
        return lambda _dice: reverse(name) + query

    def waiting(dice: Random) -> str:
        return reverse("reviews:signal", args=[1_000_000 + 7 * dice.randint(old + 1, sizes.signals)])

    def after(_dice: Random) -> str:
        middle = Signal.objects.filter(pk=sizes.signals - sizes.waiting // 2).values_list("public_id", flat=True).get()
        return reverse("reviews:queue") + f"?after={middle}"

    return [
        Page("home of a reviewer", reviewer, fixed("reviews:home")),
        Page("home of a steward", steward, fixed("reviews:home")),
        Page("home of an analyst", analyst, fixed("reviews:home")),
        Page("queue of a reviewer", reviewer, fixed("reviews:queue")),
        Page("queue of a steward", steward, fixed("reviews:queue")),
        Page("signal to review", reviewer, waiting),
        Page("signal for a steward", steward, shared),
        Page("signal of another member", analyst, shared),
        Page("leads", analyst, fixed("reviews:leads")),
        Page("list", analyst, fixed("signals:list")),
        Page("list of a steward", steward, fixed("signals:list")),
        Page("list of a newcomer's own", newcomer, fixed("signals:list", "?whose=own")),
        Page("search by kind and harm", analyst, fixed("signals:list", "?kind=keyword&harm=other")),
        Page("search by status", analyst, fixed("signals:list", "?status=held")),
        Page("search for nothing", analyst, fixed("signals:list", "?status=returned&harm=tools")),
        Page("search for flags", analyst, fixed("signals:list", "?flag=mixed&whose=others")),
        Page("search by day, due first", analyst, fixed("signals:list", "?until=2025-01-01&sort=due")),
        Page("search for a value", analyst, fixed("signals:find"), {"kind": "md5", "value": value_of(12)}),
        Page("ledger", auditor, fixed("transparency:ledger")),
        Page("ledger of a member", admin, fixed("transparency:ledger")),
        Page("ledger of a newcomer", newcomer, fixed("transparency:ledger")),
        Page("ledger by action", auditor, fixed("transparency:ledger", "?action=signal.revealed")),
        Page("ledger of a day", auditor, fixed("transparency:ledger", "?since=2025-03-01&until=2025-03-02")),
    ]


def _browser(of: Organisation, *held: Role) -> Client:
    client = Client()
    builders.sign_in(client, builders.person(of, *held))
    return client
