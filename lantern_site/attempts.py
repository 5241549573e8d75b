"""One domain call out of one form, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from lantern_site.errors import Hidden, Refusal
from lantern_site.forms import Refusable
from lantern_site.pages import status_of


@dataclass(frozen=True)
class Attempt:
    """`form` shows the sentence of a refusal, and everything that was typed."""

    form: Refusable
    done: bool = False
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY


def attempt(form: Refusable, act: Callable[[], object]) -> Attempt:
    """Call the service when the form is complete. What the actor may not know of is left to the door of the page."""
    if not form.is_valid():
        return Attempt(form)
    try:
        act()
    except Hidden:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return Attempt(form, status=status_of(refusal))
    return Attempt(form, done=True)
