"""Mails to people. They say what is to be done and nothing about anybody: there is no name and no role in them."""

from collections.abc import Mapping

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation


def send(*, to: str, template: str, context: Mapping[str, object]) -> None:
    """One mail from `templates/members/mail/`, in every language of the pages one below the other.

    The first line of the template is the subject. Called by tasks only, and never inside a transaction.
    """
    subjects, bodies = [], []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            text = render_to_string(f"members/mail/{template}.txt", {"site": settings.SITE_URL, **context})
        subject, _newline, body = text.strip().partition("\n")
        subjects.append(subject.strip())
        bodies.append(body.strip())
    subject = " · ".join(dict.fromkeys(subjects))
    send_mail(subject, "\n\n—\n\n".join(dict.fromkeys(bodies)) + "\n", settings.DEFAULT_FROM_EMAIL, [to])
