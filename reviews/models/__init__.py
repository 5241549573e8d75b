"""Judgement as rows: claims, decisions, disputes, holds, recalls, findings, and the notices of all that."""

from reviews.models.decisions import Claim, ClaimQuerySet, Decision
from reviews.models.disputes import Dispute, DisputedSignal, DisputeQuerySet, StewardHold, StewardHoldQuerySet
from reviews.models.findings import Finding, FindingQuerySet, Keep, Plea, Redress, RedressQuerySet
from reviews.models.inbox import InboxCursor, InboxNotice, InboxNoticeQuerySet
from reviews.models.quality import (
    PracticeAnswer,
    PracticeAnswerQuerySet,
    PracticeItem,
    PracticeQuerySet,
    QualityRule,
    SecondLook,
    SecondLookQuerySet,
)
from reviews.models.recalls import Delivery, DeliveryQuerySet, Recall

__all__ = [
    "Claim",
    "ClaimQuerySet",
    "Decision",
    "Delivery",
    "DeliveryQuerySet",
    "Dispute",
    "DisputeQuerySet",
    "DisputedSignal",
    "Finding",
    "FindingQuerySet",
    "InboxCursor",
    "InboxNotice",
    "InboxNoticeQuerySet",
    "Keep",
    "Plea",
    "PracticeAnswer",
    "PracticeAnswerQuerySet",
    "PracticeItem",
    "PracticeQuerySet",
    "QualityRule",
    "Recall",
    "Redress",
    "RedressQuerySet",
    "SecondLook",
    "SecondLookQuerySet",
    "StewardHold",
    "StewardHoldQuerySet",
]
