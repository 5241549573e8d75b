"""How allauth fits in: nobody signs up, second factors are kept encrypted, and what each change of a secret entails."""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import respond_429
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantern_site import clock, encryption
from lantern_site.members.models import Staff
from lantern_site.members.models.sessions import AGENT, BEGAN_AT, LONGEST_AGENT
from lantern_site.members.policies import needs_second_factor
from lantern_site.members.services import sessions
from lantern_site.pages import SECOND_FACTORS

_BOUND_TO = "second factor"
ENCRYPTED = ("secret", "seed")
"""What of an authenticator's data is encrypted: the secret of an app, the seed of recovery codes."""
SET_UP = {"totp_activated": "totp", "webauthn_added": "webauthn"}


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """The person of a session comes with their organisation: every page needs both."""

    def get_user(self, user_id: int) -> Staff | None:
        person = Staff.objects.select_related("organisation").filter(pk=user_id).first()
        return person if self.user_can_authenticate(person) else None


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by invitation only."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": gettext_lazy("The address or the password is not right."),
        "incorrect_password": gettext_lazy("The password is not right."),
        "incorrect_code": gettext_lazy("The code is not right. Each code works for half a minute, and once."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Staff) -> None:
        """Sign in, and let the session remember where and when."""
        super().login(request, user)
        request.session[AGENT] = self.get_http_user_agent(request)[:LONGEST_AGENT]
        request.session[BEGAN_AT] = clock.now().timestamp()

    def get_reauthentication_methods(self, user: Staff) -> list[dict[str, Any]]:
        """Whoever has a second factor confirms with it: a password alone adds and removes none.

        An app's code comes before a key, because its page takes recovery codes as well.
        """
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        factors = [method for method in methods if method["id"] != "reauthenticate"]
        if not factors:  # nor has nobody, whom allauth asks about before it sends them to the sign-in
            return methods
        kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
        if Authenticator.Type.TOTP not in kinds:
            factors.reverse()
        return factors

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Whoever tried too often gets a page of its own, with the time to wait."""
        if code in {"too_many_login_attempts", "rate_limited"}:
            raise ImmediateHttpResponse(respond_429(self.request))
        error: ValidationError = super().validation_error(code, *args)
        return error

    def send_notification_mail(self, template_prefix: str, user: Staff, *args: Any, **kwargs: Any) -> None:
        """allauth calls this after every change of a password or a second factor: what else follows stands here.

        Every other session ends. Whoever has set up a second factor has just shown it, after their password or
        another factor.
        """
        super().send_notification_mail(template_prefix, user, *args, **kwargs)
        change = template_prefix.rpartition("/")[2]
        if change not in sessions.CHANGES:
            return
        now, own = clock.now(), self.request.user == user
        if own and change in SET_UP:
            record_authentication(self.request, user, "mfa", type=SET_UP[change], reauthenticated=True)
        keep = self.request.session.session_key if own else ""
        sessions.note_change(change=change, keep=keep or "", actor=user.actor(now), now=now)


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """TOTP secrets and recovery seeds lie encrypted in the database."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": gettext_lazy(
            "Your role needs a second factor, and this is your only one. Set up another one first."
        ),
        "incorrect_code": Accounts.error_messages["incorrect_code"],
    }

    def encrypt(self, text: str) -> str:
        ciphertext, key_id = encryption.encrypt(text, bound_to=_BOUND_TO)
        return f"{key_id}:{base64.b64encode(ciphertext).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        key_id, _colon, ciphertext = encrypted_text.partition(":")
        return encryption.decrypt(base64.b64decode(ciphertext), int(key_id), bound_to=_BOUND_TO)

    def encrypted_anew(self, authenticator: Authenticator) -> dict[str, Any]:
        """The authenticator's data with every secret under the newest key."""
        data: dict[str, Any] = authenticator.data
        return data | {name: self.encrypt(self.decrypt(data[name])) for name in ENCRYPTED if data.get(name)}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whoever must have a second factor keeps the last one."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=SECOND_FACTORS)
        return others.exclude(pk=authenticator.pk).exists() or not needs_second_factor(authenticator.user, clock.now())

    def generate_authenticator_name(self, user: Staff, type: Authenticator.Type) -> str:  # noqa: A002
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Security key") if number == 1 else _("Security key %(number)d") % {"number": number}

    def _get_site_name(self) -> str:
        return "Lantern"
