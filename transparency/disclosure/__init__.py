"""Disclosure control: which cells of a table are hidden so that no member and no person can be read out of it.

Pure. After the usual doctrine (Hundepool et al., *Statistical Disclosure Control*, 2012, chapter 4):

- *primary*: a cell is sensitive when too few members stand behind it, when one or two of them dominate it, or when it
  counts too little. `is_sensitive()`.
- *complementary*: further cells are hidden, as few and as small as can be, until neither the public nor a member that
  subtracts its own numbers comes too close to a sensitive one. `protect()`.
- *audit*: how close each of them comes to every hidden cell, computed anew. `audit()`.
"""

from transparency.disclosure.attack import Bounds, Leak, audit, lost
from transparency.disclosure.rules import DEFAULT, Margin, Rules, is_sensitive, margin
from transparency.disclosure.suppression import Unprotectable, protect
from transparency.disclosure.tables import Cell, Sum, Tables, grid, grid_sums, line, line_sums, loose

__all__ = [
    "DEFAULT",
    "Bounds",
    "Cell",
    "Leak",
    "Margin",
    "Rules",
    "Sum",
    "Tables",
    "Unprotectable",
    "audit",
    "grid",
    "grid_sums",
    "is_sensitive",
    "line",
    "line_sums",
    "loose",
    "lost",
    "margin",
    "protect",
]
