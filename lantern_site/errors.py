"""The refusals of the domain. Each carries a sentence fit for the screen; interfaces map them to a status once."""

from django.utils.functional import Promise

Sentence = str | Promise


class Refusal(Exception):
    """Nothing was changed. `str(refusal)` is the sentence to show."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


class NotAllowed(Refusal):
    """The actor may not do this here, now (403)."""


class Hidden(NotAllowed):
    """The actor may not know that the thing exists: answered exactly like an unknown one (404)."""


class NotProven(NotAllowed):
    """The actor may, and has to show a second factor first (403): pages ask for it and come back."""


class WrongState(Refusal):
    """The thing is in a state in which this move is not open, or another person was faster (409)."""


class Spent(Refusal):
    """A budget is used up (429). `again_in` is how many seconds it takes until there is a new one."""

    def __init__(self, sentence: Sentence, again_in: int) -> None:
        super().__init__(sentence)
        self.again_in = again_in


class Invalid(Refusal):
    """What was given cannot be taken (422). `field` names the input that is at fault; `code`, where there is one, says
    why to a machine: it keeps its meaning whatever the sentence says."""

    def __init__(self, sentence: Sentence, field: str = "", code: str = "") -> None:
        super().__init__(sentence)
        self.field = field
        self.code = code
