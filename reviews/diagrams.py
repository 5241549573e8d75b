"""The workflow tables as Mermaid state diagrams, for the README."""

from collections.abc import Iterator

from reviews import workflow as judging
from signals import workflow as sharing
from signals.workflow import ENDED, Status


def life_of_a_signal() -> str:
    """Every move of a signal, with who makes it."""
    return "\n".join(["stateDiagram-v2", *_signal_lines()])


def _signal_lines() -> Iterator[str]:
    yield f"    [*] --> {Status.SUBMITTED}: submit (submitter)"
    for move, step in sharing.STEPS.items():
        for source in (status for status in Status if status in step.sources):
            yield f"    {source} --> {step.target}: {move} ({step.mover})"
    for status in (status for status in Status if status in ENDED):
        if not any(status in step.sources for step in sharing.STEPS.values()):
            yield f"    {status} --> [*]"


def life_of_a_dispute() -> str:
    """Every move of a dispute, with the party that makes it."""
    return "\n".join(["stateDiagram-v2", *_dispute_lines()])


def _dispute_lines() -> Iterator[str]:
    yield f"    [*] --> {judging.DisputeState.OPENED}: open (opener)"
    for move, step in judging.STEPS.items():
        for source in (state for state in judging.DisputeState if state in step.sources):
            yield f"    {source} --> {step.target}: {move} ({step.party})"
