"""The metric dictionary: what each figure of the report counts, in words and as data.

Figures are computed from the ledger only. The entries and facts that they read:

- ``signal.*``: subject = signal; ``owner`` (public id of the member), ``indicator``, ``kind``, ``harm``, ``severity``,
  ``origin``, ``ai`` (signals.moves.description), and for ``signal.retracted`` ``reason`` (a reason of a dispute, or
  ``owner`` when the owner took it back).
- ``dispute.*``: subject = dispute; ``reason``, ``scope``, ``state``, ``result``, ``opener`` (public id), ``signal``.
- ``recall.opened|delivered|acknowledged|confirmed|overdue``: subject = recall; ``cause``, ``state``; on all but the
  first ``organisation`` (public id of the member), ``delivery`` (an acknowledgement that waits for a second person is
  still ``delivered``) and ``seconds_since_due``. ``overdue`` once for each member and time that the recall is due.
- ``job.started|finished|cancelled``: subject = job, organisation = the member; ``purpose``, ``surface``; on
  ``finished`` and ``cancelled`` the sums ``candidates`` and ``leads``.
- ``lookup.made``: organisation = the member.
- ``finding.recorded``: subject = finding, organisation = the member; ``outcome``, ``actions``, ``attribution``,
  ``looks_wrong``, ``hits``, ``kind``, ``harm``, ``content_removed``, ``uploads_prevented``, ``seconds_since_lead``.
- ``member.*``: subject = organisation (public id); ``kind`` and ``state`` whenever they are set or change.
"""

from collections.abc import Mapping
from types import MappingProxyType

from transparency.metrics.key_figures import KEY_FIGURES
from transparency.metrics.tables import TABLES
from transparency.metrics.words import Deduplication, Metric, Protection, Source, Unit

VERSION = 2
"""Of this dictionary; it grows with every change of a definition."""

DICTIONARY: Mapping[str, Metric] = MappingProxyType({metric.id: metric for metric in (*KEY_FIGURES, *TABLES)})

__all__ = ["DICTIONARY", "KEY_FIGURES", "TABLES", "VERSION", "Deduplication", "Metric", "Protection", "Source", "Unit"]
