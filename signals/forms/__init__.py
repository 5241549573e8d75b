"""Text from people, turned into typed values. The rules live in the domain."""

from signals.forms.files import notice_oversize
from signals.forms.jobs import StartJob
from signals.forms.listing import FindSignals, FindValue
from signals.forms.sharing import Says, Share

__all__ = ["FindSignals", "FindValue", "Says", "Share", "StartJob", "notice_oversize"]
