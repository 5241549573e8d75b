"""Text from people, turned into typed values. The rules live in the domain."""

from signals.forms.files import BATCH_LIMIT, notice_oversize
from signals.forms.imports import Export, HandIn, Rows, Submit
from signals.forms.jobs import Batch, KeepWatchList, StartJob
from signals.forms.listing import FindSignals, FindValue, RenameFilter, SaveFilter
from signals.forms.sharing import Correct, Says, Share

__all__ = [
    "BATCH_LIMIT",
    "Batch",
    "Correct",
    "Export",
    "FindSignals",
    "FindValue",
    "HandIn",
    "KeepWatchList",
    "RenameFilter",
    "Rows",
    "SaveFilter",
    "Says",
    "Share",
    "StartJob",
    "Submit",
    "notice_oversize",
]
