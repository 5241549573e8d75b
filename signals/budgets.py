"""Budgets for a day (UTC): without them a person who sees plain values, or a stolen key that guesses, empties the hub.

What is used is counted in rows, so that neither a restart nor a lost broker gives a new budget.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lantern_site.audit.actors import Actor
from lantern_site.errors import Spent
from lantern_site.members.models import Organisation
from signals.models import Spending

Kind = Spending.Kind


@dataclass(frozen=True)
class Budget:
    """What `holder` (a public id) may use in a day, and what is said beyond it; %(most)s is the number."""

    kind: Kind
    holder: int
    most: int
    sentence: str | Promise


def of_reveals(actor: Actor) -> list[Budget]:
    sentence = _(
        "You have seen %(most)s plain values today: that is the daily budget. The admins of your organisation and the "
        "programme are told. It begins anew at midnight UTC."
    )
    return [Budget(Kind.REVEAL, actor.id, settings.REVEALS_PER_DAY, sentence)]


def of_exports(actor: Actor) -> list[Budget]:
    """Larger than that of reveals: the values are those that the own organisation has at home."""
    sentence = _(
        "At most %(most)s plain values are exported in a day by one person. The admins of your organisation and the "
        "programme are told. Narrow the export, or go on after midnight UTC."
    )
    return [Budget(Kind.EXPORT, actor.id, settings.EXPORTED_VALUES_PER_DAY, sentence)]


def of_lookups(actor: Actor, organisation: Organisation) -> list[Budget]:
    own = _(
        "At most %(most)s values are looked up in a day with one key or by one person. Ask for the rest after midnight "
        "UTC, or run a match job."
    )
    together = _(
        "Your organisation looks up at most %(most)s values in a day. Ask for the rest after midnight UTC, or run a "
        "match job."
    )
    return [
        Budget(Kind.LOOKUP, actor.id, settings.LOOKUPS_PER_DAY, own),
        Budget(Kind.LOOKUP, organisation.public_id, settings.LOOKUPS_PER_DAY_OF_MEMBER, together),
    ]


def check(budgets: Sequence[Budget], amount: int, now: datetime) -> None:
    """Raise Spent when there is less than `amount` left; nothing is counted, and nobody has to wait."""
    for budget in budgets:
        used = Spending.objects.filter(kind=budget.kind, holder=budget.holder, on=_day(now)).values_list("used").first()
        if (used[0] if used else 0) + amount > budget.most:
            raise _spent(budget, now)


def spend(budgets: Sequence[Budget], organisation_id: int, amount: int, now: datetime) -> None:
    """Count `amount`, or raise Spent. Late in a transaction: others who spend the same wait until it ends."""
    for budget in budgets:
        of_today = Spending.objects.filter(kind=budget.kind, holder=budget.holder, on=_day(now))
        left = of_today.filter(used__lte=budget.most - amount)
        if left.update(used=F("used") + amount):
            continue
        row_of(budget.kind, budget.holder, organisation_id, now)
        if not left.update(used=F("used") + amount):
            raise _spent(budget, now)


def row_of(kind: Kind, holder: int, organisation_id: int, now: datetime) -> Spending:
    """The row of the day, made if there was none."""
    row = Spending(kind=kind, holder=holder, on=_day(now), organisation_id=organisation_id)
    Spending.objects.bulk_create([row], ignore_conflicts=True)
    return Spending.objects.get(kind=kind, holder=holder, on=row.on)


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _spent(budget: Budget, now: datetime) -> Spent:
    tomorrow = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    return Spent(budget.sentence % {"most": f"{budget.most:,}"}, int((tomorrow - now).total_seconds()) + 1)
