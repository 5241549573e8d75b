"""Keywords in texts: all of them in one pass, whole words only, with the place of each hit in the original text.

Texts are folded as keywords are (`signals.folding`), so that a keyword is found in whatever spelling; since folding
changes lengths, every character remembers where it came from.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from ahocorasick_rs import BytesAhoCorasick, Implementation

from signals import folding
from signals.matching.beginnings import Beginnings

Integers = npt.NDArray[np.int64]

_LINE_END = ord("\n")
_LARGE, _SMALL = 2048, 32
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


_ASCII_IN_WORD = np.array([_in_word(chr(code)) for code in range(128)])


class KeywordIndex:
    """Finds keywords as whole words. Keywords are given in normal form, each with an id of the caller's."""

    def __init__(self, keywords: Mapping[int, str]) -> None:
        """`ValueError` if a keyword is empty, or is no text (half a surrogate pair)."""
        if not all(keywords.values()):
            raise ValueError("A keyword is empty.")
        self._ids = list(keywords)
        self._numbers = np.array(self._ids, dtype=np.int64)
        plain = [keyword.encode() for keyword in keywords.values() if keyword.isascii()]
        self._beginnings = Beginnings(plain)
        self._from_words = all(_ASCII_IN_WORD[keyword[0]] for keyword in plain)
        self._automaton = BytesAhoCorasick(
            [keyword.encode() for keyword in keywords.values()], implementation=Implementation.ContiguousNFA
        )

    def __len__(self) -> int:
        return len(self._ids)

    def search(self, texts: Sequence[str]) -> list[KeywordHit]:
        """All hits in all texts, ordered by text, start, end and id. Many texts at once are much cheaper than one."""
        if not self._ids or not texts:
            return []
        chosen = self._perhaps(texts)
        together = _Together([texts[number] for number in chosen])
        keyword, start, end = self._found(together.text)
        whole = np.flatnonzero(together.are_whole(start, end))
        keyword, start, end = keyword[whole], start[whole], end[whole]
        text, start, end = together.origins(start, end)
        text = np.array(chosen, dtype=np.int64)[text]
        number = self._numbers[keyword]
        order = np.lexsort((number, end, start, text))
        columns = (column[order].tolist() for column in (text, number, start, end))
        return list(map(KeywordHit._make, zip(*columns, strict=True)))

    def _perhaps(self, texts: Sequence[str]) -> list[int]:
        """The texts in which a keyword may stand."""
        chosen: list[int] = []
        for first, block, folded in _blocks(texts):
            if folded is None:
                chosen += range(first, first + len(block))
                continue
            codes = np.frombuffer(folded, dtype=np.uint8)
            in_word = _words_of(codes)
            edges = in_word.copy() if self._from_words else codes != _LINE_END
            edges[1:] &= ~in_word[:-1] if self._from_words else ~(in_word[1:] & in_word[:-1])
            places = self._beginnings.places(folded, np.flatnonzero(edges))
            if len(places):
                begins = np.append(0, np.flatnonzero(codes == _LINE_END) + 1)
                chosen += (np.unique(np.searchsorted(begins, places, side="right")) - 1 + first).tolist()
        return chosen

    def _found(self, joined: str) -> tuple[Integers, Integers, Integers]:
        """What the automaton finds: keyword, first and end position in characters."""
        raw = joined.encode()
        found = self._automaton.find_matches_as_indexes(raw, overlapping=True)
        flat = np.fromiter(chain.from_iterable(found), np.int64, 3 * len(found))
        keyword, start, end = flat.reshape(-1, 3).T
        if len(raw) > len(joined):
            place: Integers = np.cumsum((np.frombuffer(raw, dtype=np.uint8) & 0xC0) != 0x80)
            start, end = place[start] - 1, place[end - 1]
        return keyword, start, end


class _Together:
    """Many texts, folded and joined into one."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._mapped: dict[int, Folded] = {}
        parts: list[str] = []
        lengths: list[int] = []
        for first, block, folded in _blocks(texts):
            if folded is not None:
                lengths += map(len, block)
                parts.append(folded.decode())
                continue
            for number, text in enumerate(block, first):
                one = fold(text)
                lengths.append(len(one.text))
                parts.append(one.text)
                if one.starts is not None:
                    self._mapped[number] = one
        self.text = _BETWEEN.join(parts)
        self._begins = np.cumsum([0, *lengths]) + np.arange(len(lengths) + 1)

    def are_whole(self, start: Integers, end: Integers) -> npt.NDArray[np.bool_]:
        """Which hits neither begin nor end inside a word."""
        # With a line end on either side, the character at place p stands at p + 1.
        written = f"\n{self.text}\n"
        codes = (
            np.frombuffer(written.encode("ascii"), dtype=np.uint8)
            if written.isascii()
            else np.frombuffer(written.encode("utf-32-le"), dtype=np.uint32)
        )
        before, first, last, after = (_are_in_words(codes[place]) for place in (start, start + 1, end, end + 1))
        return ~(before & first | last & after)

    def origins(self, start: Integers, end: Integers) -> tuple[Integers, Integers, Integers]:
        """Text, first and end position in that text as it was written, of parts of the whole."""
        text = np.searchsorted(self._begins, start, side="right") - 1
        start, end = start - self._begins[text], end - self._begins[text]
        if self._mapped:
            for hit, number in enumerate(text.tolist()):
                if number in self._mapped:
                    start[hit], end[hit] = self._mapped[number].origin(int(start[hit]), int(end[hit]))
        return text, start, end


def _blocks(texts: Sequence[str]) -> Iterator[tuple[int, Sequence[str], bytes | None]]:
    """The number of the first, texts that follow one another, and these folded and joined if they are plain.

    Large blocks; small ones where a text is not plain, so that it costs few others the short way.
    """
    for first in range(0, len(texts), _LARGE):
        block = texts[first : first + _LARGE]
        folded = _plain(block)
        if folded is not None:
            yield first, block, folded
            continue
        for second in range(0, len(block), _SMALL):
            part = block[second : second + _SMALL]
            yield first + second, part, _plain(part)


def _plain(texts: Sequence[str]) -> bytes | None:
    """Texts folded and joined, if lower case is all that folding does to them."""
    joined = _BETWEEN.join(texts)
    if not joined.isascii():
        return None
    folded = joined.encode().lower()
    codes = np.frombuffer(folded, dtype=np.uint8)
    spaces = codes == ord(" ")
    if np.count_nonzero(codes < ord(" ")) != len(texts) - 1 or (spaces[1:] & spaces[:-1]).any():
        return None
    return folded


def _words_of(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Which characters of folded ASCII continue a word: a comparison of whole columns is quicker than a table."""
    in_word: npt.NDArray[np.bool_] = (codes - np.uint8(ord("a"))) < 26
    in_word |= (codes - np.uint8(ord("0"))) < 10
    in_word |= codes == ord("_")
    return in_word


def _are_in_words(codes: npt.NDArray[np.uint8] | npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Which characters continue a word."""
    if codes.dtype == np.uint8:
        return _ASCII_IN_WORD[codes]
    different, place = np.unique(codes, return_inverse=True)
    return np.array([_in_word(chr(code)) for code in different.tolist()], dtype=bool)[place]
