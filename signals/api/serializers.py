"""JSON to typed values and back. Rules live in the domain; here stands only what the interface looks like."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lantern_site.errors import Invalid
from lantern_site.members.lifecycle import KeyScope
from lantern_site.rest import In, PublicId, Word, first_fault
from signals import candidates, feed, kinds, search
from signals.guards import Explained, WarningCode, explained
from signals.intake import Item, Statement
from signals.kinds import Severity
from signals.models import Lead
from signals.search import Flag, Place, Sort, Whose
from signals.services import batches, corrections, lookup, reading
from signals.services.batches import Outcome, Row
from signals.workflow import Status

LARGEST_POSITION = 2**63 - 1
LONGEST_PAGE = 1_000
LONGEST_LIST = 100


class SeverityWord(TextChoices):
    LOW = "low", Severity.LOW.label
    MEDIUM = "medium", Severity.MEDIUM.label
    HIGH = "high", Severity.HIGH.label
    CRITICAL = "critical", Severity.CRITICAL.label


class OutcomeWord(TextChoices):
    CREATED = Outcome.CREATED.value, "the signals were created and wait for review"
    DUPLICATE = Outcome.DUPLICATE.value, "a value of the row is shared by your organisation already; nothing created"
    REFUSED = Outcome.REFUSED.value, "the row cannot be taken; nothing created"


class FeedStatusWord(TextChoices):
    ACTIVE = Status.ACTIVE.value, "look for it; a person reviews what is found"
    HELD = Status.HELD.value, "in dispute: stop using it until it is told again"
    WITHDRAWN = Status.WITHDRAWN.value, "remove it"
    RETRACTED = Status.RETRACTED.value, "remove it, it was wrong: look at what you did because of it"
    EXPIRED = Status.EXPIRED.value, "remove it"
    TEST = feed.TEST, "a test: show it to somebody, who acknowledges it on its page; keep nothing"
    HIDDEN = feed.HIDDEN, "remove it: it is not shared with you any more, and nothing is said about whether it is right"


def optional_text(longest: int, help_text: str = "") -> serializers.CharField:
    return serializers.CharField(max_length=longest, required=False, allow_blank=True, default="", help_text=help_text)


# Sharing


class ValueIn(In[Item]):
    """One value as you have it."""

    kind = Word(kinds.Kind, help_text="`phone` only where it is switched on.")
    value = serializers.CharField(
        trim_whitespace=False, help_text="The value as you have it: the hub brings it into normal form."
    )
    service = optional_text(40, "The code of the service that a `username` or `account_id` belongs to.")
    quality = serializers.IntegerField(
        min_value=0, max_value=100, required=False, allow_null=True, default=None, help_text="The quality of a `pdq`."
    )

    def made(self, given: dict[str, Any]) -> Item:
        return Item(given["kind"], given["value"], service=given["service"] or None, quality=given["quality"])


class RowIn(In[Row]):
    """One case: what is shared, with whom, and what is said about it."""

    values = ValueIn(many=True, allow_empty=False, help_text="One value, or several of one case as an incident.")
    community = PublicId(help_text="One of the communities that `/api/v1/me` lists.")
    harm = Word(kinds.HarmTerm)
    clause = serializers.CharField(max_length=120, help_text="The clause of your own policy, with its version.")
    evidence_seen_by = serializers.CharField(max_length=80, help_text="A function, never a name.")
    review_method = Word(kinds.ReviewMethod)
    origin = Word(kinds.Origin)
    confidence = Word(kinds.Confidence)
    no_authority_asked = serializers.BooleanField(
        help_text="Your confirmation that no public authority asked for this."
    )
    first_seen_on = serializers.DateField(required=False, allow_null=True, default=None)
    last_seen_on = serializers.DateField(required=False, allow_null=True, default=None)
    behaviours = serializers.ListField(child=Word(kinds.Behaviour), max_length=10, required=False, default=list)
    ai = Word(kinds.AiIndication, required=False, default=kinds.AiIndication.NOT_INDICATED)
    real_child = Word(kinds.RealChild, required=False, default=kinds.RealChild.UNKNOWN)
    account_holder = Word(kinds.AccountHolder, required=False, default=kinds.AccountHolder.UNKNOWN)
    not_to_regions = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=50, required=False, default=list
    )
    owner_named = serializers.BooleanField(required=False, default=True)
    meaning = optional_text(280, "What a keyword means, and what it may mean instead.")
    outward_note = optional_text(280, "Goes to everyone it is shared with. No chat quotes, names, places, ages.")
    inward_note = optional_text(500, "Stays with your organisation.")
    expires_on = serializers.DateField(required=False, allow_null=True, default=None)
    danger = serializers.BooleanField(
        required=False, default=False, help_text="A child may be in danger now. Inform the authorities first."
    )
    authority_informed = optional_text(280, "With `danger`: which authority and when, or why not yet.")

    def made(self, given: dict[str, Any]) -> Row:
        items, community_id = given.pop("values"), given.pop("community")
        given |= {name: tuple(dict.fromkeys(given[name])) for name in ("behaviours", "not_to_regions")}
        return Row(tuple(items), Statement(**given), community_id)


class Rows(serializers.ListSerializer[Row]):
    """Each row for itself: one that cannot be read becomes an `Invalid` and does not spoil the others."""

    def run_child_validation(self, data: Any) -> Row | Invalid:
        try:
            row: Row = super().run_child_validation(data)
        except serializers.ValidationError as error:
            fault = first_fault(error)
            return Invalid(fault.detail, fault.field)
        return row


@dataclass(frozen=True)
class Batch:
    rows: list[Row | Invalid]


class BatchIn(In[Batch]):
    """Rows to share, 1 to 100. Each is taken or refused for itself."""

    rows = Rows(child=RowIn(), allow_empty=False, max_length=batches.MOST_ROWS)

    def made(self, given: dict[str, Any]) -> Batch:
        return Batch(given["rows"])


class WarningOut(serializers.Serializer[Explained]):
    """Why the programme looks at a signal before it is shared, and what to do about it."""

    code = serializers.ChoiceField(choices=WarningCode.choices)
    why = serializers.CharField()
    advice = serializers.CharField()


class ResultOut(serializers.Serializer[batches.Result]):
    row = serializers.IntegerField(help_text="Which row of the request, counted from 0.")
    status = serializers.ChoiceField(choices=OutcomeWord.choices)
    signals = serializers.ListField(child=PublicId(), help_text="The new signals; of a duplicate, those that run.")
    incident = PublicId(allow_null=True, help_text="Of a row with several values.")
    detail = serializers.CharField(help_text="Why, in a sentence; empty for a row that was created.")
    field = serializers.SerializerMethodField(help_text="The input at fault within the row, such as `values.0.value`.")
    warnings = serializers.SerializerMethodField(
        help_text="Of a row that was created: what asks for the programme's approval."
    )

    @extend_schema_field(WarningOut(many=True))
    def get_warnings(self, result: batches.Result) -> Any:
        return [WarningOut(warning).data for warning in explained(result.warnings)]

    def get_field(self, result: batches.Result) -> str:  # the domain says `value-1` for the first value
        return re.sub(r"^(\w+)-(\d+)$", lambda m: f"values.{int(m[2]) - 1}.{m[1]}", result.field)


class ResultsOut(serializers.Serializer[dict[str, list[batches.Result]]]):
    results = ResultOut(many=True)


# Correcting


class CorrectionIn(In[dict[str, Any]]):
    """What a shared signal is to say from now on. What you leave out stays as it is."""

    no_authority_asked = serializers.BooleanField(
        help_text="Your confirmation that no public authority asked for this."
    )
    harm = Word(kinds.HarmTerm, required=False)
    clause = serializers.CharField(max_length=120, required=False)
    evidence_seen_by = serializers.CharField(max_length=80, required=False, help_text="A function, never a name.")
    review_method = Word(kinds.ReviewMethod, required=False)
    origin = Word(kinds.Origin, required=False)
    confidence = Word(kinds.Confidence, required=False)
    first_seen_on = serializers.DateField(required=False, allow_null=True)
    last_seen_on = serializers.DateField(required=False, allow_null=True)
    behaviours = serializers.ListField(child=Word(kinds.Behaviour), max_length=10, required=False)
    ai = Word(kinds.AiIndication, required=False)
    real_child = Word(kinds.RealChild, required=False)
    account_holder = Word(kinds.AccountHolder, required=False)
    owner_named = serializers.BooleanField(required=False)
    meaning = serializers.CharField(max_length=280, required=False, allow_blank=True)
    outward_note = serializers.CharField(max_length=280, required=False, allow_blank=True)
    inward_note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    expires_on = serializers.DateField(required=False, help_text="An earlier end; a later one is a renewal's.")

    def made(self, given: dict[str, Any]) -> dict[str, Any]:
        if "behaviours" in given:
            given["behaviours"] = tuple(dict.fromkeys(given["behaviours"]))
        return given


class ProposalOut(serializers.Serializer[corrections.Proposal]):
    signal = PublicId()
    version = serializers.IntegerField(help_text="The number that the corrected version would have.")
    changed = serializers.ListField(child=serializers.CharField(), help_text="The names of what would change.")


# The feed, and one signal


@dataclass(frozen=True)
class Wanted:
    after: int
    limit: int


class FeedIn(In[Wanted]):
    """Which part of the feed is asked for."""

    after = serializers.IntegerField(
        min_value=0, max_value=LARGEST_POSITION, required=False, default=0, help_text="The `cursor` of the last page."
    )
    limit = serializers.IntegerField(min_value=1, max_value=LONGEST_PAGE, required=False, default=100)

    def made(self, given: dict[str, Any]) -> Wanted:
        return Wanted(**given)


class PartyOut(serializers.Serializer[feed.Party]):
    id = PublicId()
    name = serializers.CharField()


class ContentOut(serializers.Serializer[feed.Content]):
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=kinds.Kind.choices)
    harm = serializers.ChoiceField(choices=kinds.HarmTerm.choices)
    severity = serializers.ChoiceField(choices=SeverityWord.choices)
    confidence = serializers.ChoiceField(choices=kinds.Confidence.choices)
    origin = serializers.ChoiceField(choices=kinds.Origin.choices)
    review_method = serializers.ChoiceField(choices=kinds.ReviewMethod.choices)
    clause = serializers.CharField()
    evidence_seen_by = serializers.CharField()
    first_seen_on = serializers.DateField(allow_null=True)
    last_seen_on = serializers.DateField(allow_null=True)
    behaviours = serializers.ListField(child=serializers.ChoiceField(choices=kinds.Behaviour.choices))
    ai = serializers.ChoiceField(choices=kinds.AiIndication.choices)
    real_child = serializers.ChoiceField(choices=kinds.RealChild.choices)
    account_holder = serializers.ChoiceField(choices=kinds.AccountHolder.choices)
    danger = serializers.BooleanField(help_text="A child may be in danger now.")
    provisional = serializers.BooleanField(help_text="Shared before the programme's completeness check.")
    contested = serializers.BooleanField(help_text="A dispute is open.")
    caution = serializers.BooleanField(help_text="Never act on this alone.")
    owner = PartyOut(allow_null=True, help_text="Null for a platform member that is not named.")
    community = PartyOut()
    incident = PublicId(allow_null=True)
    not_to_regions = serializers.ListField(child=serializers.CharField())
    meaning = serializers.CharField()
    outward_note = serializers.CharField()
    expires_at = serializers.DateTimeField()


class LineOut(serializers.Serializer[feed.Line]):
    position = serializers.IntegerField()
    at = serializers.DateTimeField()
    id = PublicId()
    status = serializers.ChoiceField(choices=FeedStatusWord.choices)
    value = serializers.CharField(allow_null=True, help_text="The normal form, for an active signal and a test only.")
    content = ContentOut(allow_null=True, help_text="For an active signal only.")


class PageOut(serializers.Serializer[feed.Page]):
    entries = LineOut(many=True, source="lines")
    cursor = serializers.IntegerField(help_text="Give it as `after` to get the next page. An empty page keeps it.")
    head = serializers.IntegerField(help_text="The end of the ledger when the page was made.")


class OwnOut(serializers.Serializer[feed.Own]):
    submitted_at = serializers.DateTimeField()
    review_due_at = serializers.DateTimeField()
    warnings = WarningOut(many=True, help_text="What asks for the programme's approval.")
    inward_note = serializers.CharField()


class SightOut(serializers.Serializer[feed.Sight]):
    id = PublicId()
    status = serializers.ChoiceField(choices=Status.choices)
    masked = serializers.CharField(help_text="The value as pages show it.")
    content = ContentOut()
    activated_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    confirmed_by = serializers.IntegerField(help_text="How many other members say the same independently.")
    own = OwnOut(allow_null=True, help_text="For the organisation that shares the signal only.")


@dataclass(frozen=True)
class ListAsked:
    wanted: search.Wanted
    after: Place | None
    limit: int


class ListIn(In[ListAsked]):
    """What the list is narrowed to; several at once narrow it further."""

    kind = Word(kinds.Kind, required=False)
    status = Word(Status, required=False)
    harm = Word(kinds.HarmTerm, required=False)
    whose = Word(Whose, required=False)
    flag = Word(Flag, required=False)
    member = PublicId(required=False, help_text="What this member shared by name.")
    incident = PublicId(required=False)
    since = serializers.DateField(required=False, help_text="The first day on which it was submitted, in UTC.")
    until = serializers.DateField(required=False, help_text="The last one.")
    sort = Word(Sort, required=False, default=Sort.NEWEST)
    after = serializers.CharField(max_length=60, required=False, help_text="The `cursor` of the last page.")
    limit = serializers.IntegerField(min_value=1, max_value=LONGEST_LIST, required=False, default=25)

    def made(self, given: dict[str, Any]) -> ListAsked:
        limit, after = given.pop("limit"), given.pop("after", None)
        return ListAsked(search.Wanted(**given), search.place(after) if after else None, limit)


class GlanceOut(serializers.Serializer[reading.Glance]):
    signals = SightOut(many=True)
    cursor = serializers.CharField(help_text="Give it as `after`, with the same filters. Empty: this was the end.")


# Looking up


class CandidateIn(In[candidates.Item]):
    """A value, or the public digest of one."""

    kind = Word(kinds.Kind)
    value = serializers.CharField(required=False, allow_blank=True, default="", trim_whitespace=False)
    public_digest = optional_text(
        64, 'In place of the value: hex SHA-256 of "lantern/v1/", the kind, a zero byte and the normal form.'
    )
    service = optional_text(40, "The code of the service that a `username` or `account_id` belongs to.")
    quality = serializers.IntegerField(min_value=0, max_value=100, required=False, allow_null=True, default=None)

    def made(self, given: dict[str, Any]) -> candidates.Item:
        quality = given.pop("quality")
        return candidates.Item(**given, quality="" if quality is None else str(quality))


class Items(serializers.ListSerializer[candidates.Item]):
    """The values of one question."""


@dataclass(frozen=True)
class Question:
    items: list[candidates.Item]


class QuestionIn(In[Question]):
    """Values to look up, 1 to 100."""

    items = Items(child=CandidateIn(), allow_empty=False, max_length=lookup.MOST)

    def made(self, given: dict[str, Any]) -> Question:
        return Question(given["items"])


class FoundOut(serializers.Serializer[lookup.Found]):
    id = PublicId(source="signal")
    kind = serializers.ChoiceField(choices=kinds.Kind.choices)
    harm = serializers.ChoiceField(choices=kinds.HarmTerm.choices)
    severity = serializers.SerializerMethodField()
    caution = serializers.BooleanField(help_text="Never act on this alone.")
    contested = serializers.BooleanField(help_text="A dispute is open.")
    match = serializers.ChoiceField(choices=Lead.Match.choices)
    distance = serializers.IntegerField(
        help_text="Bits for images, edits for profile names, for videos the percentage of frames that are missing."
    )
    owner = serializers.CharField(help_text="The member's name, or a sentence where it is not named.")
    confirmed_by = serializers.IntegerField(help_text="How many other members say the same independently.")

    def get_severity(self, found: lookup.Found) -> SeverityWord:
        return SeverityWord(Severity(found.severity).name.lower())


class AnswerOut(serializers.Serializer[lookup.Result]):
    found = FoundOut(many=True, help_text="Active signals of other members: leads to be reviewed, never proof.")
    detail = serializers.CharField(source="refused", help_text="Why the item could not be looked up, or empty.")


class AnswersOut(serializers.Serializer[dict[str, list[lookup.Result]]]):
    results = AnswerOut(many=True, help_text="One for each item, in the same order.")


# The key itself


@dataclass(frozen=True)
class Me:
    """What a key stands for."""

    organisation: feed.Party
    label: str
    scopes: list[str]
    networks: list[str]
    expires_at: datetime
    retire_at: datetime | None
    corrections_only: bool
    communities: list[feed.Party]
    head: int


class MeOut(serializers.Serializer[Me]):
    organisation = PartyOut()
    key = serializers.CharField(source="label", help_text="What the key was called when it was issued.")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=KeyScope.choices))
    networks = serializers.ListField(
        child=serializers.CharField(), help_text="From where the key may be used; empty: from anywhere."
    )
    expires_at = serializers.DateTimeField()
    retire_at = serializers.DateTimeField(
        allow_null=True, help_text="When the key stops because another replaces it: take that one into use before."
    )
    corrections_only = serializers.BooleanField(
        help_text="The organisation has left: the key is told of corrections to what it received, and nothing new."
    )
    communities = PartyOut(many=True)
    head = serializers.IntegerField(help_text="The end of the ledger.")
