"""Text from people, turned into typed values. The rules live in the domain."""

from signals.forms.files import notice_oversize
from signals.forms.imports import Export, HandIn, Rows, Submit
from signals.forms.jobs import StartJob
from signals.forms.listing import FindSignals, FindValue
from signals.forms.sharing import Says, Share, hashes_of

__all__ = [
    "Export",
    "FindSignals",
    "FindValue",
    "HandIn",
    "Rows",
    "Says",
    "Share",
    "StartJob",
    "Submit",
    "hashes_of",
    "notice_oversize",
]
