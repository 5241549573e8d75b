"""The parts of a batch: their candidates lie here, encrypted, until they have been compared."""

import json
from collections.abc import Sequence

from signals import sealing
from signals.candidates import Candidate
from signals.models import Chunk, MatchJob


def sealed(job: MatchJob, number: int, stage: int, candidates: Sequence[Candidate]) -> Chunk:
    """A new chunk, not saved yet."""
    chunk = Chunk(job=job, number=number, stage=stage, size=len(candidates), asked_at=job.started_at)
    chunk.ciphertext = sealing.seal(json.dumps(candidates), bound_to=chunk.binding)
    return chunk


def opened(chunk: Chunk) -> list[Candidate]:
    assert chunk.ciphertext is not None
    return list(map(Candidate._make, json.loads(sealing.unseal(chunk.ciphertext, bound_to=chunk.binding))))
