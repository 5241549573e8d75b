"""`python -m tests.load.matching`: measure, print the table, leave it in var/bench; 0 if every floor holds."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
import psycopg
from django.conf import settings

from lantern_site import charts
from lantern_site.local.services import Postgres
from tests.load import bars
from tests.load.bars import Bar
from tests.load.matching import digests, fleet, hashes, images, peers, words

FILE = Path("var/bench/matching.json")
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Suite = Callable[[], Iterator[Bar]]


@contextmanager
def postgres() -> Iterator[Any]:
    """A server of our own that forgets everything."""
    with tempfile.TemporaryDirectory(prefix="lantern-bench-") as folder:
        Path(folder).chmod(0o755)
        server = Postgres(Path(folder) / "postgres", throwaway=True)
        try:
            with psycopg.connect(server.start(), autocommit=True) as connection:
                yield connection
        finally:
            server.stop()


def _with_postgres(of: Callable[[Any], Iterator[Bar]]) -> Suite:
    def suite() -> Iterator[Bar]:
        with postgres() as connection:
            yield from of(connection)

    return suite


def suites(quick: bool, database: bool) -> dict[str, Suite]:
    """What can be measured, by name; `quick` on tiny data, to see that everything works."""
    found: dict[str, Suite] = {
        "hashes": lambda: hashes.bars(hashes.QUICK if quick else hashes.Sizes()),
        "keywords": lambda: words.keywords(words.QUICK if quick else words.Sizes()),
        "images": lambda: images.bars(images.QUICK if quick else images.Sizes()),
    }
    if database:
        exact, near = (digests.QUICK, words.QUICK) if quick else (digests.Sizes(), words.Sizes())
        found["digests"] = _with_postgres(lambda connection: digests.bars(exact, connection))
        found["jobs"] = lambda: fleet.bars(quick=quick)
        found["names"] = _with_postgres(lambda connection: words.names(near, connection))
    return found


def measure(chosen: Sequence[Suite]) -> list[Bar]:
    measured = []
    for suite in chosen:
        for bar in suite():
            print(f"  {bar.bar}: {bar.value:,.4g} {bar.unit}", file=sys.stderr, flush=True)
            measured.append(bar)
    return measured


def chart(measured: Sequence[Bar]) -> str:
    """How far above its floor each speed lies, as an SVG."""
    settings.configure(USE_I18N=False)
    django.setup()
    speeds = sorted((bar for bar in measured if bar.better == "higher"), key=lambda bar: -bar.value / bar.floor)
    drawn = [charts.Bar(bar.bar, bar.value / bar.floor, f"{bar.value:,.3g} {bar.unit}") for bar in speeds]
    return charts.ranked_bars(drawn).printed()


def main(arguments: Sequence[str] | None = None) -> int:
    everything = suites(quick=False, database=True)
    parser = argparse.ArgumentParser(prog="python -m tests.load.matching", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny data: see that everything works, measure nothing")
    parser.add_argument("--no-database", action="store_true", help="leave out what needs PostgreSQL")
    parser.add_argument("--only", choices=sorted(everything), action="append", help="one suite (may be repeated)")
    parser.add_argument("--to", type=Path, default=FILE, help="where the numbers go")
    given = parser.parse_args(arguments)
    if any(os.environ.get(name) != "1" for name in ONE_THREAD):
        parser.error(f"Set {', '.join(ONE_THREAD)} to 1: both sides are measured with one thread.")
    chosen = suites(given.quick, not given.no_database)
    measured = measure([suite for name, suite in chosen.items() if not given.only or name in given.only])
    bars.write(measured, given.to)
    given.to.with_suffix(".svg").write_text(chart(measured), encoding="utf-8")
    print(bars.table(measured))
    if peers.missing():
        print(f"Not installed here, so not compared with: {', '.join(peers.missing())}.")
    return 0 if given.quick or all(bar.reaches(bar.floor) for bar in measured) else 1


if __name__ == "__main__":
    sys.exit(main())
