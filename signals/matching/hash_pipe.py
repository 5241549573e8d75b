"""Images from standard input to hashes, one after the other and within limits: the child that `signals.hashing` keeps.

`python -m signals.matching.hash_pipe BYTES SECONDS`. Each image comes as its length (8 bytes, big-endian) and then its
bytes; the answer is a line: `+` and the hashes in JSON, or `-` and the reason in a word. It ends with its input.
"""

import resource
import sys
import warnings

from signals.matching.hash import Reason, Unreadable, hash_bytes

LENGTH = 8


def main(memory: int, seconds: int) -> None:
    """Set the limits of this process, then read, hash and answer until nobody asks any more."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.filterwarnings("ignore", module="PIL")
    given, answers = sys.stdin.buffer, sys.stdout
    while head := given.read(LENGTH):
        _allow(seconds)
        answers.write(_answer(given.read(int.from_bytes(head))) + "\n")
        answers.flush()


def _allow(seconds: int) -> None:
    """Let this process compute for so much longer; the system ends it when it does not stop."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))


def _answer(data: bytes) -> str:
    try:
        return "+" + hash_bytes(data).line()
    except Unreadable as problem:
        return f"-{problem.reason}"
    except MemoryError:
        return f"-{Reason.FAILED}"


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
