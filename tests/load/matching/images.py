"""PDQ of a large photograph: from a draft, against decoding all of it."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from signals.matching.hash import Limits, decoded
from signals.matching.pdq import pdq
from tests.load.bars import Bar, in_turns


@dataclass(frozen=True)
class Sizes:
    width: int = 4000
    height: int = 3000
    pictures: int = 6
    rounds: int = 5


QUICK = Sizes(width=1200, height=900, pictures=1, rounds=1)


def _photograph(sizes: Sizes, seed: int) -> bytes:
    """A synthetic scene: soft shapes at several scales, with the grain of a camera, as a JPEG."""
    chance = np.random.default_rng(seed)
    scene = np.zeros((sizes.height, sizes.width, 3), dtype=np.float32)
    for cells, strength in ((4, 90), (11, 45), (37, 22), (150, 10)):
        spots = Image.fromarray(chance.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        smooth = np.asarray(spots.resize((sizes.width, sizes.height), Image.Resampling.BICUBIC), dtype=np.float32)
        scene += (smooth / 255 - 0.5) * strength * 2
    scene += chance.normal(128, 4, scene.shape)
    file = io.BytesIO()
    Image.fromarray(scene.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
    return file.getvalue()


def bars(sizes: Sizes) -> Iterator[Bar]:
    pictures = [_photograph(sizes, seed) for seed in range(sizes.pictures)]

    def draft(data: bytes) -> str:
        return pdq(decoded(data, Limits()))[0]

    def full(data: bytes) -> str:
        with Image.open(io.BytesIO(data)) as image:
            return pdq(image.convert("RGB"))[0]

    drift = max((int(draft(data), 16) ^ int(full(data), 16)).bit_count() for data in pictures)
    slow, fast = in_turns(sizes.rounds, lambda: full(pictures[0]), lambda: draft(pictures[0]))
    note = f"{fast * 1e3:.0f} ms against {slow * 1e3:.0f} ms"
    yield Bar("pdq-12mp", slow / fast, 8, 13, "× decoding in full", 1, sizes.rounds, note)
    yield Bar("pdq-12mp-drift", drift, 12, 10, "bits", len(pictures), 1, "the largest of all pictures", better="lower")
