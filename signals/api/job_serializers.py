"""Match jobs as JSON."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rest_framework import serializers

from lantern_site.rest import In, PublicId, Word
from signals import candidates, kinds
from signals.api.serializers import CandidateIn, Items, SeverityWord, optional_text
from signals.candidates import LONGEST_REFERENCE, TEXT, Refused
from signals.kinds import Kind, Severity
from signals.models import Lead, MatchJob
from signals.purposes import Purpose, Surface
from signals.services.jobs import Plan
from signals.services.jobs.limits import LIMITS, WIDEST

MOST_ITEMS = 10_000


COMPARED: list[tuple[str, Any]] = [
    *((kind.value, kind.label) for kind in Kind if kind in kinds.OFFERED),
    (TEXT, "a text, to be searched for keywords"),
]


def compared_kind(**more: Any) -> serializers.ChoiceField:
    """A kind of values that can be compared."""
    return serializers.ChoiceField(choices=COMPARED, error_messages=Word.default_error_messages, **more)


class JobItemIn(CandidateIn):
    """A value, or the public digest of one, with your own reference to it."""

    kind = compared_kind()  # type: ignore[assignment]
    reference = optional_text(LONGEST_REFERENCE, "Your own, for the lead; encrypted, and shown to your people only.")


@dataclass(frozen=True)
class Batch:
    """A job to be started. The items are missing where they come as lines."""

    plan: Plan
    items: list[candidates.Item] = field(default_factory=list)


class PlanIn(In[Batch]):
    """What a job is for, and how it compares."""

    label = serializers.CharField(max_length=60, help_text="For yourselves.")  # type: ignore[assignment]
    purpose = Word(Purpose)
    surface = Word(Surface)
    shadow = serializers.BooleanField(
        default=False, help_text=f"Only count: no leads. At least {LIMITS.shadow_least} values."
    )
    first_percent = serializers.IntegerField(
        min_value=1, max_value=100, default=100, help_text="Compare this part of the rows, then ask whether to go on."
    )
    pdq_within = serializers.IntegerField(min_value=0, max_value=WIDEST[Kind.PDQ], required=False)
    phash_within = serializers.IntegerField(min_value=0, max_value=WIDEST[Kind.PHASH], required=False)
    username_within = serializers.IntegerField(min_value=0, max_value=WIDEST[Kind.USERNAME], required=False)

    def made(self, given: dict[str, Any]) -> Batch:
        radii = {str(kind): given[f"{kind}_within"] for kind in WIDEST if f"{kind}_within" in given}
        plan = Plan(
            label=given["label"],
            purpose=given["purpose"],
            surface=given["surface"],
            is_shadow=given["shadow"],
            radii=radii,
            first_percent=given["first_percent"],
        )
        return Batch(plan, given.get("items", []))


class LinesIn(PlanIn):
    """The plan of a job whose values come as lines."""

    kind = compared_kind(required=False, help_text="For lines that do not say theirs.")
    service = optional_text(40, "For profile names and account ids that do not say theirs.")

    def made(self, given: dict[str, Any]) -> Batch:
        default = candidates.Item(kind=given.get("kind", ""), service=given["service"])
        return Batch(super().made(given).plan, [default])


class JobIn(PlanIn):
    """A batch of values to compare."""

    items = Items(child=JobItemIn(), allow_empty=False, max_length=MOST_ITEMS)


class RefusedRowOut(serializers.Serializer[Refused]):
    row = serializers.IntegerField(help_text="Counted from 1.")
    detail = serializers.CharField(source="sentence")


class WayOut(serializers.Serializer[dict[str, Any]]):
    kind = serializers.ChoiceField(choices=Kind.choices)
    match = serializers.ChoiceField(choices=Lead.Match.choices)
    distance = serializers.IntegerField()
    hits = serializers.IntegerField(help_text=f"Rounded down to a multiple of {LIMITS.counted_from}.")
    indicators = serializers.IntegerField(help_text="Rounded down likewise; 0 means fewer than one step.")
    spread = serializers.ListField(
        child=serializers.IntegerField(), help_text="Indicators that 1–4, 5–49, and 50 or more rows would hit."
    )


class JobOut(serializers.Serializer[MatchJob]):
    id = PublicId(source="public_id")
    label = serializers.CharField()  # type: ignore[assignment]
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    surface = serializers.ChoiceField(choices=Surface.choices)
    state = serializers.ChoiceField(choices=MatchJob.State.choices)
    shadow = serializers.BooleanField(source="is_shadow")
    first_percent = serializers.IntegerField()
    total = serializers.IntegerField(help_text="Values that are compared.")
    compared = serializers.IntegerField(help_text="Values that have been compared so far.")
    refused = serializers.IntegerField(help_text="Rows that could not be compared.")
    not_eligible = serializers.IntegerField(help_text="Hits that were dropped: their signals are not active any more.")
    leads = serializers.SerializerMethodField()
    would_hit = WayOut(many=True, help_text="What a shadow job has counted.")
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_leads(self, job: MatchJob) -> int:
        return job.leads.count()


@dataclass(frozen=True)
class Started:
    job: MatchJob
    refused_rows: list[Refused]


class StartedOut(serializers.Serializer[Started]):
    job = JobOut()
    refused_rows = RefusedRowOut(many=True, help_text="The first 200 rows that could not be compared.")


@dataclass(frozen=True)
class LeadsWanted:
    after: int | None
    limit: int


class LeadsIn(In[LeadsWanted]):
    """Which part of a job's leads is asked for."""

    after = PublicId(required=False, default=None, help_text="The `cursor` of the last page.")
    limit = serializers.IntegerField(min_value=1, max_value=1_000, required=False, default=100)

    def made(self, given: dict[str, Any]) -> LeadsWanted:
        return LeadsWanted(**given)


@dataclass(frozen=True)
class ToldLead:
    """A lead as machines are told it."""

    id: int
    row: int
    reference: str
    signal: int
    kind: str
    harm: str
    level: int
    match: str
    distance: int
    caution: bool
    protect: bool
    contested: bool
    examined: bool
    created_at: datetime


class LeadOut(serializers.Serializer[ToldLead]):
    id = PublicId()
    row = serializers.IntegerField(help_text="The row of the batch, counted from 1.")
    reference = serializers.CharField(help_text="Your own reference to the row.")
    signal = PublicId()
    kind = serializers.ChoiceField(choices=Kind.choices)
    harm = serializers.ChoiceField(choices=kinds.HarmTerm.choices)
    severity = serializers.SerializerMethodField()
    match = serializers.ChoiceField(choices=Lead.Match.choices)
    distance = serializers.IntegerField(
        help_text="Bits for images, edits for profile names, for videos the percentage of frames that are missing."
    )
    caution = serializers.BooleanField(help_text="Never act on this alone.")
    protect = serializers.BooleanField(help_text="Possibly a child: no penalty without a senior reviewer.")
    contested = serializers.BooleanField(help_text="A dispute is open.")
    examined = serializers.BooleanField(help_text="A finding is recorded.")
    created_at = serializers.DateTimeField()

    def get_severity(self, lead: ToldLead) -> SeverityWord:
        return SeverityWord(Severity(lead.level).name.lower())


@dataclass(frozen=True)
class LeadPage:
    leads: list[ToldLead]
    cursor: int | None


class LeadPageOut(serializers.Serializer[LeadPage]):
    leads = LeadOut(many=True, help_text="To be looked at by a person, never proof.")
    cursor = PublicId(allow_null=True, help_text="Give it as `after` for what follows; null when this is all for now.")
