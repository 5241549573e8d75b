"""The words that figures are broken down by, and what a cell may hold instead of a number."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lantern_site.members.lifecycle import MemberKind
from lantern_site.members.registers import Answered, Asked, Followed
from reviews.workflow import Action, Attribution, LooksWrong, NotExamined, Outcome, Reason
from signals.kinds import HARMS, IDENTIFIERS, AiIndication, HarmTerm, Kind, Origin, Severity

Words = str | Promise
Value = int | float | str
"""A number, or a word: a mark, or the code of a band."""

TOTAL = "total"
UNSTATED = "unstated"
UNANSWERED = "unanswered"


class Mark(StrEnum):
    """What stands in a cell that holds no number."""

    SUPPRESSED = "c"
    NOT_REPORTED = ".."
    NOT_APPLICABLE = "-"


MARKS: Mapping[Mark, Words] = MappingProxyType(
    {
        Mark.SUPPRESSED: _("suppressed, to protect a member or a person"),
        Mark.NOT_REPORTED: _("not reported by any member"),
        Mark.NOT_APPLICABLE: _("not applicable"),
    }
)


class Ending(TextChoices):
    WITHDRAWN = "withdrawn", _("Withdrawn by the owner, without fault")
    RETRACTED = "retracted", _("Retracted as wrong")
    EXPIRED = "expired", _("Expired")


class Conclusion(TextChoices):
    """How a dispute ended; an appeal replaces the first decision."""

    ACCEPTED = "accepted", _("Accepted by the owner")
    UPHELD = "upheld", _("Upheld")
    AMENDED = "amended", _("Amended")
    NOT_UPHELD = "not_upheld", _("Not upheld")
    WITHDRAWN = "withdrawn", pgettext_lazy("dispute", "Withdrawn")


class Delay(TextChoices):
    FOUR_HOURS = "4h", _("Within 4 hours")
    DAY = "24h", _("Within 24 hours")
    WEEK = "7d", _("Within 7 days")
    LONGER = "longer", _("Later")


class Lane(TextChoices):
    DANGER = "danger", _("A child may be in danger now")
    ORDINARY = "ordinary", _("Ordinary")


class Ground(TextChoices):
    """What stood for another term of a signal."""

    SIGHTING = "sighting", _("Another member saw the same")
    EVIDENCE = "evidence", _("New evidence of the owner")


class Part(TextChoices):
    """What a correction changed, in broad strokes."""

    HARM = "harm", _("Harm")
    BASIS = "basis", _("Basis")
    ORIGIN = "origin", _("Origin")
    BEHAVIOURS = "behaviours", _("Behaviour")
    AI = "ai", _("AI-generated or altered")
    EXPIRY = "expires_at", _("Expiry")
    OTHER = "other", _("Something else")


class Cohort(TextChoices):
    """From first activation to the first finding of a violation."""

    MONTH = "30d", _("Within 30 days")
    QUARTER = "90d", _("After 31 to 90 days")
    YEAR = "365d", _("After 91 to 365 days")
    NONE = "none", _("Later, or not until now")


class Estimate(TextChoices):
    """A share that is estimated from what was looked at."""

    COUNT = "count", _("Findings that say")
    SHARE = "share", _("Precision (per cent)")
    LOWER = "lower", _("Lower end of the interval (per cent)")
    UPPER = "upper", _("Upper end of the interval (per cent)")


class Band(TextChoices):
    """The share of the largest member, as wide as it may be known."""

    BELOW_25 = "below_25", _("below 25 %")
    TO_50 = "25_to_50", _("25 to 50 %")
    TO_75 = "50_to_75", _("50 to 75 %")
    ABOVE_75 = "above_75", _("above 75 %")


BANDS: tuple[tuple[int, Band], ...] = ((25, Band.BELOW_25), (50, Band.TO_50), (75, Band.TO_75))
"""Upper limits, in per cent."""


class Statistic(TextChoices):
    LOWER = "lower_quartile", _("Lower quartile (hours)")
    MEDIAN = "median", _("Median (hours)")
    UPPER = "upper_quartile", _("Upper quartile (hours)")
    TARGET = "target", _("Target (hours)")
    WITHIN = "within_target", _("Within the target (per cent)")


class Dimension(TextChoices):
    MONTH = "month", _("Month")
    KIND = "kind", _("Kind of indicator")
    HARM = "harm", _("Harm")
    ORIGIN = "origin", _("Origin")
    AI = "ai", _("AI-generated or altered")
    SEVERITY = "severity", _("Severity")
    STATISTIC = "statistic", _("Statistic")
    ENDING = "ending", _("How it ended")
    REASON = "reason", _("Reason")
    CONCLUSION = "conclusion", _("Conclusion")
    OUTCOME = "outcome", _("Outcome")
    ACTION = "action", _("Action")
    ATTRIBUTION = "attribution", _("Part that the signal played")
    DELAY = "delay", _("From lead to finding")
    MEMBER_KIND = "member_kind", _("Kind of member")
    LANE = "lane", _("Lane")
    GROUND = "ground", _("Ground")
    PART = "part", _("What changed")
    NOT_EXAMINED = "not_examined", _("Why nobody looked")
    LOOKS_WRONG = "looks_wrong", _("Whether it looked wrong")
    ESTIMATE = "estimate", _("Estimate")
    COHORT = "cohort", _("From sharing to action")
    ASKED = "asked", _("What was asked")
    ANSWERED = "answered", _("Answer")
    FOLLOWED = "followed", _("What became of it")


def _labels(words: Iterable[tuple[str, Words]]) -> Mapping[str, Words]:
    return MappingProxyType(dict(words))


def _severest_first() -> Iterable[tuple[str, Words]]:
    return ((level.name.lower(), level.label) for level in sorted(Severity, reverse=True))


CATEGORIES: Mapping[Dimension, Mapping[str, Words]] = MappingProxyType(
    {
        Dimension.KIND: _labels((kind.value, kind.label) for kind in Kind),
        Dimension.HARM: _labels(HarmTerm.choices),
        Dimension.ORIGIN: _labels(Origin.choices),
        Dimension.AI: _labels(AiIndication.choices),
        Dimension.SEVERITY: _labels(_severest_first()),
        Dimension.STATISTIC: _labels(Statistic.choices),
        Dimension.ENDING: _labels(Ending.choices),
        Dimension.REASON: _labels(Reason.choices),
        Dimension.CONCLUSION: _labels(Conclusion.choices),
        Dimension.OUTCOME: _labels(Outcome.choices),
        Dimension.ACTION: _labels(Action.choices),
        Dimension.ATTRIBUTION: _labels(Attribution.choices),
        Dimension.DELAY: _labels(Delay.choices),
        Dimension.MEMBER_KIND: _labels(
            (kind.value, kind.label) for kind in MemberKind if kind is not MemberKind.PROGRAMME
        ),
        Dimension.LANE: _labels(Lane.choices),
        Dimension.GROUND: _labels(Ground.choices),
        Dimension.PART: _labels(Part.choices),
        Dimension.NOT_EXAMINED: _labels(NotExamined.choices),
        Dimension.LOOKS_WRONG: _labels(LooksWrong.choices),
        Dimension.ESTIMATE: _labels(Estimate.choices),
        Dimension.COHORT: _labels(Cohort.choices),
        Dimension.ASKED: _labels(Asked.choices),
        Dimension.ANSWERED: _labels(Answered.choices),
        Dimension.FOLLOWED: _labels((one.value or UNANSWERED, one.label) for one in Followed),
    }
)
"""The categories of each dimension in the order of the report. Months come from the year."""

EXTRA_LABELS: Mapping[str, Words] = MappingProxyType(
    {TOTAL: _("All"), UNSTATED: _("Not stated"), "owner": _("The owner's own admission")}
)

ABOUT_PERSONS: frozenset[tuple[Dimension, str]] = frozenset(
    {(Dimension.KIND, kind.value) for kind in IDENTIFIERS}
    | {(Dimension.HARM, term.value) for term, harm in HARMS.items() if harm.severity == Severity.CRITICAL}
    | {
        (Dimension.SEVERITY, Severity.CRITICAL.name.lower()),
        (Dimension.OUTCOME, Outcome.POSSIBLE_VICTIM.value),
        (Dimension.ACTION, Action.ACCOUNT_ACTIONED.value),
    }
)
"""Categories that are accounts, persons or the severest harms: their counts are hidden below ten, not below five."""


def label_of(dimension: Dimension, code: str) -> Words:
    """The words for a category; a code that the dictionary does not know stands for itself."""
    return CATEGORIES.get(dimension, {}).get(code) or EXTRA_LABELS.get(code) or code
