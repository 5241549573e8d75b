"""The engine is a library of its own: five lines in a shell, without Django."""

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

from signals import matching

ROOT = Path(__file__).resolve().parents[3]


def test_the_five_lines_of_the_documentation_work_without_django() -> None:
    (lines,) = re.findall(r"(?:^    .+\n)+", matching.__doc__ or "", re.MULTILINE)
    before = f"import sys\nknown = ['{'00' * 32}', '{'ff' * 32}']\nnew = ['{'00' * 31}07']\n"
    program = f"{before}{dedent(lines)}assert 'django' not in sys.modules\n"

    printed = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={"PATH": ""}, capture_output=True, text=True, check=True
    )

    assert len(lines.splitlines()) == 5
    assert printed.stdout == f"{'00' * 31}07 is 3 bits from {'00' * 32}\n"
