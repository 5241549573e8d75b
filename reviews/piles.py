"""Leads as lists and piles: one by one, or together by what was hit or by the member's own reference."""

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import BooleanField, CharField, Count, Expression, ExpressionWrapper, F, Func, Max, Q, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from signals import leads
from signals.kinds import BITS, AccountHolder, Kind
from signals.models import Lead, LeadQuerySet

CAREFUL = Q(signal__caution=True) | Q(signal__current_version__account_holder=AccountHolder.POSSIBLY_CHILD)
"""Leads that are easily taken for more than they are: under caution, or of an account that may be a child's."""

_SAME_ROW = Concat(Cast("job", CharField()), Value(":"), Cast("row", CharField()))
_REFERENCE = Func("reference_digest", Value("hex"), function="encode", output_field=CharField())
GROUPINGS: Mapping[str, Expression | F] = {"hash": F("indicator"), "reference": Coalesce(_REFERENCE, _SAME_ROW)}
"""By what leads are put together; those without a reference by the row that they came from."""

_CAREFUL_PLACE = "c"


def leads_of(actor: Actor) -> LeadQuerySet:
    """The own organisation's leads, with everything that a row shows and whether care is needed (`careful`)."""
    related = ("indicator__value", "signal__indicator__value", "signal__organisation", "signal__current_version")
    mine = Lead.objects.visible_to(actor).filter(organisation=actor.organisation_id)
    careful = ExpressionWrapper(CAREFUL, output_field=BooleanField())
    return mine.annotate(careful=careful).select_related(*related, "signal__submitted_by", "job")


def page(found: LeadQuerySet, before: str, size: int) -> list[Lead]:
    """Those to be careful with first, then the newest; one more than `size` when there are more."""
    behind = _behind(before, careful="careful", newest="pk")
    return list(found.filter(behind).order_by("-careful", "-pk")[: size + 1])  # type: ignore[misc]


def piles(found: LeadQuerySet, by: str, before: str, size: int) -> tuple[list[Lead], dict[int, int]]:
    """The newest lead of each pile, in the order of `page`, and by its key how many lie on it."""
    grouped = (
        found.annotate(together=GROUPINGS[by])
        .values("together")
        .annotate(newest=Max("pk"), size=Count("pk"), is_careful=BoolOr("careful"))
        .filter(_behind(before, careful="is_careful", newest="newest"))
        .order_by("-is_careful", "-newest")[: size + 1]
    )
    sizes: dict[int, int] = {pile["newest"]: pile["size"] for pile in grouped}
    careful: dict[int, bool] = {pile["newest"]: pile["is_careful"] for pile in grouped}
    tops: dict[int, Any] = found.in_bulk(sizes)
    for pk, top in tops.items():
        top.careful = careful[pk]
    return [tops[pk] for pk in sizes], sizes


def alike(found: LeadQuerySet, lead: Lead, by: str) -> LeadQuerySet:
    """The leads on one pile with this one."""
    if by == "hash":
        return found.filter(indicator=lead.indicator_id)
    if lead.reference_digest is not None:
        return found.filter(reference_digest__in=leads.of_one_reference(lead))
    return found.filter(job=lead.job_id, row=lead.row)


def place(lead: Any) -> str:
    """Where a lead stands, for the address of the next page."""
    return f"{_CAREFUL_PLACE if lead.careful else ''}{lead.pk}"


def _behind(before: str, *, careful: str, newest: str) -> Q:
    number = before.removeprefix(_CAREFUL_PLACE)
    if not number.isdecimal():
        return Q()
    is_careful = before.startswith(_CAREFUL_PLACE)
    older = Q(**{careful: is_careful, f"{newest}__lt": int(number)})
    return older | Q(**{careful: False}) if is_careful else older


def how(lead: Lead) -> str:
    """How a value met an indicator, in words."""
    kind = lead.indicator.kind
    if lead.match == Lead.Match.NEAR and kind in BITS:
        return _("Near: %(n)d of %(bits)d bits differ") % {"n": lead.distance, "bits": BITS[Kind(kind)]}
    if lead.match == Lead.Match.NEAR and kind == Kind.VPDQ:
        return _("Near: %(n)d of 100 frames of one video are in the other") % {"n": 100 - lead.distance}
    if lead.match == Lead.Match.NEAR:
        return _("Near: one edit apart") if lead.distance == 1 else _("Near: alike at a glance, other characters")
    if lead.match == Lead.Match.ALIAS:
        return _("Possible alias: perhaps the same mailbox")
    if lead.match == Lead.Match.PREFIX:
        return _("Under the same address")
    return _("The keyword stands in the text") if kind == Kind.KEYWORD else _("Exact: the same value")
