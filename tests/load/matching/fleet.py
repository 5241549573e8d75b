"""What is measured with real workers, from a process that has Django and servers that forget everything."""

import json
import subprocess
import sys
from collections.abc import Iterator

from tests.load.bars import Bar

PROGRAMME = "import tests.stack, django; django.setup(); from tests.load.matching import jobs; jobs.main()"


def bars(*, quick: bool) -> Iterator[Bar]:
    command = [sys.executable, "-c", PROGRAMME, *(["--quick"] if quick else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    for line in done.stdout.splitlines():
        yield Bar(**json.loads(line))
