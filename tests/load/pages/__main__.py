"""`python -m tests.load.pages`: measure, print the table, leave it in var/bench; 0 if every floor holds.

Two hubs stand side by side in one throwaway PostgreSQL, a small one and a full one. Every page is opened in both by
turns, in this process; what is compared is the 95th percentile.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter

from lantern_site import clock
from tests import builders
from tests.load import bars
from tests.load.bars import Bar
from tests.load.pages.filling import Sizes
from tests.load.pages.hubs import Hub, standing

FILE = Path("var/bench/pages.json")
SMALL = Sizes(signals=1_000, entries=10_000, waiting=60)
MOST_QUERIES, FEW_QUERIES = 15, 12
WARMING_UP = 3


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load.pages", description=__doc__)
    parser.add_argument("--signals", type=int, default=1_000_000, help="of the full hub")
    parser.add_argument("--entries", type=int, default=10_000_000, help="of its ledger")
    parser.add_argument("--rounds", type=int, default=40, help="how often each page is opened in each hub")
    parser.add_argument("--only", default="", help="pages whose name contains this")
    parser.add_argument("--explain", action="store_true", help="print the slowest query of each page in the full hub")
    parser.add_argument("--to", type=Path, default=FILE, help="where the numbers go")
    given = parser.parse_args(arguments)
    sizes = Sizes(given.signals, given.entries, waiting=SMALL.waiting + given.signals // 500)
    with clock.at(builders.NOW), standing(SMALL, sizes) as (small, full):
        measured = list(_measure(small, full, given))
    bars.write(measured, given.to)
    print(bars.table(measured))
    return 0 if all(bar.reaches(bar.floor) for bar in measured) else 1


def _measure(small: Hub, full: Hub, given: argparse.Namespace) -> Iterator[Bar]:
    most = 0
    for place, page in enumerate(full.pages):
        if given.only not in page.name:
            continue
        seconds = _by_turns(place, (small, full), given.rounds)
        usual, filled = (quantiles(times, n=20)[-1] for times in seconds)
        queries = [hub.queries(place, Random(place)) for hub in (small, full)]
        most = max(most, *queries)
        note = f"{usual * 1000:.0f} → {filled * 1000:.0f} ms, {queries[0]} and {queries[1]} queries"
        yield _told(
            Bar(page.name, filled / usual, 2, 1.2, "× the small hub", full.sizes.signals, given.rounds, note, "lower")
        )
        if given.explain:
            print(full.slowest(place, Random(place)), flush=True)
    yield _told(
        Bar("queries of a page", most, MOST_QUERIES, FEW_QUERIES, "queries", full.sizes.signals, 1, "", "lower")
    )


def _told(bar: Bar) -> Bar:
    print(f"  {bar.bar}: {bar.value:,.3g} {bar.unit}; {bar.note}", file=sys.stderr, flush=True)
    return bar


def _by_turns(place: int, hubs: Sequence[Hub], rounds: int) -> list[list[float]]:
    """The seconds of each opening, hub by hub. Who begins changes from round to round."""
    seconds: list[list[float]] = [[] for _hub in hubs]
    dice = [Random(place) for _hub in hubs]
    for number in range(WARMING_UP + rounds):
        for turn in (0, 1) if number % 2 else (1, 0):
            with hubs[turn].current():
                began = perf_counter()
                hubs[turn].pages[place].open(dice[turn])
                if number >= WARMING_UP:
                    seconds[turn].append(perf_counter() - began)
    return seconds


if __name__ == "__main__":
    sys.exit(main())
