"""Whatever the ledger records has a sentence."""

import re

from lantern_site.audit import wording
from signals.moves import ACTIONS
from tests.test_architecture import MODULES


def test_every_action_that_is_recorded_has_a_sentence_and_no_other() -> None:
    nouns = {action.partition(".")[0] for action in wording.SENTENCES}
    code = "\n".join(path.read_text(encoding="utf-8") for path in MODULES if path.stem != "wording")
    recorded = set(re.findall(rf"\"((?:{'|'.join(sorted(nouns))})\.[a-z_]+)\"", code))

    assert recorded == set(wording.SENTENCES)
    assert set(ACTIONS.values()) <= recorded


def test_an_action_that_is_known_no_more_stands_as_it_is() -> None:
    assert wording.sentence("signal.activated") == "Signal approved and shared"
    assert wording.sentence("signal.blessed") == "signal.blessed"
