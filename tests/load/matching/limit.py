"""Brute force in C, compiled on the spot: what one core of this machine can do without an index."""

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from signals.matching.multi_index import Words

SOURCE = Path(__file__).with_name("limit.c")
ROOM = 1_000_000


class Limit:
    """Compiled brute force. Of two ways to count bits, the one that is faster here."""

    def __init__(self, library: Any) -> None:
        self._library = library
        for name in ("limit_search", "plain_search"):
            getattr(library, name).restype = ctypes.c_int64
        library.limit_name.restype = ctypes.c_char_p
        self.ways: dict[int, tuple[Any, str]] = {}

    def choose(self, rows: Words, queries: Words, radius: int) -> str:
        """Try both ways on a part of the data, keep the faster for hashes of this width, and say which it is."""
        ways = [
            (self._library.limit_search, self._library.limit_name().decode()),
            (self._library.plain_search, "popcount of 64 bits"),
        ]
        seconds = []
        for way in ways:
            self.ways[rows.shape[1]] = way
            began = perf_counter()
            self.search(rows[:100_000], queries[:500], radius)
            seconds.append(perf_counter() - began)
        self.ways[rows.shape[1]] = ways[int(np.argmin(seconds))]
        return self.ways[rows.shape[1]][1]

    def search(self, rows: Words, queries: Words, radius: int) -> set[tuple[int, int]]:
        """(query, row) of all pairs within `radius`."""
        columns, asked = np.ascontiguousarray(rows.T), np.ascontiguousarray(queries.T)
        return self.of_columns(columns, asked, radius)

    def of_columns(self, rows: Words, queries: Words, radius: int) -> set[tuple[int, int]]:
        """The same for hashes that are columns of words already."""
        found: npt.NDArray[np.int32] = np.empty((ROOM, 2), dtype=np.int32)
        way = self.ways.get(len(rows), (self._library.limit_search, ""))[0]
        address = [ctypes.c_void_p(array.ctypes.data) for array in (rows, queries, found)]
        sizes = [ctypes.c_int64(rows.shape[1]), ctypes.c_int64(queries.shape[1])]
        count = way(address[0], sizes[0], address[1], sizes[1], len(rows), radius, address[2], ctypes.c_int64(ROOM))
        return {(query, row) for query, row in found[:count].tolist()}


def compiled() -> Limit | None:
    """The programme, or None where there is no compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "limit.so"
        options = ["-O3", "-march=native", "-shared", "-fPIC"]
        made = subprocess.run([compiler, *options, "-o", str(file), str(SOURCE)], capture_output=True, check=False)
        return Limit(ctypes.CDLL(str(file))) if made.returncode == 0 else None
