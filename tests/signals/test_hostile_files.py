"""Two hundred hostile files: each is answered with a sentence that says what to do, and none leaves a signal."""

import io

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.errors import Invalid
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from signals.models import Import
from signals.services import imports
from tests import builders
from tests.builders import NOW
from tests.signals import importing
from tests.signals.hostile import cases
from tests.signals.importing import CLOCK, SAID, rows, run

pytestmark = pytest.mark.django_db
CASES = cases()


def test_there_are_two_hundred_of_them() -> None:
    assert len(CASES) >= 200


def test_every_hostile_file_is_answered_with_a_sentence_and_leaves_no_signal(member: Organisation) -> None:
    actor = builders.actor(member, Role.SUBMITTER)
    silent: dict[str, object] = {}

    for name, content in CASES.items():
        before = kept()
        try:
            found, _is_new = imports.hand_in(
                file=io.BytesIO(content), defaults=SAID, label=name[:60], actor=actor, now=NOW
            )
        except Invalid as refusal:
            if not is_sentence(str(refusal)) or refusal.field != "file" or kept() != before:
                silent[name] = str(refusal)
            continue
        told = {row.number: (row.verdict, row.sentence) for row in rows(run(found))}
        if not told or any(verdict != "refused" or not is_sentence(said) for verdict, said in told.values()):
            silent[name] = told

    assert silent == {}
    assert importing.shared() == 0


def is_sentence(text: str) -> bool:
    return len(text) > 20 and text.endswith(".") and "example.org" not in text


def kept() -> int:
    with acting_as(CLOCK):
        return Import.objects.count()
