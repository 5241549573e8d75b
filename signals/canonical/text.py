"""What holds for text of every kind, and the normal form of a keyword."""

import unicodedata

from signals import folding
from signals.canonical.answers import Canonical, refuse

LONGEST_INPUT = 4_096
LONGEST_KEYWORD = 100
_LINES = "\t\r\n"


def cleaned(raw: str, longest: int = LONGEST_INPUT) -> str:
    """`raw` without space at the ends, if it is text at all and not endless."""
    if len(raw) > longest:
        refuse("too_long")
    text = raw.strip().strip("\N{ZERO WIDTH NO-BREAK SPACE}").strip()
    if not text:
        refuse("empty")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text if character not in _LINES):
        refuse("not_text")
    return text


def lowered(text: str) -> str:
    """NFKC and lower case (never case folding, which would merge different addresses), until nothing changes."""
    while (lower := unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())) != text:
        text = lower
    return text


def keyword(text: str) -> Canonical:
    value = folding.fold(text)
    if not value:
        refuse("keyword_unseen")
    if len(value) > LONGEST_KEYWORD:
        refuse("keyword_too_long", most=LONGEST_KEYWORD, count=len(value))
    return Canonical(value)
