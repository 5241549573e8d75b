"""Cells of files that people open in a spreadsheet: none may be taken for a formula, and each can be read back."""

import re

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

_HARMLESS = re.compile(r"[+@-][\w. -]*")
"""A telephone number, a profile name, a number below zero."""


def safe(text: str) -> str:
    """The text as a cell: what could be a formula, or looks as if it had been made safe before, gets an apostrophe."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def plain(cell: str) -> str:
    """What `safe` was given."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell


def is_formula(cell: str) -> bool:
    """Whether somebody wrote a formula here, or somebody else did for them."""
    return cell.startswith(FORMULA) and not _HARMLESS.fullmatch(cell)
