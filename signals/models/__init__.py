"""Indicators, the statements that members make about them, whom these reached, and matching jobs with their leads."""

from signals.models.drafts import Draft, DraftQuerySet
from signals.models.filters import SavedFilter, SavedFilterQuerySet
from signals.models.imports import CHOOSABLE, Import, ImportPart, ImportQuerySet, ImportRow, Verdict
from signals.models.indicators import Incident, Indicator, IndicatorAlias, IndicatorQuerySet, IndicatorValue
from signals.models.jobs import BroadHit, Chunk, Lead, LeadQuerySet, MatchJob, MatchJobQuerySet, Tally
from signals.models.reach import Poll, Receipt, Showing, Spending
from signals.models.statements import Signal, SignalQuerySet, SignalVersion
from signals.models.watch_lists import WatchList

__all__ = [
    "CHOOSABLE",
    "BroadHit",
    "Chunk",
    "Draft",
    "DraftQuerySet",
    "Import",
    "ImportPart",
    "ImportQuerySet",
    "ImportRow",
    "Incident",
    "Indicator",
    "IndicatorAlias",
    "IndicatorQuerySet",
    "IndicatorValue",
    "Lead",
    "LeadQuerySet",
    "MatchJob",
    "MatchJobQuerySet",
    "Poll",
    "Receipt",
    "SavedFilter",
    "SavedFilterQuerySet",
    "Showing",
    "Signal",
    "SignalQuerySet",
    "SignalVersion",
    "Spending",
    "Tally",
    "Verdict",
    "WatchList",
]
