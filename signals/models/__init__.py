"""Indicators, the statements that members make about them, whom these reached, and matching jobs with their leads."""

from signals.models.indicators import Incident, Indicator, IndicatorAlias, IndicatorValue
from signals.models.jobs import Chunk, Lead, LeadQuerySet, MatchJob, MatchJobQuerySet, Tally
from signals.models.reach import Poll, Receipt, Showing
from signals.models.statements import Signal, SignalQuerySet, SignalVersion
from signals.models.watch_lists import WatchList

__all__ = [
    "Chunk",
    "Incident",
    "Indicator",
    "IndicatorAlias",
    "IndicatorValue",
    "Lead",
    "LeadQuerySet",
    "MatchJob",
    "MatchJobQuerySet",
    "Poll",
    "Receipt",
    "Showing",
    "Signal",
    "SignalQuerySet",
    "SignalVersion",
    "Tally",
    "WatchList",
]
