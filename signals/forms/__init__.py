"""Text from people, turned into typed values. The rules live in the domain."""

from signals.forms.files import notice_oversize
from signals.forms.jobs import StartJob
from signals.forms.listing import FindSignals, FindValue, RenameFilter, SaveFilter
from signals.forms.sharing import Says, Share, hashes_of

__all__ = [
    "FindSignals",
    "FindValue",
    "RenameFilter",
    "SaveFilter",
    "Says",
    "Share",
    "StartJob",
    "hashes_of",
    "notice_oversize",
]
