"""PDQ: a 256-bit hash that hardly changes when an image is scaled, compressed or recoloured a little.

Written after the description of the method: "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing
Algorithm", Facebook 2019. On the same pixels the hash equals that of the reference implementation bit for bit, but
for drawn patterns whose coefficients are all alike, where rounding decides.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

Matrix = npt.NDArray[np.float64]

SIDE = 64
"""The image is reduced to this many samples each way before it is transformed."""

_LUMA = np.array([0.299, 0.587, 0.114])
_BAND = 256


def _cosines() -> Matrix:
    """The 16 lowest frequencies but the constant one, as rows of a discrete cosine transform: (16, 64)."""
    frequency, sample = np.arange(1, 17)[:, None], np.arange(SIDE)[None, :]
    cosines: Matrix = np.sqrt(2 / SIDE) * np.cos(np.pi / (2 * SIDE) * frequency * (2 * sample + 1))
    return cosines


_COSINES = _cosines()


@lru_cache(maxsize=64)
def _sampling(length: int) -> Matrix:
    """What two box filters and the picking of 64 samples do along one axis, as one matrix: (64, length).

    A box is (length + 127) // 128 pixels wide, and cut off at the edges. Both filters are linear, and the two axes do
    not meet, so that a whole image is reduced by `rows @ image @ columns.T`.
    """
    window = (length + 127) // 128
    after = (window + 2) // 2
    pixel = np.arange(length)
    first, last = np.maximum(pixel - (window - after), 0), np.minimum(pixel + after - 1, length - 1)
    matrix = np.zeros((SIDE, length))
    for sample, centre in enumerate(((np.arange(SIDE) + 0.5) * length / SIDE).astype(int)):
        width = last[centre] - first[centre] + 1
        for middle in range(first[centre], last[centre] + 1):
            box = slice(first[middle], last[middle] + 1)
            matrix[sample, box] += 1 / (width * (last[middle] - first[middle] + 1))
    return matrix


def _reduced(image: Image.Image) -> Matrix:
    """The luma of an RGB image, smoothed and sampled to (64, 64); band by band, so that a large image needs no more
    memory than it has already."""
    width, height = image.size
    rows, samples = _sampling(height), np.zeros((SIDE, width))
    for top in range(0, height, _BAND):
        bottom = min(top + _BAND, height)
        luma = np.asarray(image.crop((0, top, width, bottom)), dtype=np.float64) @ _LUMA
        samples += rows[:, top:bottom] @ luma
    return samples @ _sampling(width).T


def _quality(samples: Matrix) -> int:
    """0 to 100: how much there is to see, from the differences between neighbours."""
    down, across = np.diff(samples, axis=0), np.diff(samples, axis=1)
    total = sum(float(np.abs(np.trunc(change * 100 / 255)).sum()) for change in (down, across))
    return min(100, int(total / 90))


def pdq(image: Image.Image) -> tuple[str, int]:
    """The PDQ hash (64 hexadecimal digits) and its quality (0 to 100) of an RGB image of any size."""
    samples = _reduced(image)
    transformed = _COSINES @ samples @ _COSINES.T
    median = np.partition(transformed.ravel(), 127)[127]
    bits = (transformed > median).ravel()[::-1]
    return np.packbits(bits).tobytes().hex(), _quality(samples)
