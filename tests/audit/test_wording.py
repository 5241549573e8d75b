"""Whatever the ledger records has a sentence."""

import re

from lantern_site.audit import wording
from signals.moves import ACTIONS
from tests.test_architecture import MODULES

CODE = "\n".join(path.read_text(encoding="utf-8") for path in MODULES if path.stem != "wording")
RECORDED = re.compile(r"(?:record|note\w*)\([^\"()]*\"([a-z_]+\.[a-z_]+)\"")
OF_A_TASK = "signals"
"""Tasks are named like actions; of this noun the ledger has one action alone."""


def test_every_action_that_is_recorded_has_a_sentence() -> None:
    assert set(RECORDED.findall(CODE)) - wording.SENTENCES.keys() == set()
    assert set(ACTIONS.values()) <= wording.SENTENCES.keys()


def test_no_sentence_is_left_over() -> None:
    nouns = {action.partition(".")[0] for action in wording.SENTENCES} - {OF_A_TASK}
    known = {action for action in wording.SENTENCES if not action.startswith(f"{OF_A_TASK}.")}

    found = re.findall(rf"(?<!source=)\"((?:{'|'.join(sorted(nouns))})\.[a-z_]+)\"", CODE)

    assert set(found) - {"index.json"} == known


def test_an_action_that_is_known_no_more_stands_as_it_is() -> None:
    assert wording.sentence("signal.activated") == "Signal approved and shared"
    assert wording.sentence("signal.blessed") == "signal.blessed"
