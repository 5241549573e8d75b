"""The frames of a video as PDQ hashes, one for each second: what vPDQ compares (see `video`).

Videos are decoded by PyAV, an extra (`pip install av`). Everything else of this package does without it.
"""

from collections.abc import Callable
from typing import NamedTuple

from PIL import Image

from signals.matching import pdq

try:
    import av
except ImportError:
    av = None

LARGEST_SIDE = 512
"""Frames are made smaller before they are hashed: PDQ looks at 64 × 64 points."""
MOST = 20_000
"""Frames of one video that are hashed: more than five hours."""

Look = Callable[[float, float], None]
"""Told, after each frame, at which second of how many it stood; the latter is 0 where the file does not say."""


class Frame(NamedTuple):
    """One frame: its hash, the quality of that (0 to 100), and its second."""

    pdq: str
    quality: int
    second: float

    def __str__(self) -> str:
        """As the programs of vPDQ write it."""
        return f"{self.pdq},{self.quality},{self.second:.3f}"


class Undecodable(Exception):
    """The frames cannot be had. `str()` is a sentence that says why."""


def is_available() -> bool:
    return av is not None


def hashed(path: str, pixels: int, look: Look) -> list[Frame]:
    """A frame for each second of the video at `path`, or `Undecodable`. More `pixels` a frame are not decoded."""
    try:
        with av.open(path) as container:
            return _hashed(container, pixels, look)
    except (av.FFmpegError, ValueError, MemoryError) as problem:
        raise Undecodable("This video is damaged, or of a kind that cannot be decoded.") from problem


def _hashed(container: "av.container.InputContainer", pixels: int, look: Look) -> list[Frame]:
    if not container.streams.video:
        raise Undecodable("There is no picture in this video.")
    stream = container.streams.video[0]
    if stream.width * stream.height > pixels:
        raise Undecodable(f"The frames of this video have more than {pixels:,} pixels; they are not decoded.")
    stream.thread_type = "AUTO"
    length = float((container.duration or 0) / av.time_base)
    found: list[Frame] = []
    due = 0.0
    for frame in container.decode(stream):
        second = float(frame.time or 0)
        if second >= due or not found:
            value, quality = pdq.pdq(_small(frame))
            found.append(Frame(value, quality, round(second, 3)))
            look(second, length)
            due = second + 1
        if len(found) == MOST:
            break
    if not found:
        raise Undecodable("There is no picture in this video.")
    return found


def _small(frame: "av.VideoFrame") -> Image.Image:
    """The frame in RGB, no larger than it has to be."""
    scale = min(1, LARGEST_SIDE / max(frame.width, frame.height))
    width, height = (max(1, round(side * scale)) for side in (frame.width, frame.height))
    image: Image.Image = frame.reformat(width=width, height=height, format="rgb24").to_image()
    return image
