"""The benchmark itself, on tiny data: it compares all answers, and says of each bar whether it was reached."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.load import bars
from tests.load.bars import Bar

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_the_benchmark_runs_and_its_answers_are_equal(tmp_path: Path) -> None:
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [
        sys.executable,
        "-m",
        "tests.load.matching",
        "--quick",
        "--no-database",
        "--to",
        str(tmp_path / "m.json"),
    ]

    done = subprocess.run(command, cwd=ROOT, env=os.environ | threads, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    measured = {bar["bar"]: bar for bar in json.loads((tmp_path / "m.json").read_text())}
    assert measured["exact"]["value"] == 1
    assert {"bar", "value", "floor", "goal", "better", "unit", "n", "rounds", "note"} == set(measured["exact"])
    assert (tmp_path / "m.svg").read_text().startswith("<svg")
    assert "exact" in done.stdout


def test_a_bar_says_what_it_reaches() -> None:
    speed = Bar("a", 20.0, 15, 30, "×", 1, 1)
    growth = Bar("b", 4.0, 7, 5, "×", 1, 1, better="lower")
    slow = Bar("c", 14.9, 15, 30, "×", 1, 1)

    assert [bar.verdict for bar in (speed, growth, slow)] == ["floor", "goal", "BELOW THE FLOOR"]
    assert [line.split()[0] for line in bars.table([speed, growth, slow]).splitlines()] == ["bar", "a", "b", "c"]


def test_the_sides_take_turns() -> None:
    order: list[str] = []

    bars.in_turns(3, lambda: order.append("one"), lambda: order.append("other"))

    assert order == ["one", "other", "other", "one", "one", "other"]
