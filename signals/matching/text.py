"""Keywords in texts: all of them in one pass, whole words only, with the place of each hit in the original text.

Texts are folded as keywords are (`signals.folding`), so that a keyword is found in whatever spelling; since folding
changes lengths, every character remembers where it came from.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from ahocorasick_rs import BytesAhoCorasick

from signals import folding

_BETWEEN = "\n"
"""Stands between texts that are searched together. A folded text has no line ends, so no hit spans two of them."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_PIECES = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]")


class KeywordHit(NamedTuple):
    """A keyword in a text: index of the text, id of the keyword, first and end position in the original text, counted
    in characters (`texts[text][start:end]` is what was written there)."""

    text: int
    id: int
    start: int
    end: int


@dataclass(frozen=True)
class Folded:
    """A folded text. Character i comes from `starts[i]` up to `ends[i]` of the original; if both are absent, from i."""

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The part of the original behind the characters from `start` up to `end`."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


@lru_cache(maxsize=1 << 16)
def _joins_on(character: str) -> bool:
    """Whether a character may melt into the one before it: marks, Hangul vowels and finals, and what becomes these."""
    first = unicodedata.normalize("NFKD", character)[0]
    hangul = "\u1160" <= first <= "\u11ff"
    return hangul or unicodedata.category(first)[0] == "M" or ord(character) in folding.IGNORED


@lru_cache(maxsize=1 << 16)
def _settled(cluster: str) -> str:
    return folding.settled(cluster)


def fold(text: str) -> Folded:
    """`text` in the form of keywords, runs of white space made one space, with the origin of every character."""
    if text.isascii():
        plain = text.lower()
        if not re.search(r"\s\s|[^\S ]", plain):
            return Folded(plain)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    text = _SURROGATES.sub("\ufffd", text)
    for start, end in _clusters(text):
        written = text[start:end]
        folded = written.lower() if written.isascii() else _settled(written)
        pieces.append(folded)
        if written.isascii():
            starts += range(start, end)
            ends += range(start + 1, end + 1)
        else:
            starts += [start] * len(folded)
            ends += [end] * len(folded)
    return _spaced("".join(pieces), starts, ends)


def _clusters(text: str) -> Iterable[tuple[int, int]]:
    """Cuts a text where no character can melt into the one before; runs of ASCII stay together."""
    start = end = 0
    for piece in _PIECES.finditer(text):
        first, last = piece.span()
        if first and not piece[0].isascii() and _joins_on(piece[0]):
            if text[start:end].isascii() and end - start > 1:
                yield start, end - 1
                start = end - 1
            end = last
            continue
        if end > start:
            yield start, end
        start, end = first, last
    if end > start:
        yield start, end


def _spaced(text: str, starts: list[int], ends: list[int]) -> Folded:
    """Every run of white space made one space."""
    if not re.search(r"\s\s|[^\S ]", text):
        return Folded(text, starts, ends)
    kept = [at for at, character in enumerate(text) if not (at and character.isspace() and text[at - 1].isspace())]
    return Folded(_SPACES.sub(" ", text), [starts[at] for at in kept], [ends[at] for at in kept])


def _in_word(character: str) -> bool:
    """Whether a character continues a word, in scripts that have words with edges."""
    wordlike = character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M"
    return wordlike and not folding.is_spaceless(character)


class KeywordIndex:
    """Finds keywords as whole words. Keywords are given in normal form, each with an id of the caller's."""

    def __init__(self, keywords: Mapping[int, str]) -> None:
        """`ValueError` if a keyword is empty, or is no text (half a surrogate pair)."""
        if not all(keywords.values()):
            raise ValueError("A keyword is empty.")
        self._ids = list(keywords)
        self._automaton = BytesAhoCorasick([keyword.encode() for keyword in keywords.values()])

    def __len__(self) -> int:
        return len(self._ids)

    def search(self, texts: Sequence[str]) -> list[KeywordHit]:
        """All hits in all texts, ordered by text, start, end and id."""
        if not self._ids:
            return []
        folded = [fold(text) for text in texts]
        joined = _BETWEEN.join(part.text for part in folded)
        begins = np.cumsum([0, *(len(part.text) + 1 for part in folded)])
        hits: list[KeywordHit] = []
        for keyword, start, end in self._found(joined):
            if not _whole(joined, start, end):
                continue
            number = int(np.searchsorted(begins, start, side="right")) - 1
            begin = int(begins[number])
            hits.append(KeywordHit(number, self._ids[keyword], *folded[number].origin(start - begin, end - begin)))
        return sorted(hits, key=lambda hit: (hit.text, hit.start, hit.end, hit.id))

    def _found(self, joined: str) -> Iterable[tuple[int, int, int]]:
        """What the automaton finds, in positions of characters."""
        raw = joined.encode()
        found = self._automaton.find_matches_as_indexes(raw, overlapping=True)
        if len(raw) == len(joined):
            return found
        place: npt.NDArray[np.int64] = np.cumsum((np.frombuffer(raw, dtype=np.uint8) & 0xC0) != 0x80)
        return [(keyword, int(place[start]) - 1, int(place[end - 1])) for keyword, start, end in found]


def _whole(text: str, start: int, end: int) -> bool:
    """Whether a hit neither begins nor ends inside a word."""
    begins_inside = start > 0 and _in_word(text[start]) and _in_word(text[start - 1])
    ends_inside = end < len(text) and _in_word(text[end - 1]) and _in_word(text[end])
    return not begins_inside and not ends_inside
