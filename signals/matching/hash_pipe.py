"""One image from standard input to one line of hashes, within limits: the child that `signals.hashing` starts.

`python -m signals.matching.hash_pipe BYTES SECONDS`. Exit code 1 with the reason in a word where it cannot be done.
"""

import resource
import sys
import warnings

from signals.matching.hash import Unreadable, hash_bytes


def main(memory: int, seconds: int) -> int:
    """Set the limits of this process, then read, hash and print."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.filterwarnings("ignore", module="PIL")
    try:
        hashes = hash_bytes(sys.stdin.buffer.read())
    except Unreadable as problem:
        sys.stdout.write(problem.reason)
        return 1
    sys.stdout.write(hashes.line())
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
