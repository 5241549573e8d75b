"""Hashes of files and images in hexadecimal, and the frames of a video."""

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from signals.canonical.answers import Canonical, refuse

LENGTHS: Mapping[str, int] = MappingProxyType(
    {"md5": 32, "sha1": 40, "sha256": 64, "pdq": 64, "phash": 16, "video_md5": 32}
)
"""How many hexadecimal digits a hash of each kind has."""

LEAST_QUALITY = 50
"""The least quality of a PDQ hash that is worth comparing (of 100)."""

MOST_FRAMES = 3_600
LONGEST_VIDEO = 512_000
_LATEST = Decimal(360_000)
_TIME = re.compile(r"[0-9]{1,6}(\.[0-9]{1,9})?")


class Frame(NamedTuple):
    """A frame of a video: when it is seen, in thousandths of a second; its PDQ hash; its quality."""

    at: int
    pdq: str
    quality: int

    def __str__(self) -> str:
        return f"{self.pdq},{self.quality},{self.at // 1000}.{self.at % 1000:03}"


def file_hash(kind: str, text: str) -> Canonical:
    return Canonical(_hex(kind, text))


def pdq(text: str, quality: int | None) -> Canonical:
    digits, comma, tail = text.partition(",")
    value = _hex("pdq", digits.strip())
    if comma:
        given = _quality(tail.strip())
        if quality is not None and quality != given:
            refuse("quality_twice", "quality")
        quality = given
    if quality is not None and not LEAST_QUALITY <= quality <= 100:
        refuse("quality_out_of_range", "quality", quality=quality, least=LEAST_QUALITY)
    return Canonical(value, quality=quality)


def vpdq(text: str) -> Canonical:
    """Frames as `hash,quality,seconds`, joined by semicolons: those of sufficient quality, each once, in order of time.

    They may also be given one a line, or as the JSON list of strings that the programs of vPDQ write.
    """
    found = {_frame(part) for part in _parts(text)}
    kept = sorted(frame for frame in found if frame.quality >= LEAST_QUALITY)
    if not kept:
        refuse("frames_too_poor", "quality", least=LEAST_QUALITY)
    if len(kept) > MOST_FRAMES:
        refuse("frames_too_many", most=MOST_FRAMES)
    return Canonical(";".join(map(str, kept)))


def frames(value: str) -> list[Frame]:
    """The frames of a vPDQ value in normal form."""
    return [_frame(part) for part in value.split(";")]


def _parts(text: str) -> Iterable[str]:
    if not text.startswith("["):
        return [part for part in re.split(r"[;\r\n]+", text) if part.strip()]
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, list) or not all(isinstance(part, str) for part in listed):
        refuse("frame_form")
    return listed


def _frame(text: str) -> Frame:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 3 or not _TIME.fullmatch(parts[2]):
        refuse("frame_form")
    quality, seconds = _quality(parts[1]), Decimal(parts[2])
    if quality > 100 or seconds > _LATEST:
        refuse("frame_form")
    return Frame(int((seconds * 1000).to_integral_value()), _hex("pdq", parts[0]), quality)


def _hex(kind: str, text: str) -> str:
    value, length = text.lower(), LENGTHS[kind]
    if not re.fullmatch(r"[0-9a-f]+", value):
        refuse("hash_digits")
    if len(value) != length:
        refuse("hash_length", kind=kind, length=length, count=len(value))
    return value


def _quality(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text):
        refuse("quality_form", "quality")
    return int(text)
