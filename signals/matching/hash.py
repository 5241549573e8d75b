"""Hashes of image and video files, made where the files are: `python -m signals.matching.hash FILE…`.

Prints one line of JSON per file, which the form *Share a signal* and the API take. The files are read, hashed and
forgotten; nothing but the hashes leaves the machine, and nothing is written.
"""

import argparse
import hashlib
import io
import json
import os
import stat
import sys
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

import imagehash
import numpy as np
from PIL import Image

from signals.matching import frames, pdq
from signals.matching.frames import Frame

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
DRAFT_ABOVE = 1_000_000
DRAFT_SIDE = 256
"""Of an image of more pixels a draft is hashed that has at least this many pixels a side. A JPEG is decoded as one, at
a half, a quarter or an eighth: 12 times faster than in full, and at most 10 bits of PDQ and 2 of pHash away from it."""

_BLOCK = 1 << 20
_EXIF_ORIENTATION = 0x0112
_TURNS: Mapping[int, Image.Transpose] = MappingProxyType(
    {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
)


@dataclass(frozen=True)
class Limits:
    """What is refused before anything is decoded."""

    image_bytes: int = 100_000_000
    pixels: int = 100_000_000


@dataclass(frozen=True)
class Variant:
    """What an image would have for hashes if somebody had turned or mirrored it: for look-up, never to be shared."""

    file: str
    variant: str
    pdq: str
    quality: int
    phash: str

    def line(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class FileHashes:
    """The hashes of one file, in lower-case hexadecimal. An image has `pdq`, `quality` (0 to 100) and `phash`; a video
    has `video_md5`, and `vpdq` where its frames were asked for. `file` is the name that the caller gave."""

    file: str
    md5: str
    sha1: str
    sha256: str
    pdq: str | None = None
    quality: int | None = None
    phash: str | None = None
    video_md5: str | None = None
    vpdq: Sequence[Frame] | None = None
    variants: Sequence[Variant] = ()

    def line(self) -> str:
        """One line of JSON, without what the file does not have."""
        own = {name: value for name, value in asdict(self).items() if name != "variants"}
        own["vpdq"] = None if self.vpdq is None else [str(frame) for frame in self.vpdq]
        return json.dumps({name: value for name, value in own.items() if value is not None})

    def lines(self) -> list[str]:
        """The line, and one more for each variant."""
        return [self.line(), *(variant.line() for variant in self.variants)]


class Reason(StrEnum):
    """Why a file cannot be hashed: for pages, which have sentences of their own in several languages."""

    MISSING = "missing"
    FORBIDDEN = "forbidden"
    NOT_A_FILE = "not_a_file"
    UNKNOWN_FORMAT = "unknown_format"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_MANY_PIXELS = "too_many_pixels"
    DAMAGED = "damaged"
    FAILED = "failed"


class Unreadable(Exception):
    """The file cannot be hashed. `str()` is a sentence that says why, `reason` the same in a word."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


def hash_file(
    path: Path | str, limits: Limits = Limits(), *, dihedral: bool = False, look: frames.Look | None = None
) -> FileHashes:
    """The hashes of the image or video at `path`, or `Unreadable`. A video of any length is read block by block.

    With `dihedral` the seven variants of an image that is turned or mirrored are hashed, too; with `look` (see
    `frames.hashed`), the frames of a video.
    """
    name = os.fspath(path)
    try:
        with _opened(name) as file:
            kind = _media(file.read(_HEAD))
            file.seek(0)
            if kind == "video":
                hashes = _video(name, iter(lambda: file.read(_BLOCK), b""))
                return hashes if look is None else replace(hashes, vpdq=_frames(name, limits, look))
            if kind == "image":
                _check_bytes(os.fstat(file.fileno()).st_size, limits)
                return _image(name, file.read(limits.image_bytes + 1), limits, dihedral=dihedral)
    except (OSError, ValueError) as problem:
        raise _unreadable(problem) from problem
    raise Unreadable(Reason.UNKNOWN_FORMAT, _UNKNOWN)


def hash_bytes(data: bytes, name: str = "", limits: Limits = Limits()) -> FileHashes:
    """The hashes of an image or video that is in memory already, or `Unreadable`."""
    kind = _media(data[:_HEAD])
    if kind == "video":
        return _video(name, [data])
    if kind == "image":
        return _image(name, data, limits)
    raise Unreadable(Reason.UNKNOWN_FORMAT, _UNKNOWN)


_HEAD = 64
_UNKNOWN = "This is neither an image (JPEG, PNG, GIF, WebP) nor a video that we know."
_IMAGE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_VIDEO_STARTS = (
    b"\x1a\x45\xdf\xa3",  # Matroska, WebM
    b"FLV\x01",
    b"OggS",
    b"\x00\x00\x01\xba",  # MPEG programme stream
    b"\x00\x00\x01\xb3",  # MPEG video
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # ASF, WMV
)
_STILL_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"crx ")
_OLD_QUICKTIME = (b"moov", b"mdat", b"wide")


def _media(head: bytes) -> str:
    """`image`, `video` or nothing, by the first bytes and never by the name."""
    box, brand = head[4:8], head[8:12]
    if head.startswith(_IMAGE_STARTS) or (head[:4] == b"RIFF" and brand == b"WEBP"):
        return "image"
    if box == b"ftyp":
        return "" if brand in _STILL_BRANDS else "video"
    riff_video = head[:4] == b"RIFF" and brand == b"AVI "
    return "video" if head.startswith(_VIDEO_STARTS) or box in _OLD_QUICKTIME or riff_video else ""


def _opened(name: str) -> BinaryIO:
    """The file, if it is one: a pipe or a device would never end. Opened without waiting for a pipe's other side."""
    descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise Unreadable(Reason.NOT_A_FILE, "This is a folder." if stat.S_ISDIR(mode) else "This is not a file.")
    return os.fdopen(descriptor, "rb")


def _unreadable(problem: OSError | ValueError) -> Unreadable:
    """The sentence for what the operating system said. It names the file itself only where the caller did."""
    if isinstance(problem, FileNotFoundError):
        return Unreadable(Reason.MISSING, "There is no such file.")
    if isinstance(problem, PermissionError):
        return Unreadable(Reason.FORBIDDEN, "You may not read this file.")
    text = problem.strerror if isinstance(problem, OSError) else None
    return Unreadable(Reason.FAILED, f"This file cannot be read: {text}." if text else "This file cannot be read.")


def _digests(blocks: Iterable[bytes]) -> tuple[str, str, str]:
    """MD5, SHA-1 and SHA-256 in one pass."""
    made = tuple(make(usedforsecurity=False) for make in (hashlib.md5, hashlib.sha1, hashlib.sha256))
    for block in blocks:
        for digest in made:
            digest.update(block)
    md5, sha1, sha256 = (digest.hexdigest() for digest in made)
    return md5, sha1, sha256


def _video(name: str, blocks: Iterable[bytes]) -> FileHashes:
    md5, sha1, sha256 = _digests(blocks)
    return FileHashes(name, md5, sha1, sha256, video_md5=md5)


def _frames(name: str, limits: Limits, look: frames.Look) -> Sequence[Frame]:
    try:
        return frames.hashed(name, limits.pixels, look)
    except frames.Undecodable as problem:
        raise Unreadable(Reason.DAMAGED, str(problem)) from problem


def _image(name: str, data: bytes, limits: Limits, *, dihedral: bool = False) -> FileHashes:
    _check_bytes(len(data), limits)
    image = decoded(data, limits)
    value, quality = pdq.pdq(image)
    phash = str(imagehash.phash(image))
    variants = [_variant(name, image, turn) for turn in _TURNS.values()] if dihedral else ()
    return FileHashes(name, *_digests([data]), pdq=value, quality=quality, phash=phash, variants=variants)


def _variant(name: str, image: Image.Image, turn: Image.Transpose) -> Variant:
    turned = image.transpose(turn)
    value, quality = pdq.pdq(turned)
    return Variant(name, turn.name.lower(), value, quality, str(imagehash.phash(turned)))


def _check_bytes(size: int, limits: Limits) -> None:
    if size > limits.image_bytes:
        sentence = f"This image has {size:,} bytes; at most {limits.image_bytes:,} are hashed."
        raise Unreadable(Reason.TOO_MANY_BYTES, sentence)


def decoded(data: bytes, limits: Limits) -> Image.Image:
    """The first frame, upright and in RGB. Transparency is dropped, as other implementations do."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width, height = image.size
            if width * height > limits.pixels:
                raise _too_large(f"has {width:,} × {height:,} pixels", limits)
            if width * height > DRAFT_ABOVE:
                image.draft("RGB", (DRAFT_SIDE, DRAFT_SIDE))
            return _upright(image)
    except Unreadable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise _too_large("is too large", limits) from problem
    except MemoryError as problem:
        raise Unreadable(Reason.FAILED, "There is not enough memory to decode this image.") from problem
    except Exception as problem:  # a decoder answers damaged data with any exception at all
        raise Unreadable(Reason.DAMAGED, "This image is damaged or incomplete.") from problem


def _too_large(what: str, limits: Limits) -> Unreadable:
    return Unreadable(Reason.TOO_MANY_PIXELS, f"This image {what}; at most {limits.pixels:,} pixels are decoded.")


def _upright(image: Image.Image) -> Image.Image:
    image.load()
    turn = _TURNS.get(_orientation(image))
    if turn is not None:
        image = image.transpose(turn)
    if image.mode.startswith("I"):  # 16 bits of grey: the upper eight
        image = Image.fromarray((np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
    image = image.convert("RGB")
    if image.width * image.height > DRAFT_ABOVE:  # no format but JPEG decodes drafts
        image = image.reduce(max(1, min(image.size) // DRAFT_SIDE))
    return image


def _orientation(image: Image.Image) -> int:
    """How the camera was held, by EXIF (1 to 8); 0 where that cannot be read: the image is no worse for it."""
    try:
        return int(image.getexif().get(_EXIF_ORIENTATION, 0))
    except Exception:  # noqa: BLE001 - as above
        return 0


# The command

MANY = 10
_EVERY = 0.5


def _hashed(
    names: Sequence[str], *, dihedral: bool, look: frames.Look | None
) -> Iterator[tuple[str, FileHashes | Unreadable]]:
    for name in names:
        try:
            yield name, hash_file(name, dihedral=dihedral, look=look)
        except Unreadable as refusal:
            yield name, refusal


class _Progress:
    """How far it is, on standard error, when there are many files and somebody looks."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.failed = total, 0, 0
        self.shown = total >= MANY and sys.stderr.isatty()
        self.started = self.last = time.monotonic()

    def step(self) -> None:
        self.done += 1
        now = time.monotonic()
        if self.shown and (now - self.last >= _EVERY or self.done == self.total):
            left = (now - self.started) / self.done * (self.total - self.done)
            sys.stderr.write(f"\r{self.done:,} of {self.total:,} files, {self.failed:,} failed, {left:.0f} s left   ")
            self.last = now

    def look(self, second: float, length: float) -> None:
        """How far it is within one video; `length` is 0 where the file does not say."""
        now = time.monotonic()
        if sys.stderr.isatty() and now - self.last >= _EVERY:
            share = f" of {length:,.0f}" if length else ""
            sys.stderr.write(f"\r{second:,.0f}{share} s of a video, {self.done:,} of {self.total:,} files done   ")
            self.last = now

    def say(self, sentence: str) -> None:
        self.failed += 1
        sys.stderr.write(f"{chr(13) if self.shown else ''}{sentence}\n")

    def end(self) -> None:
        if self.shown:
            sys.stderr.write("\n")
        if self.total >= MANY or self.failed:
            sys.stderr.write(f"{self.total - self.failed:,} of {self.total:,} files hashed.\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Hash the files named on the command line. 0 if all could be hashed, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m signals.matching.hash",
        description="Prints the hashes of images and videos, one line of JSON per file. Nothing is sent or stored.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a JPEG, PNG, GIF or WebP image, or a video")
    parser.add_argument(
        "--dihedral",
        action="store_true",
        help="seven more lines per image, as if it had been turned or mirrored: for look-up, never to be shared",
    )
    parser.add_argument(
        "--vpdq", action="store_true", help="the frames of videos, too; this needs PyAV: pip install av"
    )
    given = parser.parse_args(arguments)
    names = given.files
    if given.vpdq and not frames.is_available():
        sys.stderr.write("Frames of videos are decoded by PyAV, which is not installed: pip install av\n")
        return 1
    warnings.filterwarnings("ignore", module="PIL")  # our own sentences say what matters
    progress = _Progress(len(names))
    try:
        for name, result in _hashed(names, dihedral=given.dihedral, look=progress.look if given.vpdq else None):
            if isinstance(result, Unreadable):
                progress.say(f"{name}: {result}")
            else:
                sys.stdout.write("".join(f"{line}\n" for line in result.lines()))
                sys.stdout.flush()
            progress.step()
    except BrokenPipeError:  # the program that reads our lines has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    progress.end()
    return 1 if progress.failed else 0


if __name__ == "__main__":
    sys.exit(main())
