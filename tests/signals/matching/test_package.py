"""The engine is a library of its own: five lines in a shell, without Django."""

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from signals import matching

ROOT = Path(__file__).resolve().parents[3]


def shown() -> list[str]:
    """The five lines as the package shows them, and the README where it does."""
    (lines,) = re.findall(r"(?:^    .+\n)+", matching.__doc__ or "", re.MULTILINE)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    return [dedent(lines), *(block for block in blocks if "HammingIndex" in block)]


@pytest.mark.parametrize("lines", shown())
def test_the_five_lines_of_the_documentation_work_without_django(lines: str) -> None:
    before = f"import sys\nknown = ['{'00' * 32}', '{'ff' * 32}']\nnew = ['{'00' * 31}07']\n"
    program = f"{before}{lines}assert 'django' not in sys.modules\n"

    printed = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={"PATH": ""}, capture_output=True, text=True, check=True
    )

    assert len(lines.splitlines()) == 5
    assert printed.stdout == f"{'00' * 31}07 is 3 bits from {'00' * 32}\n"
