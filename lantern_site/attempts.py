"""One domain call out of one form, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django import forms

from lantern_site.errors import Hidden, Invalid, Refusal
from lantern_site.pages import status_of


class Refusable(forms.Form):
    """A form that can show a refusal of the domain beside the field that it names."""

    def refuse(self, refusal: Refusal) -> None:
        field = refusal.field.partition("-")[0] if isinstance(refusal, Invalid) else ""
        self.add_error(field if field in self.fields else None, str(refusal))


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
