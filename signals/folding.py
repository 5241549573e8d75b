"""Characters that look alike or are not seen, folded to one form. Pure: the matching engine imports it without Django.

`fold()` is the normal form of a keyword; the engine folds texts with the same `step()`, piece by piece, so that it can
say where in the original a hit lies. The lists stand in `data/folding.json`, with their version and date.
"""

import json
import re
import unicodedata
from pathlib import Path

_LISTS = json.loads((Path(__file__).parent / "data" / "folding.json").read_text(encoding="utf-8"))

VERSION: int = _LISTS["version"]


def _ignored(ranges: list[list[str]]) -> dict[int, None]:
    return {code: None for first, last in ranges for code in range(int(first, 16), int(last, 16) + 1)}


IGNORED: dict[int, None] = _ignored(_LISTS["ignored"])
"""Characters that are not seen (zero width, direction marks, variation selectors), as a table that deletes them."""

LOOK_ALIKES: dict[int, str] = {
    ord(letter): ascii_form for ascii_form, letters in _LISTS["confusables"].items() for letter in letters
}
"""Letters and marks that pass for an ASCII one, as a table that replaces them."""

_TABLE: dict[int, str | None] = {**IGNORED, **LOOK_ALIKES}
_LOOK_ALIKE_DIGITS = str.maketrans({"0": "o", "1": "l", "|": "l", "\N{LATIN SMALL LETTER DOTLESS I}": "i"})
_LOOK_ALIKE_PAIRS = (("rn", "m"), ("vv", "w"))

# Scripts that are written without spaces between words: Thai, Lao, Myanmar, Khmer, kana, ideographs and their signs.
_SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)


def step(text: str) -> str:
    """One round: NFKC, full case folding, unseen characters away, look-alikes to ASCII."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold().translate(_TABLE)


def settled(text: str) -> str:
    """`step()` until nothing changes any more. One round opens new ones: a deleted character lets its neighbours
    compose, a folded one may have a compatibility form of its own."""
    while (folded := step(text)) != text:
        text = folded
    return text


def fold(text: str) -> str:
    """The folded form of a phrase, runs of white space made one space, none at the ends.

    `fold(fold(text)) == fold(text)`, and it never raises.
    """
    return re.sub(r"\s+", " ", settled(text)).strip()


def skeleton(handle: str) -> str:
    """What a profile name looks like at a glance: folded, with look-alike digits and pairs of letters made one.

    Two handles with equal skeletons are easily taken for each other. The skeleton is for comparing only, never shown.
    """
    seen = settled(handle).translate(_LOOK_ALIKE_DIGITS)
    for pair, letter in _LOOK_ALIKE_PAIRS:
        seen = seen.replace(pair, letter)
    return seen


def is_spaceless(character: str) -> bool:
    """Whether the character belongs to a script that puts no spaces between words, so that it has no word edges."""
    return _SPACELESS.match(character) is not None
